import { describe, expect, test } from 'vitest';
import { textIn } from '../../platform/words.ts';
import { RefusalReason, playsForEver } from '../license.ts';
import type { Verdict } from '../license.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../units.ts';
import { uiLanguages } from './language.ts';
import type { UiLanguage } from './language.ts';
import { licenseWords } from './license-words.ts';

type Allowed = Extract<Verdict, { allowed: true }>;
type Refused = Extract<Verdict, { allowed: false }>;

/** A Tuesday, 13:00 in Paris. */
const nowMs = Date.UTC(2026, 10, 24, 12);
const unstarted: Allowed = {
  ...playsForEver,
  playableUntilMs: null,
  startByMs: nowMs + 30 * DAY_MS,
  finishWithinSeconds: (48 * HOUR_MS) / SECOND_MS,
  limitedBy: 'rental',
  canRenew: true,
};
const started = (leftMs: number): Allowed => ({
  ...unstarted,
  startByMs: null,
  playableUntilMs: nowMs + leftMs,
  firstPlayAtMs: nowMs + leftMs - 48 * HOUR_MS,
  limitedBy: 'playback',
});
const refused = (reason: Refused['reason'], changes: Partial<Refused> = {}): Refused => ({
  allowed: false,
  reason,
  sinceMs: nowMs - 5 * HOUR_MS,
  canRenew: true,
  ...changes,
});

/** Plain spaces, and both sentences. */
function said(verdict: Verdict, language: UiLanguage = 'en', at = nowMs, isOnline = true): string {
  const locale = language === 'en' ? 'en-GB' : language;
  const reader = { text: textIn(language), locale, timeZone: 'Europe/Paris', nowMs: at, isOnline };
  const { words, help } = licenseWords(verdict, reader);
  return [words, help]
    .filter(Boolean)
    .join(' | ')
    .replaceAll(/[\u00a0\u202f]/g, ' ');
}
const startsBy = (leftMs: number): Allowed => ({ ...unstarted, startByMs: nowMs + leftMs });

describe('until when it may be started', () => {
  test.each<[UiLanguage, number, string]>([
    ['en', 30 * DAY_MS, 'Start by 24 Dec, 13:00 | Once started, 48 hrs to finish.'],
    ['en', 7 * DAY_MS, 'Start by 1 Dec, 13:00 | Once started, 48 hrs to finish.'],
    ['en', 60 * DAY_MS, 'Start by 23 Jan 2027, 13:00 | Once started, 48 hrs to finish.'],
    ['en', 3 * DAY_MS + 340 * MINUTE_MS, 'Start by Friday 18:40 | Once started, 48 hrs to finish.'],
    ['en', 47 * HOUR_MS, 'Start by Thursday 12:00 (47 hrs left) | Once started, 48 hrs to finish.'],
    ['en', HOUR_MS, 'Start by Tuesday 14:00 (1 hr left) | Once started, 48 hrs to finish.'],
    ['en', 59 * MINUTE_MS, 'Start by Tuesday 13:59 (59 mins left) | Once started, 48 hrs to finish.'],
    ['en', 59_999, 'Start by Tuesday 13:00 (less than a minute left) | Once started, 48 hrs to finish.'],
    ['es', 7 * DAY_MS, 'Empieza antes del 1 dic, 13:00 | Una vez empezado, 48 h para terminarlo.'],
    ['es', 47 * HOUR_MS, 'Empieza antes del jueves, 12:00 (quedan 47 h) | Una vez empezado, 48 h para terminarlo.'],
    ['fr', 7 * DAY_MS, 'À commencer au plus tard : 1 déc., 13:00 | Une fois commencé, 48 h pour finir.'],
    ['fr', 59 * MINUTE_MS, 'À commencer au plus tard : mardi 13:59 (reste 59 min) | Une fois commencé, 48 h pour finir.'],
  ])('%s, %d ms before', (language, leftMs, words) => {
    expect(said(startsBy(leftMs), language)).toBe(words);
  }); // prettier-ignore

  test('where starting and finishing end together, both are said, and no span that there is not', () => {
    const license: Allowed = { ...startsBy(5 * DAY_MS), playableUntilMs: nowMs + 5 * DAY_MS, limitedBy: 'license' };
    expect(said(license)).toBe('Start and finish by Sunday 13:00');
  }); // prettier-ignore

  test('what is not set is no limit, and reads as none', () => {
    expect(said(playsForEver)).toBe('No time limit');
    expect(said({ ...unstarted, startByMs: null, limitedBy: 'playback' })).toBe(
      'Start whenever you like; once started, 48 hrs to finish',
    );
    expect(said({ ...unstarted, finishWithinSeconds: null })).toBe('Start by 24 Dec, 13:00');
    for (const language of uiLanguages)
      expect(said(playsForEver, language)).not.toMatch(/lock|bloq|verr|expir|caduc/i);
  });
});

