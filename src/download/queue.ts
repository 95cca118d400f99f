import { asLayoverError } from '../shared/errors.ts';
import type { LayoverError } from '../shared/errors.ts';
import type { Clock, Log, NetworkSignal } from '../shared/platform.ts';
import { MINUTE_MS } from '../shared/units.ts';
import type { Ms } from '../shared/units.ts';
import { createRetry } from './retry.ts';
import type { Retry } from './retry.ts';
import type { Row } from './rows.ts';
import type { WaitingFor } from './types.ts';

export interface Waiting {
  /** null: for nothing but time. */
  readonly for: WaitingFor | null;
  readonly error: LayoverError;
  /** By the monotonic clock. */
  readonly untilMs: Ms;
}

export interface QueueDeps {
  readonly clock: Clock;
  readonly network: NetworkSignal;
  readonly log: Log;
  random(sizeBytes: number): Uint8Array;
  /** Rows that are meant to be worked on, in order. */
  queued(): Row[];
  /** Works on one; `progressed` is called whenever something was stored. */
  work(row: Row, signal: AbortSignal, progressed: () => void): Promise<void>;
  onCompleted(downloadId: string): void;
  onFailed(downloadId: string, error: LayoverError): void;
  onQueueStopped(downloadId: string, error: LayoverError): Promise<void>;
  onWaiting(downloadId: string): void;
}

/** Works on one download at a time; what has to wait lets the next one go first. */
export interface Queue {
  start(): void;
  stop(): Promise<void>;
  /** Something became runnable. */
  wake(): void;
  waiting(downloadId: string): Waiting | undefined;
  /** Forgets that it waited: it may run at once, with a new budget. */
  hurry(downloadId: string): void;
  /** Stops working on that one, if it is; resolves when nothing of it runs any more. */
  interrupt(downloadId: string): Promise<void>;
}

export function createQueue(deps: QueueDeps): Queue {
  const { clock, network, log } = deps;
  const waits = new Map<string, Waiting>();
  const retries = new Map<string, Retry>();
  let current: { downloadId: string; abort: AbortController; done: Promise<void> } | undefined;
  let running: { stop: AbortController; done: Promise<void>; unsubscribe: () => void } | undefined;
  let alarm = new AbortController();

  const wake = () => {
    alarm.abort();
  };

  function next(): { row?: Row; sleepMs?: Ms } {
    const nowMs = clock.monotonic();
    let sleepMs: Ms | undefined;
    for (const row of deps.queued()) {
      const leftMs = (waits.get(row.downloadId)?.untilMs ?? nowMs) - nowMs;
      if (leftMs <= 0) return { row };
      sleepMs = Math.min(sleepMs ?? leftMs, leftMs);
    }
    return sleepMs === undefined ? {} : { sleepMs };
  }

  async function runOne(row: Row, abort: AbortController): Promise<void> {
    const { downloadId } = row;
    let progressed = false;
    waits.delete(downloadId);
    try {
      await deps.work(row, abort.signal, () => (progressed = true));
      retries.delete(downloadId);
      deps.onCompleted(downloadId);
    } catch (thrown) {
      if (abort.signal.aborted) return;
      const error = asLayoverError(thrown);
      try {
        await settle(downloadId, error, progressed);
      } catch (unsettled) {
        // A disk may be too full even to write that down. The row still says `queued`: later, once more.
        log.error('download.unsettled', { downloadId, code: error.code, cause: String(unsettled) });
        waits.set(downloadId, { for: null, error, untilMs: clock.monotonic() + MINUTE_MS });
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
      waits.set(downloadId, { for: decision.for, error, untilMs: clock.monotonic() + decision.ms });
      deps.onWaiting(downloadId);
    } else {
      retries.delete(downloadId);
      if (decision.kind === 'fail') deps.onFailed(downloadId, error);
      else await deps.onQueueStopped(downloadId, error);
    }
  }

  async function loop(stop: AbortSignal): Promise<void> {
    while (!stop.aborted) {
      alarm = new AbortController();
      const { row, sleepMs } = next();
      if (row) {
        const abort = new AbortController();
        const onStop = () => {
          abort.abort(stop.reason);
        };
        stop.addEventListener('abort', onStop, { once: true });
        current = { downloadId: row.downloadId, abort, done: runOne(row, abort) };
        await current.done.finally(() => {
          stop.removeEventListener('abort', onStop);
          current = undefined;
        });
      } else {
        await idle(AbortSignal.any([stop, alarm.signal]), sleepMs);
      }
    }
  }

  /** Until somebody wakes it, or for so long. */
  function idle(woken: AbortSignal, ms: Ms | undefined): Promise<void> {
    if (woken.aborted) return Promise.resolve();
    if (ms !== undefined) return clock.sleep(ms, woken).catch(() => {});
    return new Promise((resolve) => {
      woken.addEventListener('abort', () => resolve(), { once: true });
    });
  }

  return {
    wake,
    start() {
      if (running) return;
      const stop = new AbortController();
      const unsubscribe = network.onChange(() => {
        if (!network.isOnline()) return;
        for (const [downloadId, waiting] of waits)
          if (waiting.for === 'network') waits.set(downloadId, { ...waiting, untilMs: clock.monotonic() });
        wake();
      });
      const done = loop(stop.signal).catch((error: unknown) => {
        log.error('download.queue-broken', { error: String(error) });
      });
      running = { stop, done, unsubscribe };
    },
    async stop() {
      const was = running;
      running = undefined;
      was?.unsubscribe();
      was?.stop.abort(new Error('stopped'));
      await was?.done;
    },
    waiting: (downloadId) => waits.get(downloadId),
    hurry(downloadId) {
      waits.delete(downloadId);
      retries.delete(downloadId);
      wake();
    },
    async interrupt(downloadId) {
      waits.delete(downloadId);
      retries.delete(downloadId);
      if (current?.downloadId !== downloadId) return;
      current.abort.abort(new Error('interrupted'));
      await current.done;
    },
  };
}
