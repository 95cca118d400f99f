import { createDecryptor, createReencryptor } from '../cdn/decrypt.ts';
import type { Decryptor } from '../cdn/decrypt.ts';
import type { EarlierBytes, SegmentSink } from '../cdn/types.ts';
import { LayoverError } from '../shared/errors.ts';
import { letGo } from '../shared/let-go.ts';
import type { Clock } from '../shared/platform.ts';
import type { Segment } from '../shared/presentation.ts';
import { SECOND_MS } from '../shared/units.ts';
import type { Bytes, Ms } from '../shared/units.ts';
import type { ContentKey, KeptPart, OpenTrack, SegmentWriter } from '../store/types.ts';

/** How much of a slow segment a kill can take. */
export const KEEP_EVERY_MS: Ms = 2 * SECOND_MS;

/** Decrypts a segment as it comes and has it sealed. */
export interface TrackSink extends SegmentSink {
  /** What an earlier run kept of it: to be handed to `Steering.stream`, which decides whether it may be joined. */
  readonly earlier: EarlierBytes | undefined;
  /** So far; after `end` the size of the segment. */
  readonly plainBytes: Bytes;
  /** All bytes have come and are right. Throws `cdn/digest-mismatch` when they cannot be decrypted. */
  end(): void;
  /** Resolves when the segment is durable. Errors: as `SegmentWriter.commit`. */
  commit(): Promise<void>;
  /** Resolves when nothing is written any more. `keeps`: what has come may be right, and is kept for later. */
  abort(keeps: boolean): Promise<void>;
}

export interface TrackSinkParts {
  readonly track: Pick<OpenTrack, 'begin' | 'part'>;
  readonly segment: Segment;
  readonly contentKey: ContentKey;
  readonly clock: Pick<Clock, 'monotonic'>;
  /** So many bytes of it have come until now, as an OCA has them; fewer than before: they were void. */
  onReceived(bytes: Bytes): void;
}

export function createSegmentSink(parts: TrackSinkParts): TrackSink {
  const { track, segment, contentKey, clock } = parts;
  const { path, index, integrity, encryption } = segment;
  const hasDigest = integrity !== undefined && segment.byteRange === undefined;
  let part = track.part(index);
  let writer: SegmentWriter | undefined;
  let decryptor: Decryptor | undefined;
  let expectedBytes: Bytes | undefined;
  let etag: string | undefined;
  let keepsAtMs: Ms = Infinity;
  let plainBytes = 0;
  let receivedBytes = 0;
  let ending: Promise<void> | undefined;

  const mismatch = () => new LayoverError('cdn/digest-mismatch', { path });
  const isKnownFrom = ({ plainBytes: whole }: KeptPart) => whole === (integrity?.plainBytes ?? whole);

  function write(plain: Uint8Array): Promise<void> | undefined {
    plainBytes += plain.byteLength;
    // Padding makes another size than was published: not the file that was.
    if (plainBytes > (expectedBytes ?? Infinity)) throw mismatch();
    const wait = writer?.write(plain);
    // It is sealed or copied by now, unless it has to be held until the size is known.
    if (decryptor && expectedBytes !== undefined) letGo(plain);
    return wait;
  }

  return {
    earlier: part && isKnownFrom(part) ? earlierBytes(part, segment, contentKey) : undefined,
    get plainBytes() {
      return plainBytes;
    },
    get keepsPieces() {
      return !decryptor && expectedBytes === undefined;
    },
    begin(file) {
      etag = file.etag;
      // How much of an encrypted file is padding is known at its end only.
      expectedBytes =
        integrity?.plainBytes ?? (encryption ? undefined : (file.sizeBytes ?? part?.plainBytes));
      writer = track.begin(index, expectedBytes);
      decryptor = encryption && createDecryptor(encryption, contentKey);
      plainBytes = 0;
      // What nothing could prove later is not worth keeping.
      keepsAtMs = hasDigest || etag !== undefined ? clock.monotonic() + KEEP_EVERY_MS : Infinity;
    },
    write(piece) {
      receivedBytes += piece.byteLength;
      const wait = write(decryptor ? decryptor.update(piece) : piece);
      parts.onReceived(receivedBytes);
      if (clock.monotonic() >= keepsAtMs) {
        keepsAtMs = clock.monotonic() + KEEP_EVERY_MS;
        void writer?.keep(etag);
      }
      return wait;
    },
    restart() {
      const before = ending;
      const broken = writer?.abort();
      ending = Promise.all([before, broken]).then(() => undefined);
      writer = undefined;
      part?.drop();
      part = undefined;
      receivedBytes = 0;
      parts.onReceived(0);
    },
    end() {
      // It is of one frame at most: there is room for it.
      if (decryptor) void write(decryptor.end())?.catch(() => undefined);
      if (plainBytes !== (expectedBytes ?? plainBytes)) throw mismatch();
    },
    async commit() {
      await ending;
      await writer?.commit();
    },
    async abort(keeps) {
      const isWorth = keeps && keepsAtMs !== Infinity;
      await Promise.all([ending, writer?.abort(isWorth ? { etag } : undefined)]);
    },
  };
}

/** As they came: where the service had encrypted them they are encrypted again, so that their digest can be taken. */
function earlierBytes(part: KeptPart, { encryption }: Segment, contentKey: ContentKey): EarlierBytes {
  return {
    etag: part.etag,
    async *pieces() {
      const encrypt = encryption && createReencryptor(encryption, contentKey);
      for await (const piece of part.read()) yield encrypt ? encrypt(piece) : piece;
    },
  };
}
