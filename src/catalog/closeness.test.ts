import { expect, test } from 'vitest';
import { closeness } from './closeness.ts';

const of = (asked: string, words: string) => closeness(asked.split(' '), words.split(' '));

test.each([
  ['nigth', 'night cartography'], // two in each other's place
  ['ngiht', 'night cartography'],
  ['nght', 'night cartography'], // missing
  ['nighht', 'night cartography'], // too many
  ['nikht', 'night cartography'], // wrong
  ['cartorgaphy', 'night cartography'],
  ['cartografy', 'night cartography'],
  ['cartogarp', 'night cartography'], // still typing
])('%s is close to one of: %s', (asked, words) => {
  expect(of(asked, words)).toBeGreaterThan(0.7);
});

test.each([
  ['cat', 'car park'],
  ['nght', 'might'],
  ['harbor', 'barber'],
  ['of', 'of the set'],
])('%s is not close to any of: %s', (asked, words) => {
  expect(of(asked, words)).toBe(0);
});

test('the whole word counts most, and each asked word counts', () => {
  expect(of('night', 'night trains')).toBe(1);
  expect(of('night', 'night trains')).toBeGreaterThan(of('nigth', 'night trains'));
  expect(of('night ferry', 'night trains')).toBe(0.5);
});
