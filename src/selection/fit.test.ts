import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Fit } from '../shared/downloads.ts';
import type { RemovableDownload } from '../shared/downloads.ts';
import { availableIn, enoughOf, fitOf, missingFor } from './fit.ts';
import type { Space } from './fit.ts';

const removable = (downloadId: string, why: RemovableDownload['why'], sizeBytes: number): RemovableDownload => ({
  downloadId, why, sizeBytes, titleName: downloadId, episode: null,
}); // prettier-ignore
const space = (more: Partial<Space> = {}): Space => ({
  freeBytes: 1000, promisedBytes: 0, floorBytes: 0, takenBytes: 0, budgetBytes: null, ...more,
}); // prettier-ignore
const names = (fit: Fit) => fit.couldRemove.map(({ downloadId }) => downloadId);

const anySpace: fc.Arbitrary<Space> = fc.record({
  freeBytes: fc.nat(10_000),
  promisedBytes: fc.nat(2000),
  floorBytes: fc.nat(2000),
  takenBytes: fc.nat(10_000),
  budgetBytes: fc.option(fc.integer({ min: 1, max: 10_000 })),
});
const whys = ['watched', 'expired', 'failed', 'partly-watched', 'not-watched'] as const;
const anyRemovable = fc
  .array(fc.tuple(fc.constantFrom(...whys), fc.nat(3000)), { maxLength: 8 })
  .map((some) => some.map(([why, sizeBytes], at) => removable(`d${at}`, why, sizeBytes)));

describe('availableIn', () => {
  it('is what the nearer of the two limits leaves', () => {
    expect(availableIn(space({ promisedBytes: 100, floorBytes: 200 }))).toEqual({
      bytes: 700,
      limitedBy: 'disk',
    });
    expect(availableIn(space({ takenBytes: 500, promisedBytes: 100, budgetBytes: 900 }))).toEqual({
      bytes: 300,
      limitedBy: 'budget',
    });
    expect(availableIn(space({ floorBytes: 5000 })).bytes).toBe(0);
  });
});

describe('fitOf', () => {
  it('names nothing to remove when it fits', () => {
    const fit = fitOf(1000, space(), [removable('a', 'watched', 500)]);
    expect(fit).toEqual({
      neededBytes: 1000,
      availableBytes: 1000,
      shortfallBytes: 0,
      limitedBy: null,
      couldRemove: [],
    });
  });

  it('puts first what was watched, and only as many as are needed', () => {
    const some = [
      removable('unwatched', 'not-watched', 9000),
      removable('small', 'watched', 10),
      removable('old', 'expired', 300),
      removable('large', 'watched', 200),
    ];
    const fit = fitOf(1200, space(), some);
    expect(fit).toMatchObject({ shortfallBytes: 200, limitedBy: 'disk' });
    // The large one alone is enough: the small one, though watched too, need not go.
    expect(names(fit)).toEqual(['large', 'small', 'old', 'unwatched']);
  });

  it('says which limit it is', () => {
    expect(fitOf(600, space({ takenBytes: 500, budgetBytes: 1000 }), [])).toMatchObject({
      shortfallBytes: 100,
      limitedBy: 'budget',
    });
  });

  it('holds whatever there is: with the shortfall gone it fits, with a byte less it does not', () => {
    fc.assert(
      fc.property(fc.nat(10_000), anySpace, anyRemovable, (neededBytes, any, some) => {
        const fit = fitOf(neededBytes, any, some);
        expect(Fit.parse(fit)).toEqual(fit);
        expect(fit.shortfallBytes === 0).toBe(neededBytes <= fit.availableBytes);
        expect(fit.limitedBy === null).toBe(fit.shortfallBytes === 0);
        const after = (bytes: number): Space => ({
          ...any,
          freeBytes: any.freeBytes + bytes,
          takenBytes: any.takenBytes - bytes,
        });
        expect(missingFor(neededBytes, after(fit.shortfallBytes))).toBe(0);
        if (fit.shortfallBytes > 0) {
          expect(missingFor(neededBytes, after(fit.shortfallBytes - 1))).toBe(1);
          expect(new Set(names(fit))).toEqual(new Set(some.map(({ downloadId }) => downloadId)));
        } else expect(fit.couldRemove).toEqual([]);
      }),
    );
  });
});

it('enoughOf is enough where it can be, and nothing of it is needless', () => {
  fc.assert(
    fc.property(anyRemovable, fc.nat(8000), (some, shortfallBytes) => {
      const taken = enoughOf(some, shortfallBytes);
      const sum = (of: readonly RemovableDownload[]) => of.reduce((bytes, one) => bytes + one.sizeBytes, 0);
      expect(sum(taken)).toBeGreaterThanOrEqual(Math.min(shortfallBytes, sum(some)));
      for (const one of taken) {
        const without = sum(taken) - one.sizeBytes;
        expect(without < shortfallBytes).toBe(true);
      }
    }),
  );
});
