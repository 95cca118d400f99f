import type { Database } from '../database/types.ts';
import { asLayoverError, isLayoverError, LayoverError } from '../shared/errors.ts';
import type { Verdict } from '../shared/license.ts';
import type { Clock, Log } from '../shared/platform.ts';
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../shared/units.ts';
import type { Bytes, Ms } from '../shared/units.ts';
import { renewalDueAt, tryAt, waitAfter } from './renewal-plan.ts';
import { createRenewalRows } from './renewal-rows.ts';
import type { HeldLicense, Licenses, TrustedTime } from './types.ts';

/** What became of one renewal. */
export type RenewalOutcome =
  | { readonly videoId: string; readonly verdict: Verdict }
  | { readonly videoId: string; readonly error: LayoverError };

/** Renews licenses before anybody misses them. Nothing that it does, or fails to do, ends what plays. */
export interface Renewals {
  /** Looks what is due now: the service is there, somebody signed in, a license came, play started. */
  look(): void;
  /**
   * New windows for these now, whether due or not, as the viewer asks for it by hand. An outcome each, in the order
   * asked for; those that were not tried any more after the signal aborted have the error of being offline.
   */
  renewNow(videoIds: readonly string[], signal?: AbortSignal): Promise<RenewalOutcome[]>;
  /**
   * The service no longer counts these licenses as held here (the device was removed from the account, or a revocation was
   * lifted): asks for others at once, and gives up those that it refuses to replace.
   */
  replace(videoIds: readonly string[]): void;
  /** When which is due, soonest first; what is never renewed by itself is not named. */
  due(): { videoId: string; atMs: Ms }[];
  /** Resolves when nothing is under way any more. */
  stop(): Promise<void>;
}

export interface RenewalDeps {
  readonly database: Database;
  readonly licenses: Pick<Licenses, 'holdings' | 'renew' | 'takeBack'>;
  readonly trustedTime: Pick<TrustedTime, 'now'>;
  readonly clock: Clock;
  readonly log: Log;
  random(sizeBytes: Bytes): Uint8Array;
  /** The service answers, and somebody is signed in. */
  isOnline(): boolean;
  /** It is another license than it was: new windows, or none any more. */
  onRenewed(videoId: string): void;
}

/** Together one batch; a service with thousands of clients is not to be asked for twenty things at once by each. */
const AT_ONCE = 4;
/** Trusted time may jump, and a timer does not hear of it. */
const LONGEST_SLEEP_MS: Ms = HOUR_MS;
/** There is no use in asking for the next one, and it is nobody's refusal. */
const noWay = ['network/offline', 'network/unreachable', 'network/captive-portal'] as const;
/** It may be busy: the next one is spared, this one is counted. */
const busy = ['service/unreachable', 'service/bad-answer'] as const;

