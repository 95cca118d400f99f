/** What a `sidx` box says (ISO/IEC 14496-12 section 8.16.3). */
export interface SidxSource {
  readonly version?: 0 | 1;
  readonly timescale?: number;
  readonly earliestTime?: number;
  readonly firstOffset?: number;
  readonly references: readonly { isIndex?: boolean; sizeBytes: number; ticks: number }[];
}

/** The bytes of a box. */
export function box(type: string, content: Uint8Array = new Uint8Array()): Uint8Array {
  const bytes = Buffer.alloc(8 + content.length);
  bytes.writeUInt32BE(bytes.length);
  bytes.write(type, 4, 'latin1');
  bytes.set(content, 8);
  return bytes;
}

/** A `sidx` box, written independently of the code that reads it. */
export function sidx(source: SidxSource): Uint8Array {
  const { version = 0, timescale = 1, earliestTime = 0, firstOffset = 0, references } = source;
  const u16 = (value: number) => [value >>> 8, value & 255];
  const u32 = (value: number) => [...u16(value >>> 16), ...u16(value & 65_535)];
  const u64 = (value: number) => [...u32(Math.floor(value / 2 ** 32)), ...u32(value % 2 ** 32)];
  const time = version === 0 ? u32 : u64;
  const bytes = [version, 0, 0, 0, ...u32(1), ...u32(timescale), ...time(earliestTime), ...time(firstOffset)];
  bytes.push(0, 0, ...u16(references.length));
  for (const { isIndex, sizeBytes, ticks } of references)
    bytes.push(...u32((isIndex ? 2 ** 31 : 0) + sizeBytes), ...u32(ticks), 0x90, 0, 0, 0);
  return box('sidx', Uint8Array.from(bytes));
}

export function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(parts);
}
