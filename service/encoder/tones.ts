/**
 * The demo's soundtracks: a quiet three-note pattern, one note a second, in its own register for each
 * language, so that ear and test can tell them apart. Whole numbers of hertz: a second holds whole periods,
 * so notes join without a click.
 */
export const tones: Readonly<Record<string, readonly [number, number, number]>> = {
  en: [220, 275, 330],
  es: [660, 825, 990],
};

/** The note that sounds in a language during the second that begins at `second`. */
export function toneAt(language: string, second: number): number {
  const pattern = tones[language];
  if (!pattern) throw new RangeError(`no tones for language ${language}`);
  return pattern[Math.floor(second) % 3] ?? pattern[0];
}

/** An `aevalsrc` source, without its duration. The swell is deepest where notes change. */
export function toneSource(language: string): string {
  const pattern = tones[language];
  if (!pattern) throw new RangeError(`no tones for language ${language}`);
  const [a, b, c] = pattern;
  const note = `if(eq(mod(floor(t),3),0),${a},if(eq(mod(floor(t),3),1),${b},${c}))`;
  return `aevalsrc=exprs='0.12*sin(2*PI*t*${note})*(0.55-0.45*cos(2*PI*t))':s=48000`;
}
