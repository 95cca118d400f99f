import { decryptSegment } from '../cdn/decrypt.ts';
import type { SegmentKeys } from '../cdn/segment-keys.ts';
import type { Licenses } from '../license/types.ts';
import { isLayoverError, LayoverError } from '../shared/errors.ts';
import type { Log } from '../shared/platform.ts';
import type { Segment } from '../shared/presentation.ts';
import type { Bytes } from '../shared/units.ts';
import type { Store } from '../store/types.ts';
import type { Span } from './range.ts';
import { count, remember, renditionOf, segmentOf, trackIdOf } from './session.ts';
import type { Session } from './session.ts';

export interface SourceDeps {
  readonly store: Store;
  readonly licenses: Licenses;
  readonly keys: SegmentKeys;
  readonly log: Log;
  onDamaged(downloadId: string): void;
}

export interface Wanted {
  readonly renditionId: string;
  readonly segment: Segment;
}

/** What is stored is no use, and is to be looked at. */
const lost = ['store/damaged', 'store/missing', 'store/locked', 'store/unsupported-version'] as const;
/** It is whole, where it cannot be reached. */
const away = ['store/absent', 'store/unreadable'] as const;

const LARGEST_PIECE_BYTES: Bytes = 1024 * 1024;

/** Plain size, where it is known without asking an OCA. */
export function knownBytes(deps: SourceDeps, session: Session, wanted: Wanted): Bytes | undefined {
  return storedBytes(deps, session, wanted) ?? wanted.segment.integrity?.plainBytes;
}

/** undefined: not stored, or not what it should be. */
export function storedBytes(
  { store }: SourceDeps,
  session: Session,
  { renditionId, segment }: Wanted,
): Bytes | undefined {
  const trackId = trackIdOf(session, renditionId);
  if (trackId === null) return undefined;
  const held = store.storedSegment(trackId, segment.index);
  const expectedBytes = segment.integrity?.plainBytes ?? held?.plainBytes;
  return held?.plainBytes === expectedBytes ? held?.plainBytes : undefined;
}

/** The whole segment from an OCA, decrypted. Errors: of steering and of `keyOf`; `download/incomplete` without any OCA. */
export async function fetchPlain(
  deps: SourceDeps,
  session: Session,
  { renditionId, segment }: Wanted,
  signal: AbortSignal,
): Promise<{ plain: Uint8Array; ocaId: string }> {
  const now = (): Segment => {
    const rendition = renditionOf(session, renditionId);
    return (rendition && segmentOf(rendition, segment.index)) ?? segment;
  };
  const tried = now();
  try {
    return await fetchAt(deps, session, { renditionId, segment: tried }, signal);
  } catch (thrown) {
    // The OCAs' addresses are renewed by steering, which asks for the whole presentation then; a key's are not.
    if (!isLayoverError(thrown, 'cdn/address-expired', 'cdn/no-key', 'cdn/digest-mismatch')) throw thrown;
    if (thrown.code === 'cdn/no-key') await session.renew?.(signal).catch(() => undefined);
    const isTried = (fresh: Segment) =>
      fresh.path === tried.path &&
      fresh.encryption?.keyUri === tried.encryption?.keyUri &&
      fresh.integrity?.sha256 === tried.integrity?.sha256;
    // Another segment may have found it out meanwhile.
    if (thrown.code === 'cdn/digest-mismatch' && isTried(now())) await session.renewEncoding?.();
    const fresh = now();
    if (isTried(fresh)) throw thrown;
    return fetchAt(deps, session, { renditionId, segment: fresh }, signal);
  }
}

async function fetchAt(
  { licenses, keys }: SourceDeps,
  session: Session,
  { segment, renditionId }: Wanted,
  signal: AbortSignal,
): Promise<{ plain: Uint8Array; ocaId: string }> {
  if (!session.steering) throw new LayoverError('download/incomplete');
  const { path, byteRange, integrity, encryption, index } = segment;
  // With the segment's own key: the session may have gone over to another one before the bytes are there.
  const { licensedBy } = session;
  const request = { path, byteRange, sizeBytes: integrity?.sizeBytes, sha256: integrity?.sha256 };
  const { bytes, ocaId, transferMs } = await session.steering.fetch(request, signal);
  // The verdict once more: to fetch may have taken long.
  const contentKey = () => licenses.contentKey(session.videoId, session.sessionId, licensedBy);
  const plain = await decryptSegment(bytes, encryption, await keys.keyOf(encryption, contentKey, signal));
  if (plain.byteLength !== (integrity?.plainBytes ?? plain.byteLength))
    throw new LayoverError('cdn/digest-mismatch', { path });
  remember(session, { renditionId, index, source: ocaId, bytes: plain.byteLength, transferMs });
  return { plain, ocaId };
}

/** The span of the segment: from the store, and from where that fails on, from an OCA. */
export async function* segmentBytes(
  deps: SourceDeps,
  session: Session,
  wanted: Wanted,
  span: Span,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  let at = span.start;
  if (storedBytes(deps, session, wanted) !== undefined) {
    try {
      for await (const piece of readStored(deps, session, wanted, span)) {
        signal.throwIfAborted();
        at += piece.byteLength;
        yield piece;
      }
      count(session, 'store', at - span.start, 1);
      const { renditionId, segment } = wanted;
      remember(session, {
        renditionId,
        index: segment.index,
        source: 'store',
        bytes: at - span.start,
        transferMs: null,
      });
      return;
    } catch (error) {
      if (!isLayoverError(error, ...lost, ...away)) throw error;
      count(session, 'store', at - span.start, 0);
      deps.log.warn('playback.stored-unreadable', { code: error.code, path: wanted.segment.path });
      // A drive that is not there, or not to be read just now, has lost nothing that is to be repaired.
      if (session.downloadId !== null && isLayoverError(error, ...lost)) deps.onDamaged(session.downloadId);
      if (!session.steering) throw error;
    }
  }
  const { plain, ocaId } = await fetchPlain(deps, session, wanted, signal);
  yield* slices(plain.subarray(at, span.end));
  count(session, ocaId, span.end - at, 1);
}

async function* readStored(
  { store, licenses }: SourceDeps,
  session: Session,
  { renditionId, segment }: Wanted,
  { start, end }: Span,
): AsyncGenerator<Uint8Array> {
  if (end === start) return;
  // Opened for this one answer: between two, no key of the track is in memory.
  const trackId = trackIdOf(session, renditionId) ?? '';
  const key = await licenses.contentKey(session.videoId, session.sessionId, session.licensedBy);
  const track = store.unlock(trackId, key);
  try {
    yield* track.read(segment.index, { offsetBytes: start, lengthBytes: end - start });
  } finally {
    track.close();
  }
}

export function* slices(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.byteLength; at += LARGEST_PIECE_BYTES)
    yield bytes.subarray(at, at + LARGEST_PIECE_BYTES);
}
