import type { Duotone } from '../duotone.ts';
import { duotone } from '../duotone.ts';

/** The moving pictures of the demo: sources that ffmpeg computes, so no footage is shipped or fetched. */

export type Look =
  | { readonly kind: 'gradient'; readonly shape: 'radial' | 'circular' | 'spiral'; readonly colors: string[] }
  | {
      readonly kind: 'life';
      readonly seed: number;
      readonly colors: [live: string, mold: string, death: string];
    }
  | { readonly kind: 'automaton'; readonly rule: number; readonly seed: number; readonly duotone: Duotone }
  | { readonly kind: 'fractal'; readonly x: number; readonly y: number; readonly hue: number }
  | { readonly kind: 'carpet'; readonly seed: number; readonly duotone: Duotone }
  | { readonly kind: 'test-card'; readonly hue: number };

/**
 * A source and the filters that color it, as one lavfi graph at 24 frames a second.
 * @param filters what the ffmpeg at hand was built with: what it lacks is replaced by something it has
 */
export function lookGraph(look: Look, filters: ReadonlySet<string>, frames: number): string {
  switch (look.kind) {
    case 'gradient': {
      if (!filters.has('gradients')) return plasma(look.colors);
      const colors = look.colors.map((color, index) => `c${index}=${color}`).join(':');
      // Smooth enough to be computed small: the source is the costly part of this look.
      const center = 'x0=128:y0=72:x1=248:y1=132';
      return (
        `gradients=s=256x144:r=24:n=${look.colors.length}:${colors}:${center}` +
        `:type=${look.shape}:seed=7:speed=0.006`
      );
    }
    case 'life': {
      const [live, mold, death] = look.colors;
      return (
        `life=s=256x144:r=24:seed=${look.seed}:ratio=0.18:mold=6` +
        `:life_color=${live}:mold_color=${mold}:death_color=${death},gblur=sigma=0.6`
      );
    }
    case 'automaton':
      return (
        `cellauto=s=320x180:r=24:rule=${look.rule}:seed=${look.seed}:ratio=0.3:scroll=1,` +
        `format=rgb24,${duotone(look.duotone)},gblur=sigma=0.7`
      );
    case 'fractal':
      return (
        `mandelbrot=s=480x270:r=24:start_x=${look.x}:start_y=${look.y}:start_scale=2.4` +
        `:end_scale=0.0006:end_pts=${frames}:maxiter=600:inner=black,hue=h=${look.hue}`
      );
    case 'carpet':
      return filters.has('sierpinski')
        ? `sierpinski=s=320x180:r=24:seed=${look.seed}:jump=40,format=rgb24,${duotone(look.duotone)}`
        : plasma([...look.duotone]);
    case 'test-card':
      // Its own clock, in the top left corner, is cut off: ours stands there.
      return `testsrc2=s=640x400:r=24,crop=640:360:0:40,hue=h='${look.hue}+t*6':s=0.9`;
  }
}

/** What stands in for sources that a binary lacks: slow waves between two colors, from filters that all have. */
function plasma(colors: string[]): string {
  const wave = '(sin(X/17+T*0.9)+sin(Y/11-T*0.7)+sin((X+Y)/23+T*0.5))';
  const pair: Duotone = [colors[0] ?? '#000000', colors.at(-1) ?? '#ffffff'];
  return `nullsrc=s=128x72:r=24,format=gray,geq=lum='127.5+42.5*${wave}',format=rgb24,${duotone(pair)}`;
}
