import { LayoverError } from '../shared/errors.ts';
import type { Digests } from '../shared/platform.ts';
import type { Pathway } from '../shared/presentation.ts';
import { SECOND_MS } from '../shared/units.ts';
import type { Bytes, Ms } from '../shared/units.ts';
import { createAssembly } from './assembly.ts';
import type { Assembly } from './assembly.ts';
import { orAborted } from '../shared/or-aborted.ts';
import { addressOn } from './steering-manifest.ts';
import { createTour, directPathway } from './tour.ts';
import type { Session, TourDeps } from './tour.ts';
import { LONE_STALL_LIMIT_MS, STALL_LIMIT_MS, transfer } from './transfer.ts';
import type { Attempt, TransferDeps } from './transfer.ts';
import type { EarlierBytes, SegmentRequest, SegmentSink, Streamed, StreamOptions } from './types.ts';

export interface FetchDeps extends TourDeps, TransferDeps {
  readonly digests?: Digests | undefined;
}

/** A transfer is given up for another OCA when it would still take so long and a better one is thinkable. */
const TOO_LONG_MS: Ms = 8 * SECOND_MS;
const JUDGE_SPEED_AFTER_MS: Ms = 2 * SECOND_MS;
/** Who contributed what an earlier run had kept. */
const EARLIER_RUN = '(earlier run)';

/** One segment from whichever OCAs give it. Errors: as `Steering.stream`. */
export async function fetchSegment(
  deps: FetchDeps,
  session: Session,
  request: SegmentRequest,
  sink: SegmentSink,
  options: StreamOptions = {},
): Promise<Streamed> {
  const assembly = createAssembly(request, sink, deps.digests);
  try {
    return await fill(assembly, deps, session, request, options);
  } finally {
    assembly.close();
  }
}

async function fill(
  assembly: Assembly,
  deps: FetchDeps,
  session: Session,
  request: SegmentRequest,
  { signal, earlier }: StreamOptions,
): Promise<Streamed> {
  const { addresses } = session;
  const tour = createTour(deps, session, request, assembly);
  const renewal = createRenewal(deps, session, request, assembly);
  if (earlier) await takeEarlier(assembly, earlier);
  if (assembly.isComplete() && (await assembly.proof()) !== 'right') assembly.clear();

  while (!assembly.isComplete()) {
    signal?.throwIfAborted();
    if (!deps.network.isOnline()) throw new LayoverError('network/offline');
    const [pathway, ...alternatives] = tour.candidates();
    const { generation } = addresses;
    if (!pathway) {
      if (tour.anotherRound()) continue;
      if (!renewal.mayTry()) throw tour.error(renewal.error);
      await orAborted(signal, renewal.run(generation));
      if (tour.candidates().length === 0) throw tour.error(renewal.error);
      continue;
    }
    const mayJoin = assembly.hasDigest || assembly.etag !== undefined;
    if (assembly.receivedBytes > 0 && (tour.isWhole || !mayJoin)) assembly.clear();

    const outcome = await transfer(deps, {
      url: addressOn(pathway, request.path),
      ocaId: pathway.id,
      request,
      assembly,
      signal,
      stallLimitMs: alternatives.length > 0 ? STALL_LIMIT_MS : LONE_STALL_LIMIT_MS,
      isTooSlow: slowness(deps, assembly, alternatives),
    });
    if (outcome.kind === 'expired' && renewal.mayTry()) {
      // While the service is away another OCA's address may still be good.
      if (!(await orAborted(signal, renewal.run(generation)))) tour.leave(pathway, outcome);
    } else if (outcome.kind !== 'complete') {
      tour.leave(pathway, outcome);
    } else {
      const proof = await orAborted(signal, assembly.proof());
      if (proof === 'wrong') tour.mismatched(pathway);
      // Whoever took the digest is gone. It comes again, and is hashed here then.
      if (proof === 'unknown') assembly.clear();
      if (proof !== 'right') continue;
      tour.succeeded(pathway, outcome);
      const { transferMs, timeToFirstByteMs, heldMs } = outcome;
      return { ocaId: pathway.id, transferMs, timeToFirstByteMs, heldMs };
    }
  }
  return { ocaId: EARLIER_RUN, transferMs: 0, timeToFirstByteMs: 0, heldMs: 0 };
}

async function takeEarlier(assembly: Assembly, { etag, pieces }: EarlierBytes): Promise<void> {
  if (!assembly.hasDigest && etag === undefined) return;
  assembly.learnEtag(etag);
  for await (const piece of pieces()) {
    if (!assembly.hasRoom(piece.byteLength)) return assembly.clear();
    await assembly.add(EARLIER_RUN, piece);
  }
}

/** Fresh addresses, asked for once for each stretch of progress: the only place where a segment does so. */
function createRenewal(
  { log }: FetchDeps,
  { addresses }: Session,
  request: SegmentRequest,
  assembly: Assembly,
) {
  let askedAtBytes: Bytes | undefined = directPathway(request.path) ? Infinity : undefined;
  const renewal = {
    /** Of the last try; undefined: it brought addresses. */
    error: undefined as unknown,
    mayTry: () => askedAtBytes === undefined || assembly.receivedBytes > askedAtBytes,
    /** False when the control plane could not be asked. */
    async run(generation: number): Promise<boolean> {
      askedAtBytes = assembly.receivedBytes;
      try {
        await addresses.renew(generation);
        renewal.error = undefined;
        return true;
      } catch (error) {
        log.warn('cdn.renewal-failed', { error: String(error) });
        renewal.error = error;
        return false;
      }
    },
  };
  return renewal;
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
