import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { editDistance, wordsOf } from './words.ts';

describe('words', () => {
  it('lose case, accents, punctuation and apostrophes', () => {
    expect(wordsOf("  Ana’s ÉTÉ: l'Azúcar – 3rd/Night! ")).toEqual([
      'anas',
      'ete',
      'lazucar',
      '3rd',
      'night',
    ]);
    expect(wordsOf('東京 物語')).toEqual(['東京', '物語']);
  });
});

describe('edit distance', () => {
  it.each([
    ['harbor', 'harbor', 0],
    ['harbor', 'hrabor', 1],
    ['harbor', 'habor', 1],
    ['harbor', 'harrbor', 1],
    ['harbor', 'barbor', 1],
    ['ab', 'ba', 1],
    ['', 'abc', 3],
  ])('%s – %s: %i', (a, b, expected) => {
    expect(editDistance(a, b, 9)).toBe(expected);
  });

  it('agrees with the plain recursive definition, whatever the limit', () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 6 });
    fc.assert(
      fc.property(word, word, fc.nat(4), (a, b, limit) => {
        expect(editDistance(a, b, limit)).toBe(Math.min(plain(a, b), limit + 1));
      }),
    );
  });
});

function plain(a: string, b: string): number {
  if (a === '' || b === '') return a.length + b.length;
  const [restA, restB] = [a.slice(0, -1), b.slice(0, -1)];
  const changed = a.at(-1) === b.at(-1) ? 0 : 1;
  const ways = [plain(restA, b) + 1, plain(a, restB) + 1, plain(restA, restB) + changed];
  if (a.length > 1 && b.length > 1 && a.at(-1) === b.at(-2) && a.at(-2) === b.at(-1))
    ways.push(plain(a.slice(0, -2), b.slice(0, -2)) + 1);
  return Math.min(...ways);
}
