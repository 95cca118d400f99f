import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createExtents } from './extents.ts';
import type { Extent } from './extents.ts';

it('never gives a byte twice, and gives freed ones again', () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ length: fc.integer({ min: 1, max: 20 }), victim: fc.option(fc.nat()) })),
      (steps) => {
        const extents = createExtents(10, []);
        let taken: Extent[] = [];
        for (const { length, victim } of steps) {
          const gone = victim === null ? undefined : taken[victim % Math.max(1, taken.length)];
          if (gone) {
            extents.release(gone);
            taken = taken.filter((extent) => extent !== gone);
          }
          const added = { offset: extents.reserve(length), length };
          for (const other of taken) {
            const apart =
              added.offset + length <= other.offset || other.offset + other.length <= added.offset;
            expect(apart).toBe(true);
          }
          taken.push(added);
          expect(extents.end()).toBe(Math.max(...taken.map((extent) => extent.offset + extent.length)));
          // What is read back from an index gives the same answers as what was kept in memory.
          const again = createExtents(10, taken);
          expect(again.end()).toBe(extents.end());
        }
        for (const extent of taken) extents.release(extent);
        expect(extents.end()).toBe(10);
      },
    ),
  );
});

it('fills a hole before it grows', () => {
  const extents = createExtents(0, [
    { offset: 0, length: 10 },
    { offset: 30, length: 10 },
  ]);
  expect(extents.reserve(15)).toBe(10);
  expect(extents.reserve(6)).toBe(40);
  expect(extents.reserve(5)).toBe(25);
});