describe('how long it may be finished', () => {
  test.each<[UiLanguage, number, string]>([
    ['en', 7 * DAY_MS, 'Finish by 1 Dec, 13:00'],
    ['en', 48 * HOUR_MS + 1, 'Finish by Thursday 13:00'],
    ['en', 48 * HOUR_MS, 'Finish within 48 hrs'],
    ['en', 47 * HOUR_MS, 'Finish within 47 hrs'],
    ['en', 42 * HOUR_MS - 1, 'Finish within 41 hrs'],
    ['en', HOUR_MS, 'Finish within 1 hr'],
    ['en', HOUR_MS - 1, 'Finish within 59 mins'],
    ['en', 1, 'Finish within less than a minute'],
    ['es', 41 * HOUR_MS, 'Termina en 41 h'],
    ['fr', 41 * HOUR_MS, 'À finir dans les 41 h'],
    ['fr', 59 * MINUTE_MS, 'À finir dans les 59 min'],
  ])('%s, %d ms before', (language, leftMs, words) => {
    expect(said(started(leftMs), language)).toBe(words);
  });

  test('a viewing that soft enforcement lets finish is told so, and not that it is over', () => {
    const firstPlayAtMs = nowMs - 49 * HOUR_MS;
    expect(said({ ...started(HOUR_MS), firstPlayAtMs })).toContain('may go on to its end');
    expect(said({ ...started(HOUR_MS), playableUntilMs: null, firstPlayAtMs })).toContain(
      'may go on to its end',
    );
  });

  test('an end that came since the answer locks in words too', () => {
    const verdict = started(HOUR_MS);
    expect(said(verdict, 'en', nowMs + HOUR_MS - 1)).toContain('Finish within');
    expect(said(verdict, 'en', nowMs + HOUR_MS)).toBe(
      'Locked: the time to finish ended on Tuesday 14:00 | Renew it; nothing is downloaded again.',
    );
    expect(said(startsBy(HOUR_MS), 'en', nowMs + 2 * HOUR_MS)).toContain('the time to start ended on');
  });
});

test('summer time: hours are hours that pass, the moment is the clock’s on the wall', () => {
  // At 3:00 on 25 October 2026 clocks in Paris go back to 2:00.
  const evening = Date.UTC(2026, 9, 24, 20);
  const verdict: Allowed = { ...unstarted, startByMs: evening + 12 * HOUR_MS };
  expect(said(verdict, 'en', evening)).toContain('Start by Sunday 09:00 (12 hrs left)');
  const spring = Date.UTC(2026, 2, 28, 20);
  expect(said({ ...unstarted, startByMs: spring + 12 * HOUR_MS }, 'fr', spring)).toContain(
    'dimanche 10:00 (reste 12 h)',
  );
});

describe('why it is locked, and the one thing that helps', () => {
  test.each<[Refused, string]>([
    [refused('license-expired'), 'Locked: ended on Tuesday 08:00 | Renew it; nothing is downloaded again.'],
    [refused('rental-expired'), 'Locked: the time to start ended on Tuesday 08:00 | Renew it; nothing is downloaded again.'],
    [refused('playback-expired', { canRenew: false }), 'Locked: the time to finish ended on Tuesday 08:00 | It cannot be renewed. Remove it to make room.'],
    [refused('renewal-overdue'), 'Locked: it was offline for too long | Renew it; nothing is downloaded again.'],
    [refused('revoked'), 'Locked: the service has taken it back | It cannot be renewed. Remove it to make room.'],
    [refused('no-license', { sinceMs: null }), 'Locked: no license on this computer | Renew it; nothing is downloaded again.'],
    [refused('not-allowed', { sinceMs: null, canRenew: false }), 'Locked: its license does not allow playing | It cannot be renewed. Remove it to make room.'],
    [refused('clock-behind', { sinceMs: null }), 'Locked: this computer’s clock is behind | Set date and time right, or go online.'],
    [refused('not-yet', { sinceMs: null, startsAtMs: nowMs + 2 * DAY_MS, canRenew: false }), 'Plays from Thursday 13:00 | It is on this computer already, ready for that moment.'],
  ])('$reason', (verdict, words) => {
    expect(said(verdict)).toBe(words);
  }); // prettier-ignore

  test('offline, a renewal is no advice: going online is', () => {
    expect(said(refused('license-expired'), 'en', nowMs, false)).toContain('Go online and renew it');
    expect(said(refused('license-expired'), 'es', nowMs, false)).toContain('Conéctate y renuévala');
  });

  test.each(uiLanguages)('%s: each refusal has its own sentence', (language) => {
    const all = RefusalReason.options.map((reason) => said(refused(reason), language));
    expect(new Set(all).size).toBe(RefusalReason.options.length);
    expect(all.join()).not.toMatch(/\{|license\./);
  });

  test('a renewal that is needed says by when one must be online', () => {
    const verdict: Allowed = { ...startsBy(3 * DAY_MS), playableUntilMs: nowMs + 3 * DAY_MS, limitedBy: 'renewal' };
    expect(said(verdict)).toBe('Go online by Friday 13:00 | Layover then renews it; nothing is downloaded again.');
  }); // prettier-ignore
});
