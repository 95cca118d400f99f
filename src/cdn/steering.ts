import { SECOND_MS } from '../shared/units.ts';
import type { Pathway } from '../shared/presentation.ts';
import type { Ms } from '../shared/units.ts';
import { createAddresses } from './addresses.ts';
import { judge } from './answer.ts';
import { fetchSegment } from './fetch-segment.ts';
import type { FetchDeps } from './fetch-segment.ts';
import type { Session } from './tour.ts';
import { discard, FIRST_BYTE_LIMIT_MS, orAborted } from './transfer.ts';
import type { OcaHealth, RenewPathways, Steering } from './types.ts';

/** What was measured this lately is not measured again. */
const FRESH_MS: Ms = 30 * SECOND_MS;
/** An OCA that gives less than this part of what the best gives is called slow. */
const SLOW_PART = 0.25;

/** The requests of one session over its OCAs. */
export function createSteering(
  deps: FetchDeps,
  pathways: Pathway[],
  renew: RenewPathways,
  probePath = '',
): Steering {
  const { clock, health, network } = deps;
  const addresses = createAddresses(pathways, renew);
  const session: Session = { addresses, current: null, lacking: new Set() };
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
      const headers = { 'Accept-Encoding': 'identity' };
      const options: RequestInit = {
        method: 'HEAD',
        headers,
        signal: over,
        cache: 'no-store',
        credentials: 'omit',
      };
      const response = await orAborted(over, deps.fetch(baseUrl + knownPath, options));
      discard(response);
      const answer = judge(response, { fromBytes: 0, isPart: true, nowMs: clock.now() });
      if (answer.kind === 'busy') health.setAside(id, answer.retryAfterMs);
      else if (answer.kind === 'portal' || response.status >= 500) health.failed(id);
      else if (answer.kind !== 'expired') health.answered(id, clock.monotonic() - startMs);
      return answer.kind === 'expired';
    } catch {
      if (!signal?.aborted) health.failed(id);
      return false;
    } finally {
      done.abort();
    }
  };

  return {
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
      const fetched = await fetchSegment(deps, session, request, signal);
      if (!/^https?:/i.test(request.path)) knownPath = request.path;
      return fetched;
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
