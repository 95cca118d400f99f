import { expect, it } from 'vitest';
import { parseRange } from './range.ts';

it.each([
  ['bytes=0-9', { start: 0, end: 10 }],
  ['bytes=5-5', { start: 5, end: 6 }],
  ['bytes=90-', { start: 90, end: 100 }],
  ['bytes=90-1000', { start: 90, end: 100 }],
  ['bytes=-10', { start: 90, end: 100 }],
  ['bytes=-1000', { start: 0, end: 100 }],
  ['bytes=100-', 'unsatisfiable'],
  ['bytes=-0', 'unsatisfiable'],
  ['bytes=9-5', undefined],
  ['bytes=-', undefined],
  ['bytes=0-1,5-6', undefined],
  ['items=0-1', undefined],
  ['', undefined],
  [null, undefined],
])('%s of 100 bytes', (header, span) => {
  expect(parseRange(header, 100)).toEqual(span);
});

it('nothing of an empty body can be satisfied', () => {
  expect(parseRange('bytes=0-', 0)).toBe('unsatisfiable');
});
