import fs from 'node:fs';
import path from 'node:path';
import type { Database } from '../database/types.ts';
import { codeOf, isDiskFull } from '../database/sqlite-errors.ts';
import { LayoverError, isLayoverError } from '../shared/errors.ts';
import type { Log } from '../shared/platform.ts';
import type { Bytes, Ms } from '../shared/units.ts';
import { allocateOnThisSystem } from './allocate.ts';
import type { Allocate } from './allocate.ts';
import { diskError, writeError } from './disk-error.ts';
import { createStoreFolder } from './folder.ts';
import { FRAME_BYTES, HEADER_BYTES } from './format.ts';
import { createGroupCommit } from './group-commit.ts';
import type { SyncFile } from './group-commit.ts';
import { createMover } from './mover.ts';
import { createOpenTrack } from './open-track.ts';
import { createPlaceRows } from './place-rows.ts';
import { readopt } from './readopt.ts';
import { createReservations } from './reservations.ts';
import { KEY_BYTES } from './seal.ts';
import { createSegmentIndex } from './segment-index.ts';
import { sweepStore } from './sweep.ts';
import { createTrackFiles } from './track-files.ts';
import type { TrackRow } from './track-index.ts';
import { createTrackMaker } from './track-maker.ts';
import type { OpenTrack, Store } from './types.ts';
import { createVerificationRows } from './verification-rows.ts';

/**
 * The store of sealed tracks, indexed in `database` (which has run `storeMigrations`). It lies in `folder`
 * until it is moved. Touches the disk only when asked to. `deviceSecret`: 32 bytes, and not changed while the
 * store is in use. `now`: wall clock, for when something was verified.
 */
