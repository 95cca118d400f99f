import type { Clock } from '../shared/platform.ts';
import { SECOND_MS } from '../shared/units.ts';
import type { Ms } from '../shared/units.ts';

/**
 * A clock that a tester moves. It starts as the one that it decorates and goes on by that one's monotonic clock,
 * at a rate; whoever sleeps on it sleeps until its own time has come.
 */
export interface VirtualClock extends Clock {
  /** Time passes at once: wall and monotonic clock together. Not negative. */
  step(ms: Ms): void;
  /** Somebody sets the machine's clock, either way: only the wall clock moves. */
  setWall(nowMs: Ms): void;
  /** The machine sleeps: the wall clock has gone on when it wakes, the monotonic one has stood still. */
  suspend(ms: Ms): void;
  /** How fast both go from here on: 1 as the machine does, 60 a minute in a second, 0 not at all. Not negative. */
  setRate(rate: number): void;
  rate(): number;
  /** Calls back when it was moved by hand; returns the way to stop. */
  onChange(listener: () => void): () => void;
}

/**
 * However fast time goes, a sleep takes as long as this, or as long as it would have taken: what waits for the
 * network would else give up at x3600 before an answer can be there.
 */
const LEAST_SLEEP_MS: Ms = SECOND_MS;
const UNTIL_WOKEN_MS: Ms = 2 ** 31 - 1;

export function createVirtualClock(inner: Clock, offsetMs: Ms = 0, startRate = 1): VirtualClock {
  let rate = startRate;
  let suspendedMs: Ms = 0;
  let anchor = { innerMs: inner.monotonic(), wallMs: inner.now() + offsetMs, monotonicMs: inner.monotonic() };
  const listeners = new Set<() => void>();
  const sleepers = new Set<AbortController>();

  const elapsed = () => (inner.monotonic() - anchor.innerMs) * rate;
  const monotonic = () => anchor.monotonicMs + elapsed();
  function move(change: { wallMs?: Ms; monotonicMs?: Ms; rate?: number }): void {
    const passed = elapsed();
    anchor = {
      innerMs: inner.monotonic(),
      wallMs: anchor.wallMs + passed + (change.wallMs ?? 0),
      monotonicMs: anchor.monotonicMs + passed + (change.monotonicMs ?? 0),
    };
    rate = change.rate ?? rate;
    for (const sleeper of [...sleepers]) sleeper.abort();
    for (const listener of [...listeners]) listener();
  }
  const now = () => Math.round(anchor.wallMs + elapsed());

  async function sleep(ms: Ms, signal?: AbortSignal): Promise<void> {
    const until = monotonic() + ms;
    const soonest = inner.monotonic() + Math.min(ms, LEAST_SLEEP_MS);
    for (let leftMs = ms; ; leftMs = until - monotonic()) {
      signal?.throwIfAborted();
      if (leftMs <= 0 && ms > 0) return;
      const leastMs = rate > 1 ? soonest - inner.monotonic() : 0;
      const realMs = rate === 0 && ms > 0 ? UNTIL_WOKEN_MS : Math.max(0, leastMs, leftMs / (rate || 1));
      const woken = new AbortController();
      const wake = () => woken.abort();
      signal?.addEventListener('abort', wake, { once: true });
      sleepers.add(woken);
      await inner.sleep(realMs, woken.signal).catch(() => undefined);
      sleepers.delete(woken);
      signal?.removeEventListener('abort', wake);
      if (ms <= 0) {
        signal?.throwIfAborted();
        return;
      }
    }
  }

  return {
    now,
    monotonic,
    slept: () => suspendedMs,
    uptime: () => {
      const on = inner.uptime?.();
      return on && { ...on, ms: on.ms + Math.round(monotonic() - inner.monotonic()) + suspendedMs };
    },
    sleep,
    step: (ms) => move({ wallMs: notNegative(ms), monotonicMs: ms }),
    setWall: (nowMs) => move({ wallMs: nowMs - now() }),
    suspend(ms) {
      suspendedMs += notNegative(ms);
      move({ wallMs: ms });
    },
    setRate: (to) => move({ rate: notNegative(to) }),
    rate: () => rate,
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

function notNegative(value: number): number {
  if (!(value >= 0)) throw new RangeError(`time does not go backwards: ${value}`);
  return value;
}
