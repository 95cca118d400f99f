import { asLayoverError } from '../shared/errors.ts';
import type { LayoverError } from '../shared/errors.ts';
import type { Clock, Log } from '../shared/platform.ts';
import { MINUTE_MS, SECOND_MS } from '../shared/units.ts';
import type { Ms } from '../shared/units.ts';
import { rankOf } from './order.ts';
import { createRetry } from './retry.ts';
import type { Retry } from './retry.ts';
import type { Row } from './rows.ts';
import type { WaitingFor } from './types.ts';
import { createWaits } from './waits.ts';

/** Why a download that is queued is not worked on. */
export interface Waiting {
  /** null: for nothing but time. */
  readonly for: WaitingFor | null;
  readonly error: LayoverError | null;
  /** By the wall clock; null: not known. */
  readonly untilMs: Ms | null;
}

export interface QueueDeps {
  readonly clock: Clock;
  readonly log: Log;
  random(sizeBytes: number): Uint8Array;
  atOnce(): number;
  /** Rows that are meant to be worked on, in order. */
  queued(): Row[];
  /** What of its requirements is not met. */
  unmet(row: Row): Waiting | null;
  /** When `unmet` may answer otherwise though nobody called `wake`; null: never. */
  nextLookMs(): Ms | null;
  /** Works on one; `progressed` is called whenever something was stored. */
  work(row: Row, signal: AbortSignal, progressed: () => void): Promise<void>;
  onCompleted(downloadId: string): void;
  onFailed(downloadId: string, error: LayoverError): void;
  onQueueStopped(downloadId: string, error: LayoverError): Promise<void>;
  /** The drive with the downloads did not answer. */
  onPlaceLost(): void;
  /** What `waiting` tells of it is another. */
  onChanged(downloadId: string): void;
}

/** Works on the first few that nothing keeps back; what has to wait lets the next ones go first. */
export interface Queue {
  start(): void;
  stop(): Promise<void>;
  /** Something that matters may have changed: looks at all of it again, at once. */
  wake(): void;
  /** What waits for one of these tries again now. */
  retry(reasons: readonly WaitingFor[]): void;
  /** The machine is about to sleep: nothing runs until `awake`, or until it turns out to be awake after all. */
  sleep(): void;
  awake(): void;
  waiting(downloadId: string): Waiting | undefined;
  /** Forgets that it waited: it may run at once, with a new budget. */
  hurry(downloadId: string): void;
  /** Stops working on that one, if it is; resolves when nothing of it runs any more. */
  interrupt(downloadId: string): Promise<void>;
}

interface Run {
  readonly abort: AbortController;
  done: Promise<void>;
}

/** Of so many tries without progress one is bad luck; then it no longer takes the place of others. */
const LUCKLESS_TRIES = 2;
/** A machine that says it goes to sleep and does not, or wakes without a word, must not stand still for ever. */
const LONGEST_SLEEP_MS = 30 * SECOND_MS;

