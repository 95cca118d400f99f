import fs from 'node:fs/promises';
import path from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { z } from 'zod';
import { encryptedBytes } from '../../src/cdn/decrypt.ts';
import type { Place } from './device.ts';

/** docs/store-format.md, read as somebody else's program would: not with the store's own code. */
export const HEADER_BYTES = 512;
const FRAME_BYTES = 262_144;
const TAG_BYTES = 16;
export const sealedBytesOf = (plainBytes: number) =>
  plainBytes + TAG_BYTES * Math.max(1, Math.ceil(plainBytes / FRAME_BYTES));

const Row = z.object({
  trackId: z.string(),
  videoId: z.string(),
  renditionId: z.string(),
  sealedBytes: z.int(),
  segment: z.int().nullable(),
  fileOffset: z.int().nullable(),
  plainBytes: z.int().nullable(),
});

export interface StoredTrack {
  readonly trackId: string;
  readonly videoId: string;
  readonly renditionId: string;
  /** As the index counts them. */
  readonly sealedBytes: number;
  readonly segments: readonly { segment: number; fileOffset: number; plainBytes: number }[];
}

export const databaseOf = ({ userData }: Place): string => path.join(userData, 'layover.db');

/** What the index lists while no engine has it open; throws when SQLite finds the database unsound. */
export function readIndex(place: Place): StoredTrack[] {
  const sql = new BetterSqlite3(databaseOf(place), { fileMustExist: true });
  try {
    const verdict = sql.pragma('integrity_check', { simple: true });
    if (verdict !== 'ok') throw new Error(`integrity_check: ${String(verdict)}`);
    const orphans = sql.pragma('foreign_key_check') as unknown[];
    if (orphans.length > 0) throw new Error(`foreign_key_check: ${orphans.length} rows`);
    const rows = z.array(Row).parse(
      sql
        .prepare(
          `SELECT trackId, videoId, renditionId, sealedBytes, segment, fileOffset, plainBytes
             FROM store_track LEFT JOIN store_segment USING (track) ORDER BY trackId, segment`,
        )
        .all(),
    );
    const tracks = Map.groupBy(rows, ({ trackId }) => trackId);
    return [...tracks.values()].map((own) => ({
      trackId: own[0]?.trackId ?? '',
      videoId: own[0]?.videoId ?? '',
      renditionId: own[0]?.renditionId ?? '',
      sealedBytes: own[0]?.sealedBytes ?? 0,
      segments: own.flatMap(({ segment, fileOffset, plainBytes }) =>
        segment === null || fileOffset === null || plainBytes === null
          ? []
          : [{ segment, fileOffset, plainBytes }],
      ),
    }));
  } finally {
    sql.close();
  }
}

/** "<renditionId>/<index>" of a video's stored segments, as `PublishedTitle.plain` names them. */
export const storedKeys = (tracks: readonly StoredTrack[], videoId: string): string[] =>
  tracks
    .filter((track) => track.videoId === videoId)
    .flatMap(({ renditionId, segments }) =>
      segments.map(({ segment }) => `${renditionId}/${segment < 0 ? 'init' : segment}`),
    );

/** What the records of a track take, worked out from their sizes. */
export const recordBytes = ({ segments }: StoredTrack): number =>
  segments.reduce((sum, { plainBytes }) => sum + sealedBytesOf(plainBytes), HEADER_BYTES);

/**
 * Folder and index agree: no file without a track, no track without its file, every record within it, and
 * used bytes that are the sum of what is there. Throws what is not so.
 */
export async function expectConsistent(tracks: readonly StoredTrack[], folder: string): Promise<void> {
  const names = await fs.readdir(folder).catch((thrown: NodeJS.ErrnoException) => {
    if (thrown.code === 'ENOENT') return [] as string[];
    throw thrown;
  });
  const expected = tracks.map(({ trackId }) => `${trackId}.sealed`);
  const extra = names.filter((name) => name !== 'layover-store.txt' && !expected.includes(name));
  if (extra.length > 0) throw new Error(`orphans in ${folder}: ${extra.join(', ')}`);
  for (const track of tracks) {
    const used = recordBytes(track);
    if (track.sealedBytes !== used)
      throw new Error(`${track.trackId}: counted as ${track.sealedBytes} bytes, its records take ${used}`);
    const { size } = await fs.stat(path.join(folder, `${track.trackId}.sealed`));
    const end = Math.max(
      HEADER_BYTES,
      ...track.segments.map(({ fileOffset, plainBytes }) => fileOffset + sealedBytesOf(plainBytes)),
    );
    if (size < end) throw new Error(`${track.trackId}: a record ends at ${end}, the file at ${size}`);
  }
}

/** What a viewer is told is stored of a video: the sizes that its files have on an OCA. */
export function storedBytesOf(tracks: readonly StoredTrack[], videoId: string): number {
  return tracks
    .filter((track) => track.videoId === videoId)
    .flatMap(({ segments }) => segments)
    .reduce((sum, one) => sum + (one.segment < 0 ? one.plainBytes : encryptedBytes(one.plainBytes)), 0);
}
