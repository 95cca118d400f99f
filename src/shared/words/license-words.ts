import type { RefusalReason, Verdict, VerdictLimit } from '../license.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../units.ts';
import type { Ms } from '../units.ts';
import { formatDeadline, formatRemaining } from './moments.ts';
import type { MessageId, Reader } from './text.ts';

/** What a screen shows beside the words, so that nobody needs colors to see it. */
export type LicenseSign = 'unlimited' | 'start' | 'finish' | 'go-online' | 'later' | 'clock' | 'locked';
/** The one thing that helps; null: nothing needs help. */
export type LicenseAction = 'renew' | 'go-online' | 'set-clock' | 'remove' | 'wait' | null;

export interface LicenseWords {
  /** "Start by Friday 18:40" */
  readonly words: string;
  /** One more sentence: what comes after, or what helps. */
  readonly help: string | null;
  readonly sign: LicenseSign;
  readonly action: LicenseAction;
  /** `soon`: under 7 days are left; `now`: at most 48 hours, or none. */
  readonly urgency: 'none' | 'soon' | 'now';
}

export interface LicenseReader extends Reader {
  /** By trusted time. */
  readonly nowMs: Ms;
  readonly isOnline: boolean;
}

type Allowed = Extract<Verdict, { allowed: true }>;
type Refused = Extract<Verdict, { allowed: false }>;

const COUNT_DOWN_MS: Ms = 48 * HOUR_MS;
const SOON_MS: Ms = 7 * DAY_MS;

/**
 * The one wording of a verdict, for lists, title pages, player and command line: until when it may be started,
 * how long it may be finished, or why it is locked and what helps. Pure: it decides nothing, and a limit that is
 * not set reads as none.
 */
export function licenseWords(verdict: Verdict, reader: LicenseReader): LicenseWords {
  const now = unlessOver(verdict, reader.nowMs);
  return now.allowed ? allowedWords(now, reader) : refusedWords(now, reader);
}

const reasonOf: Record<VerdictLimit, RefusalReason> = {
  license: 'license-expired',
  rental: 'rental-expired',
  playback: 'playback-expired',
  renewal: 'renewal-overdue',
  none: 'license-expired',
};

/** The moment at which an answer turns into a refusal by itself; null: never. */
export function endOf(verdict: Verdict): Ms | null {
  if (!verdict.allowed) return null;
  return verdict.firstPlayAtMs === null
    ? (verdict.startByMs ?? verdict.playableUntilMs)
    : verdict.playableUntilMs;
}

/** A verdict is an answer of a moment; the end that it names may have come since. */
function unlessOver(verdict: Verdict, nowMs: Ms): Verdict {
  const endMs = endOf(verdict);
  if (!verdict.allowed || endMs === null || nowMs < endMs) return verdict;
  return {
    allowed: false,
    reason: reasonOf[verdict.limitedBy],
    sinceMs: endMs,
    canRenew: verdict.canRenew,
  };
}

function allowedWords(verdict: Allowed, reader: LicenseReader): LicenseWords {
  const { text, nowMs } = reader;
  const { firstPlayAtMs, finishWithinSeconds, limitedBy } = verdict;
  const endMs = endOf(verdict);
  const finishMs = finishWithinSeconds === null ? null : finishWithinSeconds * SECOND_MS;
  const isFinishing =
    limitedBy !== 'license' &&
    limitedBy !== 'renewal' &&
    firstPlayAtMs !== null &&
    finishMs !== null &&
    nowMs >= firstPlayAtMs + finishMs;
  if (isFinishing) return plain(text('license.thisViewing'), 'finish', 'now');
  if (endMs === null) {
    if (firstPlayAtMs !== null || finishMs === null)
      return plain(text('license.noLimit'), 'unlimited', 'none');
    return plain(text('license.onceStarted', { time: span(reader, finishMs) }), 'start', 'none');
  }
  const leftMs = endMs - nowMs;
  const urgency = leftMs <= COUNT_DOWN_MS ? 'now' : leftMs < SOON_MS ? 'soon' : 'none';
  const when = formatDeadline(reader, endMs, nowMs);
  if (limitedBy === 'renewal') {
    const action = urgency === 'none' ? null : reader.isOnline ? 'renew' : 'go-online';
    const words = withCountdown(reader, text('license.goOnlineBy', { when }), leftMs);
    return { words, help: text('license.goOnlineWhy'), sign: 'go-online', action, urgency };
  }
  if (firstPlayAtMs !== null) {
    const isCounting = leftMs <= COUNT_DOWN_MS;
    const words = isCounting
      ? text('license.finishWithin', { time: span(reader, leftMs) })
      : text('license.finishBy', { when });
    return { words, help: null, sign: 'finish', action: null, urgency };
  }
  // The same end for starting and finishing: who starts in the last minute has a minute.
  const isBoth = verdict.playableUntilMs !== null && verdict.playableUntilMs <= endMs;
  const words = text(isBoth ? 'license.startAndFinishBy' : 'license.startBy', { when });
  const help =
    isBoth || finishMs === null ? null : text('license.thenFinish', { time: span(reader, finishMs) });
  return { words: withCountdown(reader, words, leftMs), help, sign: 'start', action: null, urgency };
}

const lockedWords: Record<RefusalReason, MessageId> = {
  'license-expired': 'license.license-expired',
  'rental-expired': 'license.rental-expired',
  'playback-expired': 'license.playback-expired',
  'renewal-overdue': 'license.renewal-overdue',
  revoked: 'license.revoked',
  'no-license': 'license.no-license',
  'not-allowed': 'license.not-allowed',
  'not-yet': 'license.not-yet',
  'clock-behind': 'license.clock-behind',
};

function refusedWords(verdict: Refused, reader: LicenseReader): LicenseWords {
  const { text, nowMs } = reader;
  const { reason, sinceMs, startsAtMs } = verdict;
  const action = actionFor(verdict, reader);
  const help = text(`license.help.${action}`);
  if (reason === 'not-yet') {
    const words =
      startsAtMs === undefined
        ? text('license.not-yet')
        : text('license.playsFrom', { when: formatDeadline(reader, startsAtMs, nowMs) });
    return { words, help, sign: 'later', action, urgency: 'none' };
  }
  const hasEnded =
    reason === 'license-expired' || reason === 'rental-expired' || reason === 'playback-expired';
  const words =
    hasEnded && sinceMs !== null
      ? text(`license.${reason}.since`, { when: formatDeadline(reader, sinceMs, nowMs) })
      : text(lockedWords[reason]);
  return { words, help, sign: reason === 'clock-behind' ? 'clock' : 'locked', action, urgency: 'now' };
}

function actionFor({ reason, canRenew }: Refused, { isOnline }: LicenseReader) {
  if (reason === 'not-yet') return 'wait';
  if (reason === 'clock-behind') return 'set-clock';
  if (reason === 'revoked' || reason === 'not-allowed' || !canRenew) return 'remove';
  return isOnline ? 'renew' : 'go-online';
}

const plain = (words: string, sign: LicenseSign, urgency: LicenseWords['urgency']): LicenseWords => ({
  words,
  help: null,
  sign,
  action: null,
  urgency,
});

function span({ locale, text }: LicenseReader, ms: Ms): string {
  return ms < MINUTE_MS ? text('license.underMinute') : formatRemaining(locale, ms);
}

/** From two days on, hours say more than a date. */
function withCountdown(reader: LicenseReader, words: string, leftMs: Ms): string {
  if (leftMs > COUNT_DOWN_MS) return words;
  return reader.text('license.left', { words, time: span(reader, leftMs) });
}
