import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseRange } from './range.ts';

describe('parseRange', () => {
  it.each([
    [undefined, { kind: 'whole' }],
    ['bytes=0-', { kind: 'part', first: 0, last: 99 }],
    ['bytes=10-19', { kind: 'part', first: 10, last: 19 }],
    ['bytes=90-1000', { kind: 'part', first: 90, last: 99 }],
    ['bytes=-5', { kind: 'part', first: 95, last: 99 }],
    ['bytes=-500', { kind: 'part', first: 0, last: 99 }],
    ['bytes=99-', { kind: 'part', first: 99, last: 99 }],
    ['bytes=100-', { kind: 'unsatisfiable' }],
    ['bytes=-0', { kind: 'unsatisfiable' }],
    // Not understood, so ignored.
    ['bytes=9-3', { kind: 'whole' }],
    ['bytes=-', { kind: 'whole' }],
    ['bytes=0-1,4-5', { kind: 'whole' }],
    ['lines=0-1', { kind: 'whole' }],
  ])('%s of 100 bytes', (header, expected) => {
    expect(parseRange(header, 100)).toEqual(expected);
  });

  it('never points outside the file', () => {
    const number = fc.option(fc.nat(300), { nil: '' });
    fc.assert(
      fc.property(number, number, fc.nat(200), (from, to, sizeBytes) => {
        const range = parseRange(`bytes=${from}-${to}`, sizeBytes);
        if (range.kind !== 'part') return;
        expect(range.first).toBeGreaterThanOrEqual(0);
        expect(range.first).toBeLessThanOrEqual(range.last);
        expect(range.last).toBeLessThan(sizeBytes);
      }),
    );
  });
});
