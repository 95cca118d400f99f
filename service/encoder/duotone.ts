/** Two colors as "#rrggbb": what black and what white become. */
export type Duotone = readonly [dark: string, light: string];

/** A filter for RGB pictures in gray: maps gray to the line between two colors. */
export function duotone([dark, light]: Duotone): string {
  const channel = (at: number) => {
    const from = Number.parseInt(dark.slice(at, at + 2), 16);
    const to = Number.parseInt(light.slice(at, at + 2), 16);
    return `${from}+val*${((to - from) / 255).toFixed(4)}`;
  };
  return `lutrgb=r='${channel(1)}':g='${channel(3)}':b='${channel(5)}'`;
}
