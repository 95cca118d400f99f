import fs from 'node:fs';
import { z } from 'zod';
import { isDiskFull } from '../database/sqlite-errors.ts';
import type { Database } from '../database/types.ts';
import { LayoverError } from '../shared/errors.ts';
import type { Bytes } from '../shared/units.ts';
import type { Allocate } from './allocate.ts';
import { FRAME_BYTES, TAG_BYTES } from './format.ts';
import type { SegmentIndex } from './segment-index.ts';
import type { TrackRow } from './track-index.ts';
import type { TrackNeed } from './types.ts';

/** What so many plain bytes in so many segments take at most, sealed. */
export const sealedNeed = ({ plainBytes, segments }: Omit<TrackNeed, 'trackId'>): Bytes =>
  plainBytes + TAG_BYTES * (Math.ceil(plainBytes / FRAME_BYTES) + segments);

/** SQLite's log before it is written back, and what a segment adds to log and table. */
const INDEX_LOG_BYTES = 4 * 1024 * 1024;
const INDEX_ROW_BYTES = 256;

const Sum = z.number().nonnegative();

export interface ReservationParts {
  readonly database: Database;
  readonly index: SegmentIndex;
  allocate: Allocate;
  pathOf(trackId: string): string;
  /** Nothing lies in the track's file from here on, records in the making included. */
  endOf(row: TrackRow): Bytes;
  /** Of the disk, as the system tells it. */
  diskFreeBytes(): Promise<Bytes>;
  /** Whether the database lies on the same disk: it needs room to say what was stored. */
  isDatabaseBeside(): Promise<boolean>;
}

/**
 * Space that is taken for what is still to come: blocks behind the end of each track's file, or, where the
 * system has none to give, less of what is told to be free. A row says how far `sealedBytes` of a track may
 * grow, so what is left shrinks by itself with every put.
 */
export type Reservations = ReturnType<typeof createReservations>;

export function createReservations(parts: ReservationParts) {
  const { database, index } = parts;
  const { sql } = database;
  const left = 'max(0, upToBytes - sealedBytes)';
  // CROSS JOIN: few tracks have one, so these are looked at first.
  const joined = 'store_reservation CROSS JOIN store_track USING (track)';
  const statements = {
    left: sql.prepare(`SELECT coalesce(sum(${left}), 0) FROM ${joined}`).pluck(),
    leftBy: sql.prepare(`SELECT coalesce(sum(${left}), 0) FROM ${joined} WHERE downloadId = ?`).pluck(),
    unallocated: sql.prepare(`SELECT coalesce(sum(${left}), 0) FROM ${joined} WHERE isAllocated = 0`).pluck(),
    has: sql.prepare('SELECT EXISTS (SELECT 1 FROM store_reservation WHERE track = ?)').pluck(),
    set: sql.prepare(
      `INSERT OR REPLACE INTO store_reservation (track, upToBytes, isAllocated)
       SELECT track, sealedBytes + @bytes, 0 FROM store_track WHERE track = @track`,
    ),
    allocated: sql.prepare('UPDATE store_reservation SET isAllocated = 1 WHERE track = ?'),
    leftOfTrack: sql.prepare(`SELECT ${left} FROM ${joined} WHERE track = ? AND isAllocated = 1`).pluck(),
    dropStrays: sql.prepare(
      'DELETE FROM store_reservation WHERE track NOT IN (SELECT track FROM store_track)',
    ),
    drop: sql.prepare(
      'DELETE FROM store_reservation WHERE track IN (SELECT track FROM store_track WHERE downloadId = ?)',
    ),
  };
  const bytes = (answer: unknown): Bytes => Sum.parse(answer);
  const leftOf = (downloadId?: string) =>
    bytes(downloadId === undefined ? statements.left.get() : statements.leftBy.get(downloadId));
  const freeBytes = async () =>
    Math.max(0, (await parts.diskFreeBytes()) - bytes(statements.unallocated.get()));
  const roomForIndex = async (segments: number) =>
    (await parts.isDatabaseBeside()) ? INDEX_LOG_BYTES + segments * INDEX_ROW_BYTES : 0;
  const rowsOf = (downloadId: string) =>
    index.specs(downloadId).flatMap((spec) => index.track(spec.trackId) ?? []);

  /** Cuts off what lies behind the last record, and blocks behind the end of the file. */
  function trim(row: TrackRow): void {
    const path = parts.pathOf(row.trackId);
    fs.truncateSync(path, Math.min(fs.statSync(path).size, parts.endOf(row)));
  }

  function giveBack(downloadId: string): void {
    const reserved = rowsOf(downloadId).filter(({ track }) => statements.has.get(track) === 1);
    if (reserved.length === 0) return;
    database.transaction(() => statements.drop.run(downloadId), { freesSpace: true });
    for (const row of reserved) trim(row);
  }

  async function reserve(downloadId: string, needs: readonly TrackNeed[]): Promise<void> {
    const wanted = needs.map((need) => {
      const row = index.track(need.trackId);
      if (!row) throw new LayoverError('store/missing', { trackId: need.trackId });
      return { row, bytes: sealedNeed(need) };
    });
    const segments = needs.reduce((sum, need) => sum + need.segments, 0);
    const wantedBytes = wanted.reduce((sum, one) => sum + one.bytes, 0) + (await roomForIndex(segments));
    const tooMuch = async () => {
      giveBack(downloadId);
      const neededBytes = Math.max(1, wantedBytes - (await freeBytes()));
      return new LayoverError('store/no-space', { neededBytes });
    };
    if (wantedBytes > (await freeBytes()) + leftOf(downloadId)) throw await tooMuch();
    // The rows first: blocks that no row names would be cut off by a sweep, or stay for ever.
    database.transaction(() => {
      statements.drop.run(downloadId);
      for (const one of wanted) statements.set.run({ track: one.row.track, bytes: one.bytes });
    });
    try {
      for (const { row, bytes: length } of wanted) {
        const done = await parts.allocate(parts.pathOf(row.trackId), parts.endOf(row), length);
        if (done === 'allocated') statements.allocated.run(row.track);
      }
    } catch (thrown) {
      if (isDiskFull(thrown)) throw await tooMuch();
      giveBack(downloadId);
      throw thrown;
    }
  }

  /** The same again for copies of the files elsewhere. */
  async function allocateIn(pathOf: (trackId: string) => string): Promise<void> {
    for (const row of index.tracks()) {
      const length = z.number().default(0).parse(statements.leftOfTrack.get(row.track));
      if (row.isSound && length > 0) await parts.allocate(pathOf(row.trackId), parts.endOf(row), length);
    }
  }

  return {
    reserve,
    allocateIn,
    giveBack,
    freeBytes,
    trim,
    leftBytes: (downloadId?: string): Bytes => leftOf(downloadId),
    /** Rows whose number of a track is nobody's: a later track might get it. */
    dropStrays: () => void statements.dropStrays.run(),
    isReserved: (track: number): boolean => statements.has.get(track) === 1,
  };
}
