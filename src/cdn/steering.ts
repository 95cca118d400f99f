import { SECOND_MS } from '../shared/units.ts';
import type { Pathway } from '../shared/presentation.ts';
import type { Ms } from '../shared/units.ts';
import { createAddresses } from './addresses.ts';
import type { Addresses } from './addresses.ts';
import { judge } from './answer.ts';
import type { Answer } from './answer.ts';
import { createRetryBudget } from './budget.ts';
import { fetchSegment } from './fetch-segment.ts';
import type { FetchDeps } from './fetch-segment.ts';
import { createMemorySink } from './memory-sink.ts';
import { orAborted } from '../shared/or-aborted.ts';
import type { Governor } from './pace.ts';
import { createPathwayOrder } from './pathway-order.ts';
import type { PathwayOrder } from './pathway-order.ts';
import { SLOW_PART } from './rank.ts';
import { addressOn } from './steering-manifest.ts';
import type { SteeredPathway } from './steering-manifest.ts';
import type { Session } from './tour.ts';
import { FIRST_BYTE_LIMIT_MS } from './transfer.ts';
import type { OcaHealth, RenewPathways, Steering, SteerOptions } from './types.ts';

export interface SteeringDeps extends Omit<FetchDeps, 'pace'> {
  readonly governor: Governor;
  /** For what a steering server says. */
  readonly fetch: typeof globalThis.fetch;
}

/** What was measured this lately is not measured again. */
const FRESH_MS: Ms = 30 * SECOND_MS;

/** The requests of one session over its OCAs. */
export function createSteering(
  deps: SteeringDeps,
  pathways: Pathway[],
  renew: RenewPathways,
  { probePath = '', priority = 'playback', contentSteering }: SteerOptions = {},
): Steering {
  const { clock, health, network, governor } = deps;
  // Not at the press of play: what is downloaded plays without a byte from an OCA.
  if (priority === 'download') deps.digests?.prepare();
  const fetchDeps: FetchDeps = { ...deps, pace: governor.pace(priority) };
  const order = contentSteering && createPathwayOrder(deps, contentSteering);
  const addresses = steered(createAddresses(pathways, renew), order);
  const session: Session = {
    addresses,
    order,
    current: null,
    lacking: new Set(),
    budget: createRetryBudget(),
  };
  /** Relative path of a real file, once one is known: what a probe asks for. */
  let knownPath = probePath;

  const isStale = ({ id }: Pathway) => {
    const { measuredAtMs, setAsideUntilMs } = health.of(id);
    if (setAsideUntilMs > clock.monotonic()) return false;
    return measuredAtMs === null || clock.monotonic() - measuredAtMs > FRESH_MS;
  };

  /** True when the address has expired. */
  const measure = async (pathway: SteeredPathway, signal: AbortSignal | undefined): Promise<boolean> => {
    const { id } = pathway;
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
        { url: addressOn(pathway, knownPath), method: 'HEAD', headers, signal: over },
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

  /** What the server hears of this session, with its next question. */
  function askForOrder(): Promise<void> | undefined {
    const { current } = session;
    const pathwayId = current ?? contentSteering?.pathwayId ?? null;
    const { throughputBitsPerSecond } = health.of(current ?? '');
    return order?.refresh({ pathwayId, throughputBitsPerSecond });
  }

  const stream: Steering['stream'] = async (request, sink, options) => {
    const ended = governor.begin(priority);
    try {
      await orAborted(options?.signal, askForOrder() ?? Promise.resolve());
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
      void askForOrder();
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

/** With the clones that a steering server makes. */
function steered(addresses: Addresses, order: PathwayOrder | undefined): Addresses {
  if (!order) return addresses;
  return {
    get pathways() {
      return order.among(addresses.pathways);
    },
    get generation() {
      return addresses.generation;
    },
    renew: addresses.renew,
  };
}
