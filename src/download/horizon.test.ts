import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createSampleVideo } from '../../testing/sample-video.ts';
import { createHorizon } from './horizon.ts';
import { planOf } from './plan.ts';

const video = createSampleVideo('film', { segments: 6, segmentBytes: 10 });
const plan = planOf('d', 'film', video.presentation);
const { durationSeconds } = video.presentation;

/** Looked at from the start, second by second, in all that was chosen. */
function playable(stored: ReadonlySet<string>): number {
  const key = (trackId: string, index: number) => `${trackId}/${index}`;
  const ends = plan.tracks.map(({ trackId, kind }) => {
    const hole = plan.files.find(
      (file) => file.trackId === trackId && !stored.has(key(trackId, file.segment.index)),
    );
    return { kind, seconds: hole ? hole.segment.startSeconds : durationSeconds };
  });
  const kinds = [...new Set(ends.map(({ kind }) => kind))];
  return Math.min(
    ...kinds.map((kind) =>
      Math.max(...ends.filter((end) => end.kind === kind).map(({ seconds }) => seconds)),
    ),
  );
}

it('what could be played grows with what is stored, in whatever order it comes', () => {
  const indexes = plan.files.map((_, at) => at);
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.constantFrom(...indexes)),
      fc.shuffledSubarray(indexes),
      (already, order) => {
        const stored = new Set(
          already.map((at) => `${plan.files[at]!.trackId}/${plan.files[at]!.segment.index}`),
        );
        const missing = plan.files.filter((_, at) => !already.includes(at));
        const horizon = createHorizon(plan, missing, durationSeconds);
        expect(horizon.seconds()).toBe(playable(stored));
        for (const at of order) {
          const file = plan.files[at]!;
          if (already.includes(at)) continue;
          stored.add(`${file.trackId}/${file.segment.index}`);
          horizon.stored(file);
          expect(horizon.seconds()).toBe(playable(stored));
        }
        if (stored.size === plan.files.length) expect(horizon.seconds()).toBe(durationSeconds);
      },
    ),
  );
});
