import type { Database } from '../database/types.ts';
import { asLayoverError, isLayoverError, LayoverError } from '../shared/errors.ts';
import type { Clock, Log } from '../shared/platform.ts';
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../shared/units.ts';
import type { Bytes, Ms } from '../shared/units.ts';
import { renewalDueAt, tryAt, waitAfter } from './renewal-plan.ts';
import { createRenewalRows } from './renewal-rows.ts';
import { busy, noWay } from './renewing.ts';
import type { HeldLicense, Licenses, RenewalOutcome, TrustedTime } from './types.ts';

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
  /** Resolves when nothing is under way any more; more may follow later. */
  idle(): Promise<void>;
  /** The same, and nothing follows. */
  stop(): Promise<void>;
}

export interface RenewalDeps {
  readonly database: Database;
  readonly licenses: Pick<Licenses, 'holdings' | 'renewMany' | 'takeBack'>;
  readonly trustedTime: Pick<TrustedTime, 'now'>;
  readonly clock: Clock;
  readonly log: Log;
  random(sizeBytes: Bytes): Uint8Array;
  /** The service answers, and somebody is signed in. */
  isOnline(): boolean;
  /** It is another license than it was: new windows, or none any more. */
  onRenewed(videoId: string): void;
}

/** In one request. It is answered within a second or two, and what fails together is asked for again together. */
const IN_ONE_REQUEST = 25;
/** Trusted time may jump, and a timer does not hear of it. */
const LONGEST_SLEEP_MS: Ms = HOUR_MS;

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

  /** Puts it off; `share`: of the spread, which is one for all that failed together, so that they stay together. */
  function putOff({ videoId, policy }: HeldLicense, error: LayoverError, share: number): void {
    const count = (rows.read(videoId)?.count ?? 0) + 1;
    const { retryAfterSeconds } = error.details;
    const waitMs = waitAfter(count, policy.renewal_retry_interval_seconds, {
      fraction: share,
      isRefusal: !isLayoverError(error, ...busy),
      retryAfterMs: typeof retryAfterSeconds === 'number' ? retryAfterSeconds * SECOND_MS : 0,
    });
    rows.write(videoId, { count, notBeforeMs: trustedTime.now() + waitMs });
    log.info('license/renewal-failed', { videoId, code: error.code, count, waitMs });
  }

  function noteRenewed({ videoId, policy }: HeldLicense): void {
    // A service whose clock is a little behind issues what is due again at once: no reason to go round in circles.
    const pauseMs = waitAfter(1, policy.renewal_retry_interval_seconds, {
      fraction: 1,
      isRefusal: true,
      retryAfterMs: 0,
    });
    rows.write(videoId, { count: 0, notBeforeMs: trustedTime.now() + pauseMs });
    log.info('license/renewed-ahead', { videoId });
    deps.onRenewed(videoId);
  }

  /** False: whoever comes after these would fare no better. */
  async function ahead(few: readonly HeldLicense[]): Promise<boolean> {
    const outcomes = await licenses.renewMany(
      few.map(({ videoId }) => videoId),
      { firstPlay: 'kept' },
    );
    const share = fraction();
    for (const [at, held] of few.entries()) {
      const outcome = outcomes[at];
      if (!outcome) continue;
      const { videoId } = held;
      if (!('error' in outcome)) {
        noteRenewed(held);
      } else if (isLayoverError(outcome.error, 'license/revoked')) {
        // No failure, but the service's word on the license itself.
        licenses.takeBack(videoId);
        deps.onRenewed(videoId);
      } else if (!ended.signal.aborted && !isLayoverError(outcome.error, ...noWay)) {
        putOff(held, outcome.error, share);
      }
    }
    const stop = stoppedBy(outcomes);
    restMs = isLayoverError(stop, 'auth/signed-out') ? HOUR_MS : MINUTE_MS;
    return stop === null;
  }

  /** So many at a time, until one says that it is no use. */
  async function inTurn<T>(
    items: readonly T[],
    size: number,
    work: (few: readonly T[]) => Promise<boolean>,
  ): Promise<void> {
    for (let at = 0; at < items.length; at += size) if (!(await work(items.slice(at, at + size)))) return;
  }

  async function allThatIsDue(): Promise<void> {
    isAskedAgain = false;
    const nowMs = trustedTime.now();
    const due = plan().filter(({ atMs }) => atMs <= nowMs);
    await inTurn(
      due.map(({ held }) => held),
      IN_ONE_REQUEST,
      async (few) => deps.isOnline() && !ended.signal.aborted && ahead(few),
    );
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
        if (isAskedAgain) look();
        else sleep();
      });
  }

  /** Other licenses in their place; false: no way to the service. */
  async function replaced(videoIds: readonly string[]): Promise<boolean> {
    const outcomes = await licenses.renewMany(videoIds, { firstPlay: 'kept', isGone: true });
    for (const outcome of outcomes) {
      const { videoId } = outcome;
      if ('error' in outcome) {
        const { error } = outcome;
        log.info('license/not-replaced', { videoId, code: error.code });
        // Only the service's own word takes one back: a full disk or a fault of ours is none.
        const isOurs = isLayoverError(
          error,
          ...noWay,
          ...busy,
          'auth/signed-out',
          'database/full',
          'database/failing',
          'internal',
        );
        if (ended.signal.aborted || isOurs) continue;
        licenses.takeBack(videoId);
      }
      deps.onRenewed(videoId);
    }
    return stoppedBy(outcomes) === null;
  }

  async function idle(): Promise<void> {
    await Promise.all([round, replacing]);
  }

  return {
    look,
    replace(videoIds) {
      replacing = replacing
        .then(() => inTurn(videoIds, IN_ONE_REQUEST, replaced))
        .catch((thrown: unknown) =>
          log.warn('license/renewals-failed', { code: asLayoverError(thrown).code }),
        );
    },
    async renewNow(videoIds, signal) {
      const outcomes: RenewalOutcome[] = [];
      let stop: LayoverError | null = null;
      await inTurn(videoIds, IN_ONE_REQUEST, async (few) => {
        if (signal?.aborted) return false;
        const told = await licenses.renewMany(few);
        outcomes.push(...told);
        for (const outcome of told)
          if (!('error' in outcome)) {
            rows.forget(outcome.videoId);
            deps.onRenewed(outcome.videoId);
          }
        stop = stoppedBy(told);
        return stop === null;
      });
      const error = stop ?? new LayoverError('network/offline');
      return [...outcomes, ...videoIds.slice(outcomes.length).map((videoId) => ({ videoId, error }))];
    },
    due: () => plan().map(({ held, atMs }) => ({ videoId: held.videoId, atMs })),
    idle,
    async stop() {
      ended.abort();
      pause?.abort();
      await idle();
    },
  };
}

/**
 * Why the next ones would fare no better; null: they may. One answer that is bad or missing among good ones is that
 * license's own; when there is none but such, the service is busy.
 */
function stoppedBy(outcomes: readonly RenewalOutcome[]): LayoverError | null {
  const errors = outcomes.flatMap((outcome) => ('error' in outcome ? outcome.error : []));
  const none = errors.find((error) => isLayoverError(error, ...noWay, 'auth/signed-out'));
  if (none) return none;
  const isBusy = errors.length === outcomes.length && errors.every((error) => isLayoverError(error, ...busy));
  return (isBusy && errors[0]) || null;
}