export function createRenewals(deps: RenewalDeps): Renewals {
  const { licenses, trustedTime, clock, log } = deps;
  const rows = createRenewalRows(deps.database);
  const ended = new AbortController();
  let pause: AbortController | undefined;
  let round: Promise<void> | undefined;
  let replacing: Promise<void> = Promise.resolve();
  let isAskedAgain = false;
  /** How long the rest of a round is left alone that was broken off. */
  let restMs: Ms = MINUTE_MS;

  const fraction = () => (deps.random(1)[0] ?? 0) / 255;
  function plan(): { held: HeldLicense; atMs: Ms }[] {
    const nowMs = trustedTime.now();
    return licenses
      .holdings()
      .flatMap((held) => {
        const dueAtMs = held.isForeign && !held.ended ? nowMs : renewalDueAt(held, held, nowMs);
        return dueAtMs === null ? [] : [{ held, atMs: tryAt(dueAtMs, rows.read(held.videoId), nowMs) }];
      })
      .sort((a, b) => a.atMs - b.atMs);
  }

  /** False: whoever comes after it would fare no better. */
  async function ahead({ videoId, policy }: HeldLicense): Promise<boolean> {
    try {
      await licenses.renew(videoId, { firstPlay: 'kept' });
      // A service whose clock is a little behind issues what is due again at once: no reason to go round in circles.
      const pauseMs = waitAfter(1, policy.renewal_retry_interval_seconds, {
        fraction: 1,
        isRefusal: true,
        retryAfterMs: 0,
      });
      rows.write(videoId, { count: 0, notBeforeMs: trustedTime.now() + pauseMs });
      log.info('license/renewed-ahead', { videoId });
      deps.onRenewed(videoId);
      return true;
    } catch (thrown) {
      const error = asLayoverError(thrown);
      restMs = isLayoverError(error, 'auth/signed-out') ? HOUR_MS : MINUTE_MS;
      if (ended.signal.aborted || isLayoverError(error, ...noWay)) return false;
      // No failure, but the service's word on the license itself.
      if (isLayoverError(error, 'license/revoked')) {
        licenses.takeBack(videoId);
        deps.onRenewed(videoId);
        return true;
      }
      const count = (rows.read(videoId)?.count ?? 0) + 1;
      const isBusy = isLayoverError(error, ...busy);
      const { retryAfterSeconds } = error.details;
      const waitMs = waitAfter(count, policy.renewal_retry_interval_seconds, {
        fraction: fraction(),
        isRefusal: !isBusy,
        retryAfterMs: typeof retryAfterSeconds === 'number' ? retryAfterSeconds * SECOND_MS : 0,
      });
      rows.write(videoId, { count, notBeforeMs: trustedTime.now() + waitMs });
      log.info('license/renewal-failed', { videoId, code: error.code, count, waitMs });
      return !isBusy && !isLayoverError(error, 'auth/signed-out');
    }
  }

  async function inBatches<T>(items: readonly T[], work: (item: T) => Promise<boolean>): Promise<void> {
    const waiting = [...items];
    const one = async (): Promise<void> => {
      for (let item = waiting.shift(); item !== undefined; item = waiting.shift())
        if (!(await work(item))) waiting.length = 0;
    };
    await Promise.all(Array.from({ length: AT_ONCE }, one));
  }

  async function allThatIsDue(): Promise<void> {
    do {
      isAskedAgain = false;
      const nowMs = trustedTime.now();
      const due = plan().filter(({ atMs }) => atMs <= nowMs);
      await inBatches(due, async ({ held }) => deps.isOnline() && !ended.signal.aborted && ahead(held));
    } while (isAskedAgain && !ended.signal.aborted);
  }

  /** Until the next is due; while offline not at all: whoever finds a way says `look`. */
  function sleep(): void {
    if (ended.signal.aborted || !deps.isOnline()) return;
    const [next] = plan();
    if (!next) return;
    const leftMs = next.atMs - trustedTime.now();
    pause = new AbortController();
    clock
      .sleep(Math.min(leftMs > 0 ? leftMs : restMs, LONGEST_SLEEP_MS), pause.signal)
      .then(look, () => undefined);
  }

  function look(): void {
    if (ended.signal.aborted || !deps.isOnline()) return;
    pause?.abort();
    if (round) {
      isAskedAgain = true;
      return;
    }
    round = allThatIsDue()
      .catch((thrown: unknown) => log.warn('license/renewals-failed', { code: asLayoverError(thrown).code }))
      .finally(() => {
        round = undefined;
        sleep();
      });
  }

  /** Another license in its place; false: no way to the service. */
  async function replaceOne(videoId: string): Promise<boolean> {
    try {
      await licenses.renew(videoId, { firstPlay: 'kept', isGone: true });
    } catch (thrown) {
      const error = asLayoverError(thrown);
      log.info('license/not-replaced', { videoId, code: error.code });
      // Only the service's own word takes one back: a full disk or a fault of ours is none.
      const isOurs = isLayoverError(error, ...noWay, ...busy, 'auth/signed-out', 'database/full', 'internal');
      if (ended.signal.aborted || isOurs) return false;
      licenses.takeBack(videoId);
    }
    deps.onRenewed(videoId);
    return true;
  }

  return {
    look,
    replace(videoIds) {
      replacing = replacing
        .then(() => inBatches(videoIds, replaceOne))
        .catch((thrown: unknown) =>
          log.warn('license/renewals-failed', { code: asLayoverError(thrown).code }),
        );
    },
    async renewNow(videoIds, signal) {
      const outcomes = new Map<string, RenewalOutcome>();
      let stoppedBy: LayoverError | undefined;
      await inBatches(videoIds, async (videoId) => {
        if (signal?.aborted) return false;
        try {
          outcomes.set(videoId, { videoId, verdict: await licenses.renew(videoId) });
          rows.forget(videoId);
          deps.onRenewed(videoId);
          return true;
        } catch (thrown) {
          const error = asLayoverError(thrown);
          outcomes.set(videoId, { videoId, error });
          if (!isLayoverError(error, ...noWay, ...busy, 'auth/signed-out')) return true;
          stoppedBy = error;
          return false;
        }
      });
      const rest = stoppedBy ?? new LayoverError('network/offline');
      return videoIds.map((videoId) => outcomes.get(videoId) ?? { videoId, error: rest });
    },
    due: () => plan().map(({ held, atMs }) => ({ videoId: held.videoId, atMs })),
    async stop() {
      ended.abort();
      pause?.abort();
      await Promise.all([round, replacing]);
    },
  };
}
