import { expect, test } from 'vitest';
import { textIn } from '../../platform/words.ts';
import type { LicenseWarning } from '../downloads.ts';
import { playsForEver } from '../license.ts';
import { HOUR_MS } from '../units.ts';
import { warningWords } from './warning-words.ts';

const nowMs = Date.UTC(2026, 10, 24, 12);
const warning = (titleName: string, episode: LicenseWarning['episode'] = null): LicenseWarning => ({
  downloadId: 'd',
  videoId: 'v',
  titleId: 't',
  titleName,
  episode,
  verdict: { ...playsForEver, startByMs: nowMs + 41 * HOUR_MS, limitedBy: 'rental' },
  kind: 'start',
  endsAtMs: nowMs + 41 * HOUR_MS,
  thresholdMs: 48 * HOUR_MS,
});
const reader = { locale: 'fr', timeZone: 'Europe/Paris', text: textIn('fr'), nowMs, isOnline: true };
const plain = (words: string) => words.replaceAll(/[\u00a0\u202f]/g, ' ');

test('each download has a line: its name, and the words that stand in its list', () => {
  const { title, lines } = warningWords(
    [warning('Harbor Lights', { seasonNumber: 1, episodeNumber: 2, name: 'Low Water' })],
    reader,
  );
  expect(title).toBe('À regarder avant la fin');
  expect(lines.map(plain)).toEqual([
    'Harbor Lights · S1 É2 : À commencer au plus tard : jeudi 06:00 (reste 41 h)',
  ]);
});

test('of many, the first ones and how many more', () => {
  const { lines } = warningWords(
    ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => warning(name)),
    reader,
  );
  expect(lines).toHaveLength(5);
  expect(lines.at(-1)).toBe('et 2 de plus');
});
