import { expect, test } from 'vitest';
import { textIn } from '../../platform/words.ts';
import { playsForEver } from '../license.ts';
import type { TripItem } from '../trip.ts';
import { tripGroupOf } from '../trip.ts';
import { DAY_MS } from '../units.ts';
import { uiLanguages } from './language.ts';
import type { UiLanguage } from './language.ts';
import { tripWords } from './trip-words.ts';

const nowMs = Date.UTC(2026, 10, 24, 12);
const item = (changes: Partial<TripItem>): TripItem => ({
  downloadId: 'd',
  videoId: 'v',
  titleId: 't',
  titleName: 'Harbor Lights',
  episode: null,
  artworkVersion: '1',
  durationSeconds: 2_400,
  isComplete: true,
  isWatched: false,
  watchSeconds: 2_400,
  verdict: { ...playsForEver, startByMs: nowMs + 3 * DAY_MS, finishWithinSeconds: 48 * 3_600, limitedBy: 'rental' },
  plays: 'whole',
  playsFromMs: null,
  playsUntilMs: null,
  why: null,
  startedNow: null,
  renewNow: false,
  remedy: 'not-needed',
  renewFromMs: null,
  ...changes,
}); // prettier-ignore
const said = (changes: Partial<TripItem>, language: UiLanguage = 'en') => {
  const locale = language === 'en' ? 'en-GB' : language;
  const reader = { text: textIn(language), locale, timeZone: 'Europe/Paris', nowMs, isOnline: true };
  const { words, help } = tripWords(item(changes), reader);
  return [words, help]
    .filter(Boolean)
    .join(' | ')
    .replaceAll(/[\u00a0\u202f]/g, ' ');
};

test('what plays on the whole trip, and what beginning early would cost', () => {
  expect(said({ verdict: playsForEver })).toBe('Plays on the whole trip');
  expect(said({ startedNow: { plays: 'part', playsUntilMs: nowMs + 2 * DAY_MS } })).toBe(
    'Plays at any time of the trip; once started, 48 hrs to finish | Leave it until then: started now, it plays until Thursday 13:00.',
  );
  expect(said({ startedNow: { plays: 'no', playsUntilMs: null } })).toContain('has ended before the trip');
});

test('what plays for a part says which part, and what helps', () => {
  const until = { plays: 'part', playsUntilMs: nowMs + 3 * DAY_MS, why: 'rental-expired' } as const;
  expect(said({ ...until, remedy: 'renew' })).toBe(
    'Can be started until Friday 13:00 | Renew it before you leave; nothing is downloaded again.',
  );
  expect(said({ plays: 'part', playsFromMs: nowMs + DAY_MS, why: 'not-yet', remedy: 'none' })).toBe(
    'Plays from Wednesday 13:00 | The title starts then; it is ready on this computer.',
  );
  expect(said({ ...until, remedy: 'renew-later', renewFromMs: nowMs + DAY_MS }, 'fr')).toContain(
    'mais pas avant : mercredi 13:00',
  );
});

test('what does not play says when it ended or ends', () => {
  expect(said({ plays: 'no', why: 'rental-expired', remedy: 'none' })).toBe(
    'Ends before the trip: Friday 13:00 | It cannot be renewed. Watch it before, or remove it.',
  );
  const verdict = { allowed: false, reason: 'license-expired', sinceMs: nowMs - 1, canRenew: true } as const;
  expect(said({ plays: 'no', verdict, why: 'license-expired', remedy: 'renew' })).toContain(
    'Locked: ended on',
  );
});

test.each(uiLanguages)('%s: no sentence is missing a word', (language) => {
  for (const remedy of ['renew', 'renew-later', 'renew-longer', 'set-clock', 'none'] as const)
    for (const plays of ['part', 'no'] as const)
      expect(said({ plays, remedy, playsUntilMs: nowMs }, language)).not.toMatch(/\{|trip\.item|license\.\w/);
});

test('what can be mended comes first, whether complete or not', () => {
  expect(tripGroupOf(item({}))).toBe('ready');
  expect(tripGroupOf(item({ isComplete: false }))).toBe('incomplete');
  expect(tripGroupOf(item({ plays: 'no', remedy: 'renew', isComplete: false }))).toBe('renew');
  expect(tripGroupOf(item({ plays: 'part', remedy: 'none' }))).toBe('lost');
});