export function createStore(options: {
  folder: string;
  database: Database;
  deviceSecret: Uint8Array;
  random(sizeBytes: Bytes): Uint8Array;
  now(): Ms;
  log: Log;
  /** How blocks of the disk are taken; the default is what this system has. */
  allocate?: Allocate;
  /** How what was written to a file is made durable; the default is fdatasync(2). */
  syncFile?: SyncFile;
}): Store {
  const { database, random, log } = options;
  if (options.deviceSecret.length !== KEY_BYTES) throw new RangeError('a device secret has 32 bytes');
  const index = createSegmentIndex(database);
  const places = createPlaceRows(database);
  const verifications = createVerificationRows(database, options.now);
  const groupCommit = createGroupCommit(index, options.syncFile);
  const place = places.place();
  let here = place ? createStoreFolder(place.folder, place.placeId) : createStoreFolder(options.folder, null);
  const openTracks = new Set<OpenTrack>();
  const noise = () => random(HEADER_BYTES);
  let isClosed = false;

  const isHere = async () => (await here.isPresent()) || (await readopt(here, index, log));
  const at = (neededBytes = HEADER_BYTES) => ({
    folder: here.folder,
    neededBytes,
    isPresent: here.isPresentNow,
  });
  const readFailed = (thrown: unknown) => diskError(thrown, at());
  const writeFailed = (thrown: unknown, neededBytes?: Bytes) => writeError(thrown, at(neededBytes));

  const reservations = createReservations({
    database,
    index,
    allocate: options.allocate ?? allocateOnThisSystem,
    pathOf: (trackId) => here.pathOf(trackId),
    endOf: (row) => files.endOf(row),
    async diskFreeBytes() {
      if (index.hasTracks() && !(await here.isPresent()))
        throw new LayoverError('store/absent', { folder: here.folder });
      return (await here.diskSpace()).freeBytes;
    },
    isDatabaseBeside: async () =>
      (await here.diskSpace()).device === fs.statSync(path.dirname(database.sql.name)).dev,
  });
  const files = createTrackFiles({
    index,
    pathOf: (trackId) => here.pathOf(trackId),
    isReserved: reservations.isReserved,
  });
  const tracks = createTrackMaker({
    index,
    random,
    deviceSecret: options.deviceSecret,
    here: () => here,
    retire: files.retire,
  });

  /** Making, removing and sweeping look at folder and index together, so one at a time. */
  let last: Promise<unknown> = Promise.resolve();
  function exclusive<T>(work: () => Promise<T>): Promise<T> {
    const done = last
      .then(() => {
        if (isClosed) throw new LayoverError('store/locked');
        return work();
      })
      .catch((thrown: unknown) => {
        throw writeFailed(thrown);
      });
    last = done.catch(() => undefined);
    return done;
  }

  const mover = createMover({
    index, rows: places, reservations, log, random, noise, exclusive,
    holdWrites: files.holdWrites,
    unfinishedOf: files.unfinishedOf,
    here: () => here,
    backUp: () => database.backup(),
    onSwitched(to) {
      here = to;
      files.renewHandles();
    },
  }); // prettier-ignore

  const erase = async (trackId: string) => {
    await files.retire(trackId);
    await here.erase(trackId, noise());
    await mover.eraseCopy(trackId);
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

  async function removeTracks(trackIds: readonly string[]): Promise<void> {
    const rows = trackIds.flatMap((trackId) => index.track(trackId) ?? []);
    if (rows.length === 0) return;
    const numbers = rows.map((row) => row.track);
    try {
      index.dropTracks(numbers, true);
      await eraseFiles(rows);
    } catch (thrown) {
      if (!isDiskFull(thrown)) throw thrown;
      // Even the database's reserve was not enough: the files make room, each losing its salt first.
      await eraseFiles(rows);
      index.dropTracks(numbers, true);
    }
    try {
      index.flushLog();
    } catch (thrown) {
      log.warn('store/log-not-flushed', { reason: codeOf(thrown) });
    }
  }

  function unlock(row: TrackRow, contentKey: Uint8Array): OpenTrack {
    const dataKey = tracks.dataKeyOf(row, contentKey);
    const file = files.of(row);
    file.acquire();
    const track = createOpenTrack({
      file, dataKey, index, groupCommit, verifications, random,
      readError: readFailed,
      writeError: writeFailed,
      onClosed: () => openTracks.delete(track),
    }); // prettier-ignore
    openTracks.add(track);
    return track;
  }

  return {
    get folder() {
      return here.folder;
    },
    createTrack: (spec, contentKey) => exclusive(() => tracks.make(spec, contentKey)),
    tracks: (downloadId) => index.specs(downloadId),
    stored: (trackId) => index.stored(trackId),
    parts: (trackId) =>
      index.parts.listed(trackId).map((row) => ({ index: row.segment, keptBytes: row.frames * FRAME_BYTES })),
    storedSegment: (trackId, segment) => index.storedSegment(trackId, segment),
    unlock(trackId, contentKey) {
      if (isClosed) throw new LayoverError('store/locked', { trackId });
      const row = index.track(trackId);
      if (!row) throw new LayoverError('store/missing', { trackId });
      try {
        return unlock(row, contentKey);
      } catch (thrown) {
        // Without its header nothing in the file can ever be read: the track is to be made again.
        if (isLayoverError(thrown, 'store/damaged')) index.dropTracks([row.track], false);
        throw readFailed(thrown);
      }
    },
    removeDownload: (downloadId) =>
      exclusive(() => removeTracks(index.specs(downloadId).map(({ trackId }) => trackId))),
    removeTrack: (trackId) => exclusive(() => removeTracks([trackId])),
    usedBytes: (downloadId) => index.usedBytes(downloadId),
    reserve: (downloadId, needs) => exclusive(() => reservations.reserve(downloadId, needs)),
    unreserve: (downloadId) => exclusive(async () => reservations.giveBack(downloadId)),
    reservedBytes: reservations.leftBytes,
    freeBytes: () =>
      reservations.freeBytes().catch((thrown: unknown) => {
        throw readFailed(thrown);
      }),
    verifications: verifications.all,
    sweep: () =>
      exclusive(async () => {
        await isHere();
        await mover.clearLeftovers();
        return sweepStore({
          folder: here,
          index,
          reservations,
          verifications,
          log,
          erase,
          isInUse: files.isInUse,
        });
      }),
    // Where nothing was ever stored there is nothing to miss: the folder is made when it is needed.
    isPresent: async () => (await isHere()) || (here.folder === options.folder && !index.hasTracks()),
    inspect: mover.inspect,
    move: mover.move,
    async close() {
      await mover.stop();
      // What runs comes to its end; what is asked for from now on is refused.
      isClosed = true;
      await last;
      await files.holdWrites();
      for (const track of [...openTracks]) track.close();
      await files.retireAll();
    },
  };
}
