import { LayoverError } from '../src/shared/errors.ts';
import type { Bytes } from '../src/shared/units.ts';
import type { OpenTrack, Store, TrackSpec } from '../src/store/types.ts';
import { turn } from './until.ts';

interface MemoryTrack {
  readonly spec: TrackSpec;
  readonly contentKeyHex: string;
  readonly segments: Map<number, { plain: Uint8Array; isDamaged: boolean }>;
  /** Beginnings of segments that were broken off. */
  readonly parts: Map<number, { plain: Uint8Array; plainBytes: Bytes; etag: string | undefined }>;
  /** What it may hold in all before it takes space that was not reserved for it; 0: nothing is reserved. */
  reservedUpToBytes: Bytes;
  verifiedAtMs: number | null;
  nextSegment: number | null;
}

/** What outlives a process: give it to another store and that one goes on where the first was killed. */
export interface MemoryDisk {
  readonly tracks: Map<string, MemoryTrack>;
  capacityBytes: Bytes;
  isReadOnly: boolean;
  /** A drive that was pulled out. */
  isAbsent: boolean;
  /** Input/output errors at every touch. */
  isUnreadable: boolean;
  folder: string;
  /** What a move to these folders throws; any other folder is empty and large enough. */
  readonly problems: Map<string, LayoverError>;
  nowMs: number;
  /** The store that was opened last; what an earlier one still writes is lost, as after a kill. */
  owner: object;
}

export function createMemoryDisk(capacityBytes = 1024 ** 4): MemoryDisk {
  return {
    tracks: new Map(),
    capacityBytes,
    isReadOnly: false,
    isAbsent: false,
    isUnreadable: false,
    folder: '/memory',
    problems: new Map(),
    nowMs: 0,
    owner: {},
  };
}

const PIECE_BYTES = 256 * 1024;

