import { LayoverError } from '../src/shared/errors.ts';
import type { OpenTrack, Store, TrackSpec } from '../src/store/types.ts';
import { turn } from './until.ts';

interface MemoryTrack {
  readonly spec: TrackSpec;
  readonly contentKeyHex: string;
  readonly segments: Map<number, { plain: Uint8Array; isDamaged: boolean }>;
}

/** What outlives a process: give it to another store and that one goes on where the first was killed. */
export interface MemoryDisk {
  readonly tracks: Map<string, MemoryTrack>;
  capacityBytes: number;
  isReadOnly: boolean;
  /** The store that was opened last; what an earlier one still writes is lost, as after a kill. */
  owner: object;
}

export function createMemoryDisk(capacityBytes = 1024 ** 4): MemoryDisk {
  return { tracks: new Map(), capacityBytes, isReadOnly: false, owner: {} };
}

const PIECE_BYTES = 256 * 1024;

/** A Store without files or encryption, faithful in everything that its callers can see. */
export function createMemoryStore(disk: MemoryDisk = createMemoryDisk()): Store {
  const me = {};
  disk.owner = me;

  const usedBytes = (downloadId?: string) => {
    let bytes = 0;
    for (const { spec, segments } of disk.tracks.values())
      if (downloadId === undefined || spec.downloadId === downloadId)
        for (const { plain } of segments.values()) bytes += plain.byteLength;
    return bytes;
  };
  const trackOf = (trackId: string) => {
    const track = disk.tracks.get(trackId);
    if (!track) throw new LayoverError('store/missing');
    return track;
  };
  /** As slow as a disk: others get their turn before anything is written. */
  const beforeWriting = async () => {
    await turn();
    if (disk.owner !== me) throw new Error('killed');
    if (disk.isReadOnly) throw new LayoverError('store/read-only', { folder: '/memory' });
  };

  function open(trackId: string): OpenTrack {
    let isClosed = false;
    const segmentsNow = () => {
      if (isClosed) throw new Error('the track is closed');
      return trackOf(trackId).segments;
    };
    return {
      async put(index, plain) {
        const copy = plain.slice();
        await beforeWriting();
        const segments = segmentsNow();
        const replacedBytes = segments.get(index)?.plain.byteLength ?? 0;
        const neededBytes = usedBytes() - replacedBytes + copy.byteLength - disk.capacityBytes;
        if (neededBytes > 0) throw new LayoverError('store/no-space', { neededBytes });
        segments.set(index, { plain: copy, isDamaged: false });
      },
      async *read(index, range) {
        const segment = segmentsNow().get(index);
        if (!segment) throw new LayoverError('store/missing');
        const startBytes = range?.offsetBytes ?? 0;
        const endBytes = range ? startBytes + range.lengthBytes : segment.plain.byteLength;
        for (let at = startBytes; at < endBytes; at += PIECE_BYTES) {
          await turn();
          if (segment.isDamaged) {
            segmentsNow().delete(index);
            throw new LayoverError('store/damaged');
          }
          yield segment.plain.slice(at, Math.min(at + PIECE_BYTES, endBytes));
        }
      },
      async verify(signal) {
        const forgotten: number[] = [];
        for (const [index, segment] of [...segmentsNow()]) {
          signal?.throwIfAborted();
          await turn();
          if (!segment.isDamaged) continue;
          segmentsNow().delete(index);
          forgotten.push(index);
        }
        return forgotten;
      },
      close() {
        isClosed = true;
      },
    };
  }

  return {
    folder: '/memory',
    usedBytes,
    freeBytes: async () => disk.capacityBytes - usedBytes(),
    async createTrack(spec, contentKey) {
      await beforeWriting();
      if (disk.tracks.has(spec.trackId)) return;
      const contentKeyHex = Buffer.from(contentKey).toString('hex');
      disk.tracks.set(spec.trackId, { spec, contentKeyHex, segments: new Map() });
    },
    tracks: (downloadId) =>
      [...disk.tracks.values()]
        .map(({ spec }) => spec)
        .filter((spec) => downloadId === undefined || spec.downloadId === downloadId),
    stored: (trackId) =>
      [...(disk.tracks.get(trackId)?.segments ?? [])]
        .map(([index, { plain }]) => ({ index, plainBytes: plain.byteLength }))
        .sort((a, b) => a.index - b.index),
    unlock(trackId, contentKey) {
      if (trackOf(trackId).contentKeyHex !== Buffer.from(contentKey).toString('hex'))
        throw new LayoverError('store/locked');
      return open(trackId);
    },
    async removeDownload(downloadId) {
      await turn();
      for (const [trackId, { spec }] of disk.tracks)
        if (spec.downloadId === downloadId) disk.tracks.delete(trackId);
    },
    sweep: async () => ({ orphanFiles: 0, lostTracks: 0, lostSegments: 0 }),
  };
}

/** A bad sector: the segment is listed, and does not authenticate when it is read. */
export function damage(disk: MemoryDisk, trackId: string, index: number): void {
  const segment = disk.tracks.get(trackId)?.segments.get(index);
  if (segment) segment.isDamaged = true;
}
