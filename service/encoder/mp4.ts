/**
 * Just enough of ISO base media (ISO/IEC 14496-12) to say in a manifest what a segment really holds:
 * codecs, picture size, timescale, and each segment's exact start and duration.
 */

export interface InitInfo {
  /** RFC 6381, e.g. "avc1.42c01f" or "mp4a.40.2". */
  readonly codecs: string;
  /** Ticks a second in which the media segments count. */
  readonly timescale: number;
  readonly width: number;
  readonly height: number;
  readonly channels: number;
}

const containers = new Set(['moov', 'trak', 'mdia', 'minf', 'stbl', 'moof', 'traf', 'mvex']);

/** Every box in order, containers before what they hold. Throws RangeError when sizes do not fit. */
function* boxes(bytes: Buffer, from = 0, to = bytes.length): Generator<{ type: string; body: Buffer }> {
  for (let at = from; at < to;) {
    let size = bytes.readUInt32BE(at);
    let headerBytes = 8;
    if (size === 1) {
      size = Number(bytes.readBigUInt64BE(at + 8));
      headerBytes = 16;
    }
    if (size === 0) size = to - at;
    if (size < headerBytes || at + size > to) throw new RangeError('an MP4 box is larger than its file');
    const type = bytes.toString('latin1', at + 4, at + 8);
    yield { type, body: bytes.subarray(at + headerBytes, at + size) };
    if (containers.has(type)) yield* boxes(bytes, at + headerBytes, at + size);
    at += size;
  }
}

/** Reads an init segment that holds exactly one track of H.264 or AAC. */
export function readInit(init: Buffer): InitInfo {
  const found = new Map<string, Buffer>();
  for (const { type, body } of boxes(init)) if (!found.has(type)) found.set(type, body);
  const mdhd = found.get('mdhd');
  const stsd = found.get('stsd');
  if (!mdhd || !stsd) throw new RangeError('an init segment without mdhd or stsd');
  const timescale = mdhd.readUInt32BE(mdhd.readUInt8(0) === 1 ? 20 : 12);
  const entryType = stsd.toString('latin1', 12, 16);
  const entry = stsd.subarray(16);
  if (entryType === 'avc1') {
    // Profile, constraints and level follow the version byte of avcC.
    const profile = entry.subarray(entry.indexOf('avcC') + 5).toString('hex', 0, 3);
    const [width, height] = [entry.readUInt16BE(24), entry.readUInt16BE(26)];
    return { codecs: `avc1.${profile}`, timescale, width, height, channels: 0 };
  }
  if (entryType === 'mp4a') {
    const channels = entry.readUInt16BE(16);
    return { codecs: 'mp4a.40.2', timescale, width: 0, height: 0, channels };
  }
  throw new RangeError(`an init segment with a ${entryType} track`);
}

export interface FragmentTimes {
  readonly start: number;
  readonly duration: number;
  readonly samples: number;
}

/** When a media segment starts and how long it is, in ticks of its track's timescale. */
export function readTimes(segment: Buffer): FragmentTimes {
  let start: number | undefined;
  let duration = 0;
  let samples = 0;
  let defaultDuration = 0;
  for (const { type, body } of boxes(segment)) {
    if (type === 'tfdt') {
      const time = body.readUInt8(0) === 1 ? Number(body.readBigUInt64BE(4)) : body.readUInt32BE(4);
      start ??= time;
    } else if (type === 'tfhd') {
      const flags = body.readUIntBE(1, 3);
      const at = 8 + (flags & 0x1 ? 8 : 0) + (flags & 0x2 ? 4 : 0);
      defaultDuration = flags & 0x8 ? body.readUInt32BE(at) : 0;
    } else if (type === 'trun') {
      const run = readRun(body, defaultDuration);
      duration += run.duration;
      samples += run.samples;
    }
  }
  if (start === undefined || samples === 0) throw new RangeError('a media segment without samples');
  return { start, duration, samples };
}

function readRun(trun: Buffer, defaultDuration: number): { duration: number; samples: number } {
  const flags = trun.readUIntBE(1, 3);
  const samples = trun.readUInt32BE(4);
  if (!(flags & 0x100)) return { duration: samples * defaultDuration, samples };
  const entryBytes = 4 * [0x100, 0x200, 0x400, 0x800].filter((flag) => flags & flag).length;
  let at = 8 + (flags & 0x1 ? 4 : 0) + (flags & 0x4 ? 4 : 0);
  let duration = 0;
  for (let sample = 0; sample < samples; sample += 1, at += entryBytes) duration += trun.readUInt32BE(at);
  return { duration, samples };
}
