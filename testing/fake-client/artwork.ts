import type { ArtworkShape } from '../../src/shared/service-api.ts';

/** Drawn from the title's id: a sky, a light, and hills; the same every time. Gives a data: address. */
export function fakeArtwork(titleId: string, shape: ArtworkShape): string {
  const [width, height] = shape === 'poster' ? [400, 600] : [960, 540];
  let seed = [...titleId].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) >>> 0, 7);
  const next = (limit: number) => {
    seed = (seed * 1_664_525 + 1_013_904_223) >>> 0;
    return (seed >>> 8) % limit;
  };
  const hue = next(360);
  const hills = [0, 1, 2]
    .map((layer) => {
      const base = height * (0.55 + layer * 0.15);
      const points = Array.from({ length: 9 }, (_, at) => `${(at * width) / 8} ${base - next(height / 5)}`);
      const color = `hsl(${hue + 20 * layer} 45% ${26 - layer * 8}%)`;
      return `<path d="M0 ${height}L${points.join('L')}L${width} ${height}z" fill="${color}"/>`;
    })
    .join('');
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}">` +
    `<defs><linearGradient id="s" x2="0" y2="1"><stop stop-color="hsl(${hue} 60% 24%)"/>` +
    `<stop offset="1" stop-color="hsl(${hue + 50} 70% 62%)"/></linearGradient></defs>` +
    `<rect width="${width}" height="${height}" fill="url(#s)"/>` +
    `<circle cx="${width * (0.25 + next(50) / 100)}" cy="${height * 0.38}" r="${height * 0.12}" fill="hsl(${hue + 40} 90% 85%)"/>` +
    `${hills}</svg>`;
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}
