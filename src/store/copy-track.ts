import { createHash } from 'node:crypto';
import fs from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import type { Bytes } from '../shared/units.ts';
import type { Extent } from './extents.ts';
import type { Pacer } from './types.ts';
import { readUpTo } from './track-handles.ts';

const PIECE_BYTES = 1024 * 1024;

export interface CopyParts {
  readonly signal: AbortSignal;
  pace: Pacer;
  /** So many bytes were written; and once more, when they were read back. */
  onDone(sizeBytes: Bytes): void;
  /** What each side said, in the register's words. */
  readError(thrown: unknown): unknown;
  writeError(thrown: unknown): unknown;
}

/** Runs of bytes that touch one another are one, in order. Pure. */
export function merged(extents: readonly Extent[]): Extent[] {
  const runs: Extent[] = [];
  for (const extent of [...extents].sort((a, b) => a.offset - b.offset)) {
    const last = runs.at(-1);
    const end = extent.offset + extent.length;
    if (last && extent.offset <= last.offset + last.length) {
      const length = Math.max(last.offset + last.length, end) - last.offset;
      runs[runs.length - 1] = { offset: last.offset, length };
    } else runs.push(extent);
  }
  return runs;
}

/**
 * Copies these parts of a sealed file to the same places of another, syncs it, and reads it back: what is not
 * the same byte for byte is an error of the target. Sealed bytes are copied as they are: no key is needed.
 */
export async function copyParts(
  from: string,
  to: string,
  extents: readonly Extent[],
  parts: CopyParts,
): Promise<void> {
  const asRead = (thrown: unknown): never => {
    throw parts.readError(thrown);
  };
  const asWritten = (thrown: unknown): never => {
    throw parts.writeError(thrown);
  };
  const source = await fs.open(from, 'r').catch(asRead);
  try {
    const target = await fs.open(to, 'r+').catch(() => fs.open(to, 'w+').catch(asWritten));
    try {
      const pieces: { offset: Bytes; length: Bytes; digest: Buffer }[] = [];
      const buffer = Buffer.allocUnsafeSlow(PIECE_BYTES);
      for (const { offset, length } of piecesOf(extents)) {
        await parts.pace(length);
        parts.signal.throwIfAborted();
        // Shorter: the file ends in the middle of a record, which is damaged there and will be here.
        const got = await readUpTo(source, buffer, length, offset).catch(asRead);
        const bytes = buffer.subarray(0, got);
        pieces.push({ offset, length: got, digest: sha256(bytes) });
        await writeAll(target, bytes, offset).catch(asWritten);
        parts.onDone(length);
      }
      await target.datasync().catch(asWritten);
      for (const piece of pieces) {
        await parts.pace(piece.length);
        parts.signal.throwIfAborted();
        const got = await readUpTo(target, buffer, piece.length, piece.offset).catch(asWritten);
        if (!sha256(buffer.subarray(0, got)).equals(piece.digest))
          asWritten(Object.assign(new Error('a copy is not what was written'), { code: 'EIO' }));
        parts.onDone(piece.length);
      }
    } finally {
      await target.close().catch(asWritten);
    }
  } finally {
    await source.close();
  }
}

function* piecesOf(extents: readonly Extent[]): Generator<Extent> {
  for (const { offset, length } of merged(extents))
    for (let done = 0; done < length; done += PIECE_BYTES)
      yield { offset: offset + done, length: Math.min(PIECE_BYTES, length - done) };
}

async function writeAll(handle: FileHandle, bytes: Buffer, position: Bytes): Promise<void> {
  let done = 0;
  while (done < bytes.length)
    done += (await handle.write(bytes, done, bytes.length - done, position + done)).bytesWritten;
}

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest();
