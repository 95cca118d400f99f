import { malformed, unsupported } from '../refuse.ts';

/** One stretch of the file that a segment index names. */
export interface Reference {
  /** To another index inside the file, in place of media. */
  readonly isIndex: boolean;
  readonly sizeBytes: number;
  readonly ticks: bigint;
}

export interface SegmentIndexBox {
  readonly timescale: bigint;
  readonly earliestTime: bigint;
  /** From the end of the box to the first reference. */
  readonly firstOffset: number;
  readonly references: readonly Reference[];
}

export interface BoxHeader {
  /** Four characters. */
  readonly type: string;
  /** With the header; 0: up to the end of the file. */
  readonly sizeBytes: number;
  readonly headerBytes: number;
}

/** ISO/IEC 14496-12 section 4.2; undefined where the bytes end before the header does. */
export function boxHeaderAt(bytes: Uint8Array, at: number): BoxHeader | undefined {
  const view = viewOf(bytes);
  if (at + 8 > bytes.length) return undefined;
  const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
  const size = view.getUint32(at);
  if (size !== 1) return checked({ type, sizeBytes: size, headerBytes: 8 });
  if (at + 16 > bytes.length) return undefined;
  return checked({ type, sizeBytes: exact(view.getBigUint64(at + 8)), headerBytes: 16 });
}

function checked(header: BoxHeader): BoxHeader {
  const isSane = header.sizeBytes === 0 || header.sizeBytes >= header.headerBytes;
  if (!isSane || !/^[\x20-\x7e\xa9]{4}$/.test(header.type)) throw malformed('index-damaged');
  return header;
}

/**
 * ISO/IEC 14496-12 section 8.16.3, versions 0 and 1; `bytes` is the whole box. Errors: `manifest/malformed`
 * (the index is part of what the manifest says).
 */
export function parseSidx(bytes: Uint8Array, { headerBytes }: BoxHeader): SegmentIndexBox {
  const view = viewOf(bytes);
  const isLong = bytes[headerBytes] === 1;
  // Version and flags, reference_ID, timescale, two times, reserved, reference_count.
  const listAt = headerBytes + (isLong ? 32 : 24);
  if ((bytes[headerBytes] ?? 2) > 1 || bytes.length < listAt) throw malformed('index-damaged');
  const timescale = BigInt(view.getUint32(headerBytes + 8));
  const at = headerBytes + 12;
  const count = view.getUint16(listAt - 2);
  if (timescale === 0n || bytes.length < listAt + 12 * count) throw malformed('index-damaged');
  return {
    timescale,
    earliestTime: isLong ? view.getBigUint64(at) : BigInt(view.getUint32(at)),
    firstOffset: isLong ? exact(view.getBigUint64(at + 8)) : view.getUint32(at + 4),
    references: Array.from({ length: count }, (_, i) => {
      const word = view.getUint32(listAt + 12 * i);
      return {
        isIndex: word >>> 31 === 1,
        sizeBytes: word & 0x7fff_ffff,
        ticks: BigInt(view.getUint32(listAt + 12 * i + 4)),
      };
    }),
  };
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function exact(value: bigint): number {
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw unsupported('long-files');
  return Number(value);
}
