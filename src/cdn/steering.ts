import { SECOND_MS } from '../shared/units.ts';
import type { Pathway } from '../shared/presentation.ts';
import type { Ms } from '../shared/units.ts';
import { createAddresses } from './addresses.ts';
import { judge } from './answer.ts';
import type { Answer } from './answer.ts';
import { createRetryBudget } from './budget.ts';
import { fetchSegment } from './fetch-segment.ts';
import type { FetchDeps } from './fetch-segment.ts';
import { createMemorySink } from './memory-sink.ts';
import type { Governor } from './pace.ts';
import type { Session } from './tour.ts';
import { FIRST_BYTE_LIMIT_MS } from './transfer.ts';
import type { OcaHealth, RenewPathways, Steering, SteerOptions } from './types.ts';

export interface SteeringDeps extends Omit<FetchDeps, 'pace'> {
  readonly governor: Governor;
}

/** What was measured this lately is not measured again. */
const FRESH_MS: Ms = 30 * SECOND_MS;
/** An OCA that gives less than this part of what the best gives is called slow. */
const SLOW_PART = 0.25;

/** The requests of one session over its OCAs. */
export function createSteering(
  deps: SteeringDeps,
  pathways: Pathway[],
  renew: RenewPathways,
  { probePath = '', priority = 'playback' }: SteerOptions = {},
): Steering {
  const { clock, health, network, governor } = deps;
  const fetchDeps: FetchDeps = { ...deps, pace: governor.pace(priority) };
  const addresses = createAddresses(pathways, renew);
  const session: Session = { addresses, current: null, lacking: new Set(), budget: createRetryBudget() };
  /** Relative path of a real file, once one is known: what a probe asks for. */
  let knownPath = probePath;

  const isStale = ({ id }: Pathway) => {
    const { measuredAtMs, setAsideUntilMs } = health.of(id);
    if (setAsideUntilMs > clock.monotonic()) return false;
    return measuredAtMs === null || clock.monotonic() - measuredAtMs > FRESH_MS;
  };

  /** True when the address has expired. */
  const measure = async ({ id, baseUrl }: Pathway, signal: AbortSignal | undefined): Promise<boolean> => {
    const startMs = clock.monotonic();
    const limit = new AbortController();
    const over = signal ? AbortSignal.any([signal, limit.signal]) : limit.signal;
    const done = new AbortController();
    clock.sleep(FIRST_BYTE_LIMIT_MS, done.signal).then(
      () => {
        limit.abort();
      },
      () => {},
    );
    try {
      let answer: Answer = { kind: 'failed', reason: 'no-answer' };
      const headers = { 'accept-encoding': 'identity' };
      await deps.transport.request(
        { url: baseUrl + knownPath, method: 'HEAD', headers, signal: over },
        {
          onHead(status, head) {
            answer = judge({ status, headers: head }, { fromBytes: 0, isPart: true, nowMs: clock.now() });
            if (answer.kind === 'failed' && status < 500) answer = { kind: 'missing' };
            return false;
          },
          onBytes: () => false,
        },
      );
      return note(id, answer, clock.monotonic() - startMs);
    } catch {
      if (!signal?.aborted) health.failed(id);
      return false;
    } finally {
      done.abort();
    }
  };

  /** True when the address has expired. */
  function note(ocaId: string, answer: Answer, latencyMs: Ms): boolean {
    if (answer.kind === 'busy') health.setAside(ocaId, answer.retryAfterMs);
    else if (answer.kind === 'portal' || answer.kind === 'failed') health.failed(ocaId);
    else if (answer.kind !== 'expired') health.answered(ocaId, latencyMs);
    return answer.kind === 'expired';
  }

  const stream: Steering['stream'] = async (request, sink, options) => {
    const ended = governor.begin(priority);
    try {
      const streamed = await fetchSegment(fetchDeps, session, request, sink, options);
      if (!/^https?:/i.test(request.path)) knownPath = request.path;
      return streamed;
    } finally {
      ended();
    }
  };

  return {
    stream,
    async probe(signal) {
      if (!network.isOnline()) return;
      const { generation } = addresses;
      const measured = addresses.pathways.filter(isStale).map((pathway) => measure(pathway, signal));
      const isExpired = (await Promise.all(measured)).includes(true);
      if (!isExpired || signal?.aborted) return;
      await addresses.renew(generation).catch((error: unknown) => {
        deps.log.warn('cdn.renewal-failed', { error: String(error) });
      });
    },
    async fetch(request, signal) {
      const sink = createMemorySink();
      const streamed = await stream(request, sink, { signal });
      return { bytes: sink.bytes(), ...streamed };
    },
    health(): OcaHealth[] {
      const nowMs = clock.monotonic();
      const records = addresses.pathways.map(({ id }) => ({ ocaId: id, ...health.of(id) }));
      const best = Math.max(0, ...records.map(({ throughputBitsPerSecond }) => throughputBitsPerSecond ?? 0));
      return records.map((record) => {
        const { ocaId, throughputBitsPerSecond, latencyMs } = record;
        const isOut = record.penalizedUntilMs > nowMs || record.setAsideUntilMs > nowMs;
        const isSlow = throughputBitsPerSecond !== null && throughputBitsPerSecond < best * SLOW_PART;
        const state = isOut ? 'failed' : latencyMs === null ? 'unknown' : isSlow ? 'slow' : 'good';
        return { ocaId, state, throughputBitsPerSecond, latencyMs };
      });
    },
  };
}