/** A Store without files or encryption, faithful in everything that its callers can see. */
export function createMemoryStore(disk: MemoryDisk = createMemoryDisk()): Store {
  const me = {};
  disk.owner = me;
  let isClosed = false;
  let isMoving = false;
  const ending = new AbortController();

  const tracksOf = (downloadId?: string) =>
    [...disk.tracks.values()].filter(
      ({ spec }) => downloadId === undefined || spec.downloadId === downloadId,
    );
  const heldBy = ({ segments }: MemoryTrack) =>
    [...segments.values()].reduce((sum, { plain }) => sum + plain.byteLength, 0);
  const usedBytes = (downloadId?: string) =>
    tracksOf(downloadId).reduce((sum, track) => sum + heldBy(track), 0);
  const leftOf = (track: MemoryTrack) => Math.max(0, track.reservedUpToBytes - heldBy(track));
  const reservedBytes = (downloadId?: string) =>
    tracksOf(downloadId).reduce((sum, track) => sum + leftOf(track), 0);
  const freeBytes = () => Math.max(0, disk.capacityBytes - usedBytes() - reservedBytes());
  const trackOf = (trackId: string) => {
    const track = disk.tracks.get(trackId);
    if (!track) throw new LayoverError('store/missing');
    return track;
  };
  const checkDrive = () => {
    if (disk.isAbsent) throw new LayoverError('store/absent', { folder: disk.folder });
    if (disk.isUnreadable) throw new LayoverError('store/unreadable');
  };
  /** As slow as a disk: others get their turn before anything is written. */
  const beforeWriting = async () => {
    await turn();
    if (disk.owner !== me) throw new Error('killed');
    if (isClosed) throw new LayoverError('store/locked');
    checkDrive();
    if (disk.isReadOnly) throw new LayoverError('store/read-only', { folder: disk.folder });
  };

  function open(trackId: string): OpenTrack {
    let isWiped = false;
    const trackNow = () => {
      if (isWiped || isClosed) throw new LayoverError('store/locked', { trackId });
      return trackOf(trackId);
    };
    const segmentsNow = () => trackNow().segments;

    async function check(
      from: number,
      options: Parameters<OpenTrack['scrub']>[0] & { except?: ReadonlySet<number> | undefined },
    ): Promise<number[]> {
      const forgotten: number[] = [];
      for (const [index, segment] of [...segmentsNow()].sort(([a], [b]) => a - b)) {
        if (index < from || options.except?.has(index)) {
          options.onProgress?.(segment.plain.byteLength);
          continue;
        }
        options.signal?.throwIfAborted();
        await (options.pace ? options.pace(segment.plain.byteLength) : turn());
        checkDrive();
        options.signal?.throwIfAborted();
        if (segmentsNow().get(index)?.isDamaged) {
          segmentsNow().delete(index);
          forgotten.push(index);
        }
        if (!options.except) trackNow().nextSegment = index + 1;
        options.onProgress?.(segment.plain.byteLength);
      }
      if (options.except?.size) return forgotten;
      trackNow().nextSegment = null;
      trackNow().verifiedAtMs = disk.nowMs;
      return forgotten;
    }

    const put = async (index: number, plain: Uint8Array) => {
      const copy = plain.slice();
      await beforeWriting();
      const track = trackNow();
      const grownBytes = copy.byteLength - (track.segments.get(index)?.plain.byteLength ?? 0);
      const neededBytes = grownBytes - leftOf(track) - freeBytes();
      if (neededBytes > 0) throw new LayoverError('store/no-space', { neededBytes });
      track.segments.set(index, { plain: copy, isDamaged: false });
      track.parts.delete(index);
    };

    return {
      put,
      begin(index, plainBytes) {
        trackNow();
        let held = Buffer.alloc(0);
        let isOver = false;
        let hasKept = false;
        const keep = async (etag: string | undefined) => {
          await turn();
          const track = disk.owner === me ? disk.tracks.get(trackId) : undefined;
          const keptBytes = Math.floor(held.length / PIECE_BYTES) * PIECE_BYTES;
          if (isOver || !track || keptBytes === 0 || plainBytes === undefined || keptBytes >= plainBytes)
            return;
          if ((track.parts.get(index)?.plain.length ?? 0) > keptBytes) return;
          track.parts.set(index, { plain: held.subarray(0, keptBytes), plainBytes, etag });
          hasKept = true;
        };
        return {
          keep,
          write(piece) {
            trackNow();
            if (isOver) throw new LayoverError('store/locked', { trackId });
            held = Buffer.concat([held, piece]);
            if (held.length > (plainBytes ?? Infinity)) throw new RangeError('more than was told');
            return undefined;
          },
          async commit() {
            trackNow();
            const isShort = held.length < (plainBytes ?? 0);
            if (isOver) throw new LayoverError('store/locked', { trackId });
            isOver = true;
            if (isShort) throw new RangeError('fewer than were told');
            await put(index, held);
          },
          async abort(kept) {
            if (kept) await keep(kept.etag);
            else if (hasKept) disk.tracks.get(trackId)?.parts.delete(index);
            isOver = true;
            await turn();
          },
        };
      },
      part(index) {
        const { parts } = trackNow();
        const kept = parts.get(index);
        return (
          kept && {
            etag: kept.etag,
            plainBytes: kept.plainBytes,
            keptBytes: kept.plain.length,
            async *read() {
              for (let at = 0; at < kept.plain.length; at += PIECE_BYTES) {
                await turn();
                checkDrive();
                yield kept.plain.slice(at, at + PIECE_BYTES);
              }
            },
            drop: () => void (parts.get(index) === kept && parts.delete(index)),
          }
        );
      },
      async *read(index, range) {
        const segment = segmentsNow().get(index);
        if (!segment) throw new LayoverError('store/missing');
        const startBytes = range?.offsetBytes ?? 0;
        const endBytes = range ? startBytes + range.lengthBytes : segment.plain.byteLength;
        for (let at = startBytes; at < endBytes; at += PIECE_BYTES) {
          await turn();
          checkDrive();
          if (segment.isDamaged) {
            segmentsNow().delete(index);
            throw new LayoverError('store/damaged');
          }
          yield segment.plain.slice(at, Math.min(at + PIECE_BYTES, endBytes));
        }
      },
      verify: (signal, except) => check(-1, { signal, except }),
      scrub: (options) => check(trackNow().nextSegment ?? -1, options),
      close() {
        isWiped = true;
      },
    };
  }

  return {
    get folder() {
      return disk.folder;
    },
    usedBytes,
    reservedBytes,
    async freeBytes() {
      checkDrive();
      return freeBytes();
    },
    async createTrack(spec, contentKey) {
      await beforeWriting();
      if (disk.tracks.has(spec.trackId)) return;
      disk.tracks.set(spec.trackId, {
        spec,
        contentKeyHex: Buffer.from(contentKey).toString('hex'),
        segments: new Map(),
        parts: new Map(),
        reservedUpToBytes: 0,
        verifiedAtMs: null,
        nextSegment: null,
      });
    },
    tracks: (downloadId) => tracksOf(downloadId).map(({ spec }) => spec),
    stored: (trackId) =>
      [...(disk.tracks.get(trackId)?.segments ?? [])]
        .map(([index, { plain }]) => ({ index, plainBytes: plain.byteLength }))
        .sort((a, b) => a.index - b.index),
    parts: (trackId) =>
      [...(disk.tracks.get(trackId)?.parts ?? [])]
        .map(([index, { plain }]) => ({ index, keptBytes: plain.length }))
        .sort((a, b) => a.index - b.index),
    storedSegment(trackId, index) {
      const plain = disk.tracks.get(trackId)?.segments.get(index)?.plain;
      return plain && { index, plainBytes: plain.byteLength };
    },
    unlock(trackId, contentKey) {
      const track = trackOf(trackId);
      checkDrive();
      if (isClosed || track.contentKeyHex !== Buffer.from(contentKey).toString('hex'))
        throw new LayoverError('store/locked');
      return open(trackId);
    },
    async removeDownload(downloadId) {
      await turn();
      for (const { spec } of tracksOf(downloadId)) disk.tracks.delete(spec.trackId);
    },
    async removeTrack(trackId) {
      await turn();
      disk.tracks.delete(trackId);
    },
    async reserve(downloadId, needs) {
      await beforeWriting();
      for (const { trackId } of needs) trackOf(trackId);
      const wantedBytes = needs.reduce((sum, { plainBytes }) => sum + plainBytes, 0);
      const neededBytes = wantedBytes - freeBytes() - reservedBytes(downloadId);
      if (neededBytes > 0) throw new LayoverError('store/no-space', { neededBytes });
      for (const track of tracksOf(downloadId)) track.reservedUpToBytes = 0;
      for (const { trackId, plainBytes } of needs) {
        const track = trackOf(trackId);
        track.reservedUpToBytes = heldBy(track) + plainBytes;
      }
    },
    async unreserve(downloadId) {
      await turn();
      for (const track of tracksOf(downloadId)) track.reservedUpToBytes = 0;
    },
    verifications: (downloadId) =>
      tracksOf(downloadId)
        .map(({ spec, verifiedAtMs, nextSegment }) => {
          return { trackId: spec.trackId, downloadId: spec.downloadId, verifiedAtMs, nextSegment };
        })
        .sort(
          (a, b) =>
            Number(a.nextSegment === null) - Number(b.nextSegment === null) ||
            (a.verifiedAtMs ?? -Infinity) - (b.verifiedAtMs ?? -Infinity),
        ),
    sweep: async () => ({ orphanFiles: 0, lostTracks: 0, lostSegments: 0 }),
    async close() {
      isClosed = true;
      ending.abort(new LayoverError('store/locked'));
      await turn();
    },
    isPresent: async () => !disk.isAbsent,
    inspect: async (folder) => ({
      folder,
      freeBytes: disk.capacityBytes,
      diskBytes: disk.capacityBytes,
      isCurrent: folder === disk.folder,
      problem: disk.problems.get(folder) ?? null,
    }),
    async move(folder, options = {}) {
      if (isMoving) throw new LayoverError('store/moving');
      isMoving = true;
      try {
        const problem = disk.problems.get(folder);
        if (problem) throw problem;
        let movedBytes = 0;
        for (const { plain } of tracksOf().flatMap(({ segments }) => [...segments.values()])) {
          ending.signal.throwIfAborted();
          options.signal?.throwIfAborted();
          await (options.pace ? options.pace(plain.byteLength) : turn());
          checkDrive();
          movedBytes += plain.byteLength;
          options.onProgress?.({ movedBytes, totalBytes: Math.max(movedBytes, usedBytes()) });
        }
        options.signal?.throwIfAborted();
        disk.folder = folder;
      } finally {
        isMoving = false;
      }
    },
  };
}

/** A bad sector: the segment is listed, and does not authenticate when it is read. */
export function damage(disk: MemoryDisk, trackId: string, index: number): void {
  const segment = disk.tracks.get(trackId)?.segments.get(index);
  if (segment) segment.isDamaged = true;
}
