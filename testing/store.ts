import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { openDatabase } from '../src/database/open.ts';
import type { Database } from '../src/database/types.ts';
import type { ErrorCode } from '../src/shared/errors.ts';
import type { Allocate } from '../src/store/allocate.ts';
import type { SyncFile } from '../src/store/group-commit.ts';
import { storeMigrations } from '../src/store/migrations.ts';
import { createStore } from '../src/store/store.ts';
import type { OpenTrack, Store, TrackSpec } from '../src/store/types.ts';
import { createRecordingLog } from './recording-log.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** A real store on a real database, both in a folder of the test's own unless one is given. */
export interface StoreUnderTest {
  readonly folder: string;
  readonly downloads: string;
  readonly database: Database;
  readonly store: Store;
  /** Closes the database, as the end of the app would. */
  close(): void;
}

/** Matches an error by its code. */
export const code = (expected: ErrorCode): unknown => expect.objectContaining({ code: expected });

export const contentKey = Uint8Array.from({ length: 16 }, (_, i) => i);
export const deviceSecret = Uint8Array.from({ length: 32 }, (_, i) => i + 16);

export function openStore(
  folder = temporaryFolder(),
  options: { downloads?: string; deviceSecret?: Uint8Array; allocate?: Allocate; syncFile?: SyncFile } = {},
): StoreUnderTest {
  const log = createRecordingLog();
  const { database } = openDatabase({ folder, migrations: storeMigrations, log });
  // No test in this process outlives a power cut; those that are killed are processes of their own.
  database.sql.pragma('synchronous = OFF');
  let open = true;
  const close = () => {
    if (open) database.close();
    open = false;
  };
  onTestFinished(close);
  const downloads = options.downloads ?? path.join(folder, 'downloads');
  const store = createStore({
    folder: downloads,
    database,
    deviceSecret: options.deviceSecret ?? deviceSecret,
    random: (sizeBytes) => new Uint8Array(randomBytes(sizeBytes)),
    now: () => 1_000,
    ...(options.allocate && { allocate: options.allocate }),
    ...(options.syncFile && { syncFile: options.syncFile }),
    log,
  });
  return { folder, downloads, database, store, close };
}

export function trackSpec(renditionId = 'v-720p', downloadId = 'download'): TrackSpec {
  return {
    trackId: `${downloadId}.${renditionId}`,
    downloadId,
    videoId: 'video',
    renditionId,
    kind: 'video',
  };
}

/** Makes the track and unlocks it. */
export async function openTrack(store: Store, spec = trackSpec()): Promise<OpenTrack> {
  await store.createTrack(spec, contentKey);
  return unlockTrack(store, spec);
}

/** Unlocks a track that is there; it is closed when the test ends. */
export function unlockTrack(store: Store, spec = trackSpec()): OpenTrack {
  const track = store.unlock(spec.trackId, contentKey);
  onTestFinished(() => track.close());
  return track;
}

export async function readSegment(
  track: OpenTrack,
  index: number,
  range?: { offsetBytes: number; lengthBytes: number },
): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of track.read(index, range)) pieces.push(piece);
  return Buffer.concat(pieces);
}

/** Bytes that differ from segment to segment and from place to place. */
export function segmentBytes(seed: number, sizeBytes: number): Buffer {
  const bytes = Buffer.alloc(sizeBytes);
  for (let i = 0; i < sizeBytes; i += 1) bytes[i] = (i * 31 + (i >> 8) * 17 + seed * 101) & 0xff;
  return bytes;
}
