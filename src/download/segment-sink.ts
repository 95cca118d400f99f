import { createDecryptor } from '../cdn/decrypt.ts';
import type { Decryptor } from '../cdn/decrypt.ts';
import type { SegmentSink } from '../cdn/types.ts';
import { LayoverError } from '../shared/errors.ts';
import { letGo } from '../shared/let-go.ts';
import type { Segment } from '../shared/presentation.ts';
import type { Bytes } from '../shared/units.ts';
import type { ContentKey, OpenTrack, SegmentWriter } from '../store/types.ts';

/** Decrypts a segment as it comes and has it sealed. */
export interface TrackSink extends SegmentSink {
  /** So far; after `end` the size of the segment. */
  readonly plainBytes: Bytes;
  /** All bytes have come and are right. Throws `cdn/digest-mismatch` when they cannot be decrypted. */
  end(): void;
  /** Resolves when the segment is durable. Errors: as `SegmentWriter.commit`. */
  commit(): Promise<void>;
  /** Resolves when nothing is written any more. */
  abort(): Promise<void>;
}

export function createSegmentSink(
  track: Pick<OpenTrack, 'begin'>,
  { path, index, integrity, encryption }: Segment,
  contentKey: ContentKey,
): TrackSink {
  let writer: SegmentWriter | undefined;
  let decryptor: Decryptor | undefined;
  let expectedBytes: Bytes | undefined;
  let plainBytes = 0;
  let ending: Promise<void> | undefined;

  const mismatch = () => new LayoverError('cdn/digest-mismatch', { path });

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
    get plainBytes() {
      return plainBytes;
    },
    get keepsPieces() {
      return !decryptor && expectedBytes === undefined;
    },
    begin({ sizeBytes }) {
      // How much of an encrypted file is padding is known at its end only.
      expectedBytes = integrity?.plainBytes ?? (encryption ? undefined : sizeBytes);
      writer = track.begin(index, expectedBytes);
      decryptor = encryption && createDecryptor(encryption, contentKey);
      plainBytes = 0;
    },
    write: (piece) => write(decryptor ? decryptor.update(piece) : piece),
    restart() {
      const before = ending;
      const broken = writer?.abort();
      ending = Promise.all([before, broken]).then(() => undefined);
      writer = undefined;
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
    async abort() {
      await Promise.all([ending, writer?.abort()]);
    },
  };
}
