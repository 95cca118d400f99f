import type { ByteRange } from '../../shared/presentation.ts';
import { checkSegmentCount } from '../limits.ts';
import { malformed, unsupported } from '../refuse.ts';
import { boxHeaderAt, parseSidx } from './sidx.ts';
import type { BoxHeader } from './sidx.ts';

/**
 * Gives a range of a file; fewer bytes only where the file ends before it. It alone knows the network: what
 * it throws comes through as it is.
 */
export type FetchBytes = (url: string, range: ByteRange) => Promise<Uint8Array>;

export interface IndexEntry {
  readonly byteRange: ByteRange;
  /** In the timescale of the index. */
  readonly ticks: bigint;
}

/** How a file is cut, as its `sidx` boxes say. */
export interface FileIndex {
  readonly timescale: bigint;
  readonly earliestTime: bigint;
  readonly entries: readonly IndexEntry[];
  /** Everything before the index; undefined where it begins the file. */
  readonly initRange: ByteRange | undefined;
}

/** What is asked for where nobody says how long the index is: enough for that of an hour. */
const WINDOW_BYTES = 16 * 1024;
/** A box before the index (`moov` with its tables) may be long, but is only stepped over. */
const MAX_BOXES = 64;
const MAX_REQUESTS = 256;
/** Of one file: three times what the most segments need. */
const MAX_INDEX_BYTES = 4 * 1024 * 1024;
const MAX_DEPTH = 8;
/** Those that name each other could be read without end, and without a request. */
const MAX_INDEXES = 4_096;

/**
 * Reads the index of a file: at `indexRange`, else the first `sidx` from the file's start. An index may name
 * others; they are read in order. Errors: `manifest/malformed`, `manifest/unsupported`, and whatever
 * `fetchBytes` throws.
 */
export async function readFileIndex(
  fetchBytes: FetchBytes,
  url: string,
  indexRange: ByteRange | undefined,
): Promise<FileIndex> {
  const file = fileReader(fetchBytes, url);
  if (indexRange) {
    if (indexRange.lengthBytes > MAX_INDEX_BYTES) throw unsupported('index-too-long');
    await file.bytesAt(indexRange.offsetBytes, indexRange.lengthBytes);
  }
  const boxAt = await findIndex(file, indexRange?.offsetBytes ?? 0);
  const entries: IndexEntry[] = [];
  let timescale: bigint | undefined;
  let earliestTime = 0n;
  let indexes = 0;

  /** Gives where the box ends. */
  async function read(at: number, depth: number): Promise<void> {
    indexes += 1;
    if (depth > MAX_DEPTH || indexes > MAX_INDEXES) throw unsupported('index-too-deep');
    const header = await file.headerAt(at);
    if (header?.type !== 'sidx') throw malformed('index-elsewhere');
    const box = parseSidx(await file.bytesAt(at, header.sizeBytes), header);
    if (timescale === undefined) ({ timescale, earliestTime } = box);
    let offset = at + header.sizeBytes + box.firstOffset;
    checkSegmentCount(entries.length + box.references.length);
    for (const { isIndex, sizeBytes, ticks } of box.references) {
      if (isIndex) await read(offset, depth + 1);
      else if (sizeBytes > 0)
        entries.push({
          byteRange: { offsetBytes: offset, lengthBytes: sizeBytes },
          ticks: (ticks * timescale) / box.timescale,
        });
      offset += sizeBytes;
    }
  }

  await read(boxAt, 0);
  if (entries.length === 0) throw malformed('index-names-nothing');
  return {
    timescale: timescale ?? 1n,
    earliestTime,
    entries,
    initRange: boxAt > 0 ? { offsetBytes: 0, lengthBytes: boxAt } : undefined,
  };
}

/** Where the first `sidx` begins. */
async function findIndex(file: FileReader, from: number): Promise<number> {
  let at = from;
  for (let boxes = 0; boxes < MAX_BOXES; boxes++) {
    const header = await file.headerAt(at);
    if (header?.type === 'sidx') return at;
    if (!header || header.sizeBytes === 0 || header.type === 'moof' || header.type === 'mdat') break;
    at += header.sizeBytes;
  }
  throw unsupported('no-index');
}

interface FileReader {
  /** Exactly so many. */
  bytesAt(offset: number, length: number): Promise<Uint8Array>;
  headerAt(offset: number): Promise<BoxHeader | undefined>;
}

/** Keeps the last piece that was fetched: boxes are read one after the other. */
function fileReader(fetchBytes: FetchBytes, url: string): FileReader {
  let piece: { offset: number; bytes: Uint8Array } = { offset: 0, bytes: new Uint8Array() };
  let requests = 0;
  let total = 0;

  /** As many as there are, from `offset` on, at least `least` where the file is long enough. */
  async function from(offset: number, least: number): Promise<Uint8Array> {
    const skip = offset - piece.offset;
    if (skip >= 0 && skip + least <= piece.bytes.length) return piece.bytes.subarray(skip);
    const lengthBytes = Math.max(least, requests === 0 ? least : WINDOW_BYTES);
    requests += 1;
    total += lengthBytes;
    if (requests > MAX_REQUESTS || total > MAX_INDEX_BYTES) throw unsupported('index-too-long');
    const bytes = await fetchBytes(url, { offsetBytes: offset, lengthBytes });
    if (bytes.length > lengthBytes) throw malformed('more-than-asked');
    piece = { offset, bytes };
    return bytes;
  }

  return {
    async bytesAt(offset, length) {
      const bytes = await from(offset, length);
      if (bytes.length < length) throw malformed('index-cut-off');
      return bytes.subarray(0, length);
    },
    async headerAt(offset) {
      const near = await from(offset, Math.min(16, WINDOW_BYTES));
      return boxHeaderAt(near, 0);
    },
  };
}
