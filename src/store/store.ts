import type { Database } from '../database/types.ts';
import { codeOf, isDiskFull } from '../database/sqlite-errors.ts';
import { LayoverError, isLayoverError } from '../shared/errors.ts';
import type { Log } from '../shared/platform.ts';
import type { Bytes } from '../shared/units.ts';
import { diskError } from './disk-error.ts';
import { createStoreFolder } from './folder.ts';
import { FILE_SALT_BYTES, HEADER_BYTES, TrackId, digestOf, encodeHeader, fileSaltOf } from './format.ts';
import { createGroupCommit } from './group-commit.ts';
import { readFileSalt, readHeader } from './header.ts';
import { createOpenTrack } from './open-track.ts';
import { CONTENT_KEY_BYTES, KEY_BYTES, deriveKek, unwrapKey, wrapKey, wrapNonceBytes } from './seal.ts';
import { createSegmentIndex, extentOf } from './segment-index.ts';
import type { TrackRow } from './segment-index.ts';
import { sweepStore } from './sweep.ts';
import { createTrackFile } from './track-file.ts';
import type { TrackFile } from './track-file.ts';
import type { ContentKey, Store, TrackSpec } from './types.ts';

/**
 * The store of sealed tracks in `folder`, indexed in `database` (which has run `storeMigrations`). Touches
 * the disk only when asked to. `deviceSecret`: 32 bytes, and not changed while the store is in use.
 */
export function createStore(options: {
  folder: string;
  database: Database;
  deviceSecret: Uint8Array;
  random(sizeBytes: Bytes): Uint8Array;
  log: Log;
}): Store {
  const { deviceSecret, random, log } = options;
  if (deviceSecret.length !== KEY_BYTES) throw new RangeError('a device secret has 32 bytes');
  const folder = createStoreFolder(options.folder);
  const index = createSegmentIndex(options.database);
  const groupCommit = createGroupCommit(index);
  const openFiles = new Map<string, TrackFile>();
  const errorOf = (thrown: unknown, neededBytes = HEADER_BYTES) =>
    diskError(thrown, { folder: options.folder, neededBytes });

  /** Making, removing and sweeping look at folder and index together, so one at a time. */
  let last: Promise<unknown> = Promise.resolve();
  function exclusive<T>(work: () => Promise<T>): Promise<T> {
    const done = last.then(work).catch((thrown: unknown) => {
      throw errorOf(thrown);
    });
    last = done.catch(() => undefined);
    return done;
  }

  async function createTrack(spec: TrackSpec, contentKey: ContentKey): Promise<void> {
    TrackId.parse(spec.trackId);
    if (contentKey.length !== CONTENT_KEY_BYTES) throw new RangeError('a content key has 16 bytes');
    await folder.prepare(index.hasTracks());
    const existing = index.track(spec.trackId);
    if (existing && isIntact(existing)) return;
    if (existing) index.dropTracks([existing.track], true);
    await openFiles.get(spec.trackId)?.retire();

    const header = encodeHeader(spec.trackId, random(FILE_SALT_BYTES));
    const dataKey = random(KEY_BYTES);
    const kek = deriveKek(contentKey, deviceSecret, fileSaltOf(header), spec.trackId);
    const wrapped = wrapKey(kek, dataKey, random(wrapNonceBytes), spec.trackId);
    kek.fill(0);
    dataKey.fill(0);
    await folder.create(spec.trackId, header);
    index.addTrack(spec, digestOf(header), wrapped);
  }

  function isIntact(row: TrackRow): boolean {
    try {
      return readHeader(folder.pathOf(row.trackId), row.headerDigest) === 'ok';
    } catch (thrown) {
      if (codeOf(thrown) === 'ENOENT') return false;
      throw thrown;
    }
  }

  function unlockDataKey(row: TrackRow, contentKey: ContentKey): Buffer {
    const salt = readFileSalt(folder.pathOf(row.trackId), row.headerDigest, row.trackId);
    const kek = deriveKek(contentKey, deviceSecret, salt, row.trackId);
    const dataKey = unwrapKey(kek, row.wrappedKey, row.trackId);
    kek.fill(0);
    if (!dataKey) throw new LayoverError('store/locked', { trackId: row.trackId });
    return dataKey;
  }

  function fileOf(row: TrackRow): TrackFile {
    const open = openFiles.get(row.trackId);
    if (open?.track === row.track) return open;
    const file = createTrackFile({
      track: row.track,
      trackId: row.trackId,
      path: folder.pathOf(row.trackId),
      start: HEADER_BYTES,
      taken: () => index.segments(row.track).map(extentOf),
      onRetired: () => {
        if (openFiles.get(row.trackId) === file) openFiles.delete(row.trackId);
      },
    });
    openFiles.set(row.trackId, file);
    return file;
  }

  const erase = async (trackId: string) => {
    await openFiles.get(trackId)?.retire();
    await folder.erase(trackId, random(HEADER_BYTES));
  };

  async function eraseFiles(rows: readonly TrackRow[]): Promise<void> {
    for (const row of rows) {
      try {
        await erase(row.trackId);
      } catch (thrown) {
        // Its key is gone, so it is noise; the next sweep tries again.
        log.warn('store/not-erased', { trackId: row.trackId, reason: codeOf(thrown) });
      }
    }
  }

  async function removeDownload(downloadId: string): Promise<void> {
    const rows = index.specs(downloadId).flatMap((spec) => index.track(spec.trackId) ?? []);
    if (rows.length === 0) return;
    const tracks = rows.map((row) => row.track);
    try {
      index.dropTracks(tracks, true);
      await eraseFiles(rows);
    } catch (thrown) {
      if (!isDiskFull(thrown)) throw thrown;
      // Even the database's reserve was not enough: the files make room, each losing its salt first.
      await eraseFiles(rows);
      index.dropTracks(tracks, true);
    }
    try {
      index.flushLog();
    } catch (thrown) {
      log.warn('store/log-not-flushed', { reason: codeOf(thrown) });
    }
  }

  return {
    folder: options.folder,
    createTrack: (spec, contentKey) => exclusive(() => createTrack(spec, contentKey)),
    tracks: (downloadId) => index.specs(downloadId),
    stored: (trackId) => index.stored(trackId),
    unlock(trackId, contentKey) {
      const row = index.track(trackId);
      if (!row) throw new LayoverError('store/missing', { trackId });
      try {
        const dataKey = unlockDataKey(row, contentKey);
        const file = fileOf(row);
        file.acquire();
        return createOpenTrack({ file, dataKey, index, groupCommit, folder: options.folder, random });
      } catch (thrown) {
        // Without its header nothing in the file can ever be read: the track is to be made again.
        if (isLayoverError(thrown, 'store/damaged')) index.dropTracks([row.track], false);
        throw errorOf(thrown);
      }
    },
    removeDownload: (downloadId) => exclusive(() => removeDownload(downloadId)),
    usedBytes: (downloadId) => index.usedBytes(downloadId),
    freeBytes: () =>
      folder.freeBytes(index.hasTracks()).catch((thrown: unknown) => {
        throw errorOf(thrown);
      }),
    sweep: () =>
      exclusive(() =>
        sweepStore({ folder, index, log, erase, isInUse: (trackId) => openFiles.has(trackId) }),
      ),
  };
}