export function createQueue(deps: QueueDeps): Queue {
  const { clock, log } = deps;
  const waits = createWaits(clock);
  const retries = new Map<string, Retry>();
  const runs = new Map<string, Run>();
  let waiting = new Map<string, Waiting>();
  let isStarted = false;
  let isLooking = false;
  let nap: AbortController | undefined;
  let alarm = new AbortController();

  /** Many causes at the same moment are one look. */
  function wake(): void {
    if (!isStarted || isLooking) return;
    isLooking = true;
    queueMicrotask(() => {
      isLooking = false;
      if (!isStarted) return;
      try {
        look();
      } catch (error) {
        // The database, most likely: later it may answer again.
        log.error('download.queue-broken', { error: String(error) });
        setAlarm(MINUTE_MS);
      }
    });
  }

  function whyNot(row: Row): Waiting | undefined {
    const unmet = deps.unmet(row);
    if (unmet) return unmet;
    const wait = waits.of(row.downloadId);
    return wait && { for: wait.for, error: wait.error, untilMs: wait.wallMs };
  }

  function look(): void {
    const rows = deps.queued();
    const before = waiting;
    waiting = new Map();
    const ready = rows.filter((row) => {
      const why = whyNot(row);
      if (why) waiting.set(row.downloadId, why);
      return !why;
    });
    const chosen = new Set(choose(ready).map(({ downloadId }) => downloadId));
    for (const [downloadId, { abort }] of runs)
      if (!chosen.has(downloadId)) abort.abort(new Error('another one comes first, or something is missing'));
    for (const row of ready)
      if (chosen.has(row.downloadId) && !runs.has(row.downloadId) && runs.size < deps.atOnce()) begin(row);
    for (const { downloadId } of rows)
      if (!isSame(before.get(downloadId), waiting.get(downloadId))) deps.onChanged(downloadId);
    const lookMs = [deps.nextLookMs(), ...rows.map(({ downloadId }) => waits.leftMs(downloadId) || null)];
    if (rows.length > 0) setAlarm(Math.min(...lookMs.filter((ms) => ms !== null)));
    else alarm.abort();
  }

  function choose(ready: readonly Row[]): Row[] {
    if (nap) return [];
    const isLuckless = ({ downloadId }: Row) =>
      !runs.has(downloadId) && (retries.get(downloadId)?.tries() ?? 0) >= LUCKLESS_TRIES;
    return ready
      .toSorted(
        (a, b) => rankOf[a.priority] - rankOf[b.priority] || Number(isLuckless(a)) - Number(isLuckless(b)),
      )
      .slice(0, deps.atOnce());
  }

  function setAlarm(ms: Ms): void {
    alarm.abort();
    alarm = new AbortController();
    if (!Number.isFinite(ms)) return;
    clock.sleep(ms, alarm.signal).then(wake, () => undefined);
  }

  function begin(row: Row): void {
    const { downloadId } = row;
    const run: Run = { abort: new AbortController(), done: Promise.resolve() };
    runs.set(downloadId, run);
    waits.forget(downloadId);
    run.done = runOne(row, run.abort).finally(() => {
      runs.delete(downloadId);
      wake();
    });
  }

  async function runOne(row: Row, abort: AbortController): Promise<void> {
    const { downloadId } = row;
    let progressed = false;
    try {
      await deps.work(row, abort.signal, () => (progressed = true));
      retries.delete(downloadId);
      deps.onCompleted(downloadId);
    } catch (thrown) {
      if (abort.signal.aborted) {
        if (isStarted) deps.onChanged(downloadId);
        return;
      }
      const error = asLayoverError(thrown);
      try {
        await settle(downloadId, error, progressed);
      } catch (unsettled) {
        // A disk may be too full even to write that down. The row still says `queued`: later, once more.
        log.error('download.unsettled', { downloadId, code: error.code, cause: String(unsettled) });
        waits.set(downloadId, { for: null, error }, MINUTE_MS);
      }
    }
  }

  /** Decides what an error means for a download, and writes it down. */
  async function settle(downloadId: string, error: LayoverError, progressed: boolean): Promise<void> {
    const retry = retries.get(downloadId) ?? createRetry((sizeBytes) => deps.random(sizeBytes));
    retries.set(downloadId, retry);
    const decision = retry.decide(error, progressed);
    const cause = error.cause instanceof Error ? error.cause.message : null;
    log.warn('download.interrupted', { downloadId, code: error.code, decision: decision.kind, cause });
    if (decision.kind === 'wait') {
      waits.set(downloadId, { for: decision.for, error }, decision.ms);
      if (decision.for === 'storage-place') deps.onPlaceLost();
    } else {
      retries.delete(downloadId);
      if (decision.kind === 'fail') deps.onFailed(downloadId, error);
      else await deps.onQueueStopped(downloadId, error);
    }
  }

  function awake(): void {
    nap?.abort();
    nap = undefined;
    wake();
  }

  return {
    wake,
    awake,
    start() {
      isStarted = true;
      wake();
    },
    async stop() {
      isStarted = false;
      alarm.abort();
      nap?.abort();
      nap = undefined;
      for (const { abort } of runs.values()) abort.abort(new Error('stopped'));
      await Promise.all([...runs.values()].map(({ done }) => done));
    },
    retry(reasons) {
      waits.end(reasons);
      wake();
    },
    sleep() {
      nap?.abort();
      nap = new AbortController();
      clock.sleep(LONGEST_SLEEP_MS, nap.signal).then(awake, () => undefined);
      wake();
    },
    waiting: (downloadId) => waiting.get(downloadId),
    hurry(downloadId) {
      waits.forget(downloadId);
      retries.delete(downloadId);
      waiting.delete(downloadId);
      wake();
    },
    async interrupt(downloadId) {
      waits.forget(downloadId);
      retries.delete(downloadId);
      waiting.delete(downloadId);
      const run = runs.get(downloadId);
      run?.abort.abort(new Error('interrupted'));
      await run?.done;
    },
  };
}

function isSame(one: Waiting | undefined, other: Waiting | undefined): boolean {
  return (
    one === other ||
    (one?.for === other?.for && one?.error?.code === other?.error?.code && one?.untilMs === other?.untilMs)
  );
}
