import { z } from 'zod';
import type { Database } from '../database/types.ts';
import type { Bytes } from '../shared/units.ts';
import type { Extent } from './extents.ts';
import { HEADER_BYTES, placeOfFrame } from './format.ts';

const Row = z.object({
  segment: z.int(),
  fileOffset: z.int(),
  plainBytes: z.int(),
  salt: z.instanceof(Buffer),
  frames: z.int(),
  etag: z.string().nullable(),
});
/** The beginning of a record that was broken off: so many whole frames of it lie in the file. */
export type PartRow = z.infer<typeof Row>;
export interface NewPart extends PartRow {
  readonly track: number;
}
const OneRow = Row.optional();
const Rows = z.array(Row);

/** Only what was written of it: behind that others may lie by now. */
export const partExtent = ({ fileOffset, plainBytes, frames }: PartRow): Extent => {
  const last = placeOfFrame(frames - 1, plainBytes);
  return { offset: fileOffset, length: last.offsetBytes + last.sealedBytes };
};

/** As of records: no row outside of this was ever written. A part is never the whole of a segment. */
const isSane = `(segment BETWEEN -1 AND 0x7fffffff AND length(salt) = 16
  AND plainBytes BETWEEN 0 AND 0x10000000000 AND fileOffset BETWEEN ${HEADER_BYTES} AND 0x4000000000000
  AND frames BETWEEN 1 AND (plainBytes + 262143) / 262144)`;

/** What broken-off downloads of segments left behind. Nothing here is promised: a row that is lost is fetched again. */
export type PartRows = ReturnType<typeof createPartRows>;

export function createPartRows({ sql }: Database) {
  const columns = 'segment, fileOffset, plainBytes, salt, frames, etag';
  const ofTrackId = '(SELECT track FROM store_track WHERE trackId = ?)';
  const statements = {
    one: sql.prepare(`SELECT ${columns} FROM store_part WHERE track = ? AND segment = ? AND ${isSane}`),
    all: sql.prepare(`SELECT ${columns} FROM store_part WHERE track = ? AND ${isSane} ORDER BY segment`),
    listed: sql.prepare(
      `SELECT ${columns} FROM store_part WHERE track = ${ofTrackId} AND ${isSane} ORDER BY segment`,
    ),
    any: sql.prepare('SELECT EXISTS (SELECT 1 FROM store_part WHERE track = ?)').pluck(),
    // Of a track that is gone meanwhile nothing is kept.
    keep: sql.prepare(
      `INSERT OR REPLACE INTO store_part (track, ${columns})
       SELECT track, @segment, @fileOffset, @plainBytes, @salt, @frames, @etag FROM store_track WHERE track = @track`,
    ),
    drop: sql.prepare('DELETE FROM store_part WHERE track = ? AND segment = ?'),
    dropStored: sql.prepare(
      `DELETE FROM store_part WHERE track = @track AND (NOT ${isSane} OR EXISTS (
         SELECT 1 FROM store_segment s WHERE s.track = @track AND s.segment = store_part.segment))`,
    ),
    dropStrays: sql.prepare('DELETE FROM store_part WHERE track NOT IN (SELECT track FROM store_track)'),
  };
  const of = (track: number, segment: number): PartRow | undefined =>
    OneRow.parse(statements.one.get(track, segment));
  const all = (track: number): PartRow[] => Rows.parse(statements.all.all(track));
  const has = (track: number): boolean => statements.any.get(track) === 1;

  return {
    of,
    all,
    has,
    listed: (trackId: string): PartRow[] => Rows.parse(statements.listed.all(trackId)),
    keep: (row: NewPart): void => void statements.keep.run(row),
    /** Gives the row that went. */
    drop(track: number, segment: number): PartRow | undefined {
      const row = of(track, segment);
      statements.drop.run(track, segment);
      return row;
    },
    /** Rows that nobody wrote, whose segment is stored, or that a file of this size does not hold. */
    tidy(track: number, fileBytes: Bytes): void {
      if (!has(track)) return;
      statements.dropStored.run({ track });
      for (const row of all(track)) {
        const { offset, length } = partExtent(row);
        if (offset + length > fileBytes) statements.drop.run(track, row.segment);
      }
    },
    /** Rows whose number of a track is nobody's. */
    dropStrays: (): void => void statements.dropStrays.run(),
    /** Where the last of them ends. */
    endOf: (track: number): Bytes =>
      has(track)
        ? all(track).reduce((end, row) => Math.max(end, partExtent(row).offset + partExtent(row).length), 0)
        : 0,
  };
}
