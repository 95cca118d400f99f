import { LayoverError } from '../shared/errors.ts';
import type { Pathway } from '../shared/presentation.ts';
import { SECOND_MS } from '../shared/units.ts';
import type { Ms } from '../shared/units.ts';
import { createAssembly } from './assembly.ts';
import type { Assembly } from './assembly.ts';
import { createTour, directPathway } from './tour.ts';
import type { Session, TourDeps } from './tour.ts';
import { orAborted, transfer } from './transfer.ts';
import type { Attempt } from './transfer.ts';
import type { FetchedSegment, SegmentRequest } from './types.ts';

export interface FetchDeps extends TourDeps {
  readonly fetch: typeof globalThis.fetch;
}

/** A transfer is given up for another OCA when it would still take so long and a better one is thinkable. */
const TOO_LONG_MS: Ms = 8 * SECOND_MS;
const JUDGE_SPEED_AFTER_MS: Ms = 2 * SECOND_MS;

/** One segment from whichever OCAs give it. Errors: as `Steering.fetch`, and what `renew` throws. */
export async function fetchSegment(
  deps: FetchDeps,
  session: Session,
  request: SegmentRequest,
  signal?: AbortSignal,
): Promise<FetchedSegment> {
  const { addresses } = session;
  const assembly = createAssembly(request);
  const tour = createTour(deps, session, request, assembly);
  let mayRenew = directPathway(request.path) === undefined;

  for (;;) {
    signal?.throwIfAborted();
    if (!deps.network.isOnline()) throw new LayoverError('network/offline');
    const [pathway, ...alternatives] = tour.candidates();
    const { generation } = addresses;
    if (!pathway) {
      if (tour.anotherRound()) continue;
      if (!mayRenew) throw tour.error();
      mayRenew = false;
      await orAborted(signal, renewIfPossible(deps, session, generation));
      if (tour.candidates().length === 0) throw tour.error();
      continue;
    }
    if (tour.isWhole) assembly.clear();

    const isTooSlow = slowness(deps, assembly, alternatives);
    const url = pathway.baseUrl + request.path;
    const outcome = await transfer(deps, { url, ocaId: pathway.id, request, assembly, signal, isTooSlow });
    if (outcome.kind === 'expired' && mayRenew) {
      mayRenew = false;
      await orAborted(signal, addresses.renew(generation));
    } else if (outcome.kind !== 'complete') {
      tour.leave(pathway, outcome);
    } else if (!assembly.matchesDigest()) {
      tour.mismatched(pathway);
    } else {
      tour.succeeded(pathway, outcome);
      const { transferMs, timeToFirstByteMs } = outcome;
      return { bytes: assembly.bytes(), ocaId: pathway.id, transferMs, timeToFirstByteMs };
    }
  }
}

/** All OCAs failed: perhaps the control plane knows others. If it cannot be asked either, so be it. */
async function renewIfPossible(
  { log }: FetchDeps,
  { addresses }: Session,
  generation: number,
): Promise<void> {
  try {
    await addresses.renew(generation);
  } catch (error) {
    log.warn('cdn.renewal-failed', { error: String(error) });
  }
}

/** Slow is relative: it pays to leave only for an OCA that is unknown, or known to be twice as fast. */
function slowness(
  { clock, health }: FetchDeps,
  assembly: Assembly,
  alternatives: readonly Pathway[],
): Attempt['isTooSlow'] {
  return (bytes, elapsedMs) => {
    if (elapsedMs < JUDGE_SPEED_AFTER_MS) return false;
    const bytesPerMs = bytes / elapsedMs;
    const leftBytes = (assembly.expectedBytes ?? 0) - assembly.receivedBytes;
    if (leftBytes / bytesPerMs < TOO_LONG_MS) return false;
    return alternatives.some(({ id }) => {
      const { throughputBitsPerSecond, penalizedUntilMs } = health.of(id);
      if (penalizedUntilMs > clock.monotonic()) return false;
      return throughputBitsPerSecond === null || throughputBitsPerSecond > 2 * 8 * bytesPerMs * SECOND_MS;
    });
  };
}
