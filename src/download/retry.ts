import type { ErrorCode, LayoverError } from '../shared/errors.ts';
import { MINUTE_MS, SECOND_MS } from '../shared/units.ts';
import type { Bytes, Ms } from '../shared/units.ts';
import type { WaitingFor } from './types.ts';

/** What to do about an error: the one place where that is decided. */
export type Decision =
  | { kind: 'wait'; for: WaitingFor; ms: Ms }
  | { kind: 'fail' }
  /** No other download can do better: a full disk. */
  | { kind: 'stop-queue' };

export interface Retry {
  /** `progressed`: something was stored since the last error; that gives a new budget. */
  decide(error: LayoverError, progressed: boolean): Decision;
  /** Since something was stored last. */
  tries(): number;
}

const FIRST_WAIT_MS = SECOND_MS;
const LONGEST_WAIT_MS = MINUTE_MS;
/** So often without progress, then an error that is nobody's outage counts as lasting. */
const MOST_TRIES = 5;

const waitsFor: Partial<Record<ErrorCode, WaitingFor>> = {
  'network/offline': 'network',
  'network/unreachable': 'network',
  'network/captive-portal': 'network',
  'service/unreachable': 'service',
  'cdn/no-oca': 'oca',
  'cdn/address-expired': 'oca',
  'address/busy': 'oca',
  // Signed out in mid-use, by the service: the viewer signs in again, and it goes on.
  'auth/signed-out': 'service',
  'auth/subscription-inactive': 'service',
  'auth/too-many-attempts': 'service',
  // The machine's clock is set right, or the service tells the time.
  'license/clock-behind': 'license',
  'store/absent': 'storage-place',
  'download/no-room': 'space',
};
/** Worth some tries, but not for ever. */
const doubtful: Partial<Record<ErrorCode, WaitingFor>> = {
  'cdn/digest-mismatch': 'oca',
  'cdn/no-key': 'oca',
  'manifest/malformed': 'service',
  'service/bad-answer': 'service',
  // It ended while the download went on: the next try renews it.
  'license/expired': 'license',
  'license/rental-expired': 'license',
  'license/playback-expired': 'license',
  'store/unreadable': 'storage-place',
  'database/failing': 'storage-place',
  internal: 'oca',
};
export const stopsQueue: readonly ErrorCode[] = ['store/no-space', 'store/read-only', 'database/full'];

/** For one download. `random` spreads the waits of many clients. */
export function createRetry(random: (sizeBytes: Bytes) => Uint8Array): Retry {
  let tries = 0;
  return {
    tries: () => tries,
    decide(error, progressed) {
      if (stopsQueue.includes(error.code)) return { kind: 'stop-queue' };
      tries = progressed ? 1 : tries + 1;
      const patient = waitsFor[error.code];
      const what = patient ?? doubtful[error.code];
      if (what === undefined || (patient === undefined && tries > MOST_TRIES)) return { kind: 'fail' };
      const backoffMs = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(tries - 1, 10));
      const jitter = 1 + (random(1)[0] ?? 0) / 1024;
      const { retryAfterSeconds } = error.details;
      const askedMs = typeof retryAfterSeconds === 'number' ? retryAfterSeconds * SECOND_MS : 0;
      return { kind: 'wait', for: what, ms: Math.max(backoffMs * jitter, askedMs) };
    },
  };
}
