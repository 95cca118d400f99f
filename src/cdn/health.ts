import type { Clock } from '../shared/platform.ts';
import { MINUTE_MS, SECOND_MS } from '../shared/units.ts';
import type { BitsPerSecond, Bytes, Ms } from '../shared/units.ts';

/** What is known of one OCA, from every session that used it. Times are of the monotonic clock. */
export interface OcaRecord {
  readonly throughputBitsPerSecond: BitsPerSecond | null;
  readonly latencyMs: Ms | null;
  /** 1: never failed lately; towards 0: fails always. */
  readonly reliability: number;
  /** Until then it is asked only when nobody else is left. */
  readonly penalizedUntilMs: Ms;
  /** Until then it is not asked at all: it said so itself (Retry-After). */
  readonly setAsideUntilMs: Ms;
  readonly measuredAtMs: Ms | null;
}

export interface Health {
  of(ocaId: string): OcaRecord;
  /** It answered; with `sample`, it also moved that many bytes in that time. */
  answered(ocaId: string, latencyMs: Ms, sample?: { bytes: Bytes; transferMs: Ms }): void;
  /** A slow or broken-off transfer still tells how fast it was. */
  moved(ocaId: string, sample: { bytes: Bytes; transferMs: Ms }): void;
  /** Reset, timeout, 5xx, wrong bytes. Each one after a penalty doubles the next. */
  failed(ocaId: string): void;
  setAside(ocaId: string, ms: Ms): void;
}

const FIRST_PENALTY_MS = SECOND_MS;
const LONGEST_PENALTY_MS = MINUTE_MS;
/** Failures older than this say nothing about now. */
const FORGIVEN_AFTER_MS = 5 * MINUTE_MS;
/** Below this, a transfer measures latency, not throughput; unless bytes came for so long: then that is how slow it is. */
const SMALLEST_SAMPLE_BYTES = 16 * 1024;
const LONG_SAMPLE_MS: Ms = SECOND_MS;
/** Weight of a new sample, from the service's own rule for bandwidth: 0.8 old + 0.2 new. */
const NEW = 0.2;

const unknown: OcaRecord = {
  throughputBitsPerSecond: null,
  latencyMs: null,
  reliability: 1,
  penalizedUntilMs: 0,
  setAsideUntilMs: 0,
  measuredAtMs: null,
};

/** The memory of OCAs that all sessions share. `random` spreads penalties, so that clients do not return as one. */
export function createHealth(clock: Clock, random: (sizeBytes: Bytes) => Uint8Array): Health {
  const records = new Map<string, OcaRecord>();
  const failures = new Map<string, { inARow: number; lastAtMs: Ms }>();

  const of = (ocaId: string) => records.get(ocaId) ?? unknown;
  const change = (ocaId: string, changes: Partial<OcaRecord>) => {
    records.set(ocaId, { ...of(ocaId), ...changes });
  };

  const moved: Health['moved'] = (ocaId, { bytes, transferMs }) => {
    if (bytes < SMALLEST_SAMPLE_BYTES && transferMs < LONG_SAMPLE_MS) return;
    const sample = (bytes * 8 * SECOND_MS) / Math.max(1, transferMs);
    const old = of(ocaId).throughputBitsPerSecond;
    change(ocaId, { throughputBitsPerSecond: old === null ? sample : (1 - NEW) * old + NEW * sample });
  };

  return {
    of,
    moved,
    answered(ocaId, latencyMs, sample) {
      const before = of(ocaId);
      failures.delete(ocaId);
      change(ocaId, {
        latencyMs: before.latencyMs === null ? latencyMs : (1 - NEW) * before.latencyMs + NEW * latencyMs,
        reliability: (1 - NEW) * before.reliability + NEW,
        penalizedUntilMs: 0,
        measuredAtMs: clock.monotonic(),
      });
      if (sample) moved(ocaId, sample);
    },
    failed(ocaId) {
      const nowMs = clock.monotonic();
      const last = failures.get(ocaId);
      const isForgiven = !last || nowMs - last.lastAtMs >= FORGIVEN_AFTER_MS;
      // Requests under way fail together: that is one incident, and doubles once.
      const isSameIncident = of(ocaId).penalizedUntilMs > nowMs;
      const inARow = isForgiven ? 1 : last.inARow + Number(!isSameIncident);
      failures.set(ocaId, { inARow, lastAtMs: nowMs });
      const penaltyMs = Math.min(LONGEST_PENALTY_MS, FIRST_PENALTY_MS * 2 ** (inARow - 1));
      const jitter = 1 + (random(1)[0] ?? 0) / 1024;
      change(ocaId, {
        reliability: (1 - NEW) * of(ocaId).reliability,
        penalizedUntilMs: nowMs + penaltyMs * jitter,
        measuredAtMs: nowMs,
      });
    },
    setAside(ocaId, ms) {
      const untilMs = clock.monotonic() + ms;
      change(ocaId, { setAsideUntilMs: Math.max(untilMs, of(ocaId).setAsideUntilMs) });
    },
  };
}
