import { expect, test } from 'vitest';
import { DAY_MS, HOUR_MS } from '../../shared/units.ts';
import {
  formatClock,
  formatDuration,
  formatLanguage,
  formatMoment,
  formatRemaining,
  formatSize,
} from './format.ts';

const plain = (words: string) => words.replaceAll(/[\u00a0\u202f]/g, ' ');

test.each([
  [0, '0 kB'],
  [512_000, '512 kB'],
  [999_900, '1 MB'],
  [4_250_000, '4.3 MB'],
  [1_340_000_000, '1.34 GB'],
])('%d bytes read %s', (bytes, words) => {
  expect(plain(formatSize('en', bytes))).toBe(words);
});

test('sizes follow the language', () => {
  expect(plain(formatSize('fr', 1_340_000_000))).toBe('1,34 Go');
});

test.each([
  [40, '40 sec'],
  [23 * 60, '23 min'],
  [6_720, '1 hr 52 min'],
  [7_200, '2 hr'],
])('%d seconds read %s', (seconds, words) => {
  expect(plain(formatDuration('en', seconds))).toBe(words);
});

test('what remains of a window is told in whole units that are really left', () => {
  expect(plain(formatRemaining('en', 41.9 * HOUR_MS))).toBe('41 hr');
  expect(plain(formatRemaining('en', 5.5 * DAY_MS))).toBe('5 days');
  expect(plain(formatRemaining('en', 59_000))).toBe('0 min');
  expect(plain(formatRemaining('en', -5))).toBe('0 min');
});

test('a moment within the week has its weekday, a later one its date', () => {
  const now = new Date(2026, 10, 19, 12).getTime();
  expect(formatMoment('fr', new Date(2026, 10, 20, 18, 40).getTime(), now)).toBe('ven. 18:40');
  expect(plain(formatMoment('en', new Date(2026, 11, 20, 18, 40).getTime(), now))).toContain('Dec 20');
});

test.each([
  [0, '0:00'],
  [65.9, '1:05'],
  [3_753, '1:02:33'],
])('a position of %d s reads %s', (seconds, words) => {
  expect(formatClock(seconds)).toBe(words);
});

test('a language that nobody knows shows its tag', () => {
  expect(formatLanguage('es', 'fr')).toBe('Francés');
  expect(formatLanguage('en', 'not a tag')).toBe('not a tag');
});
