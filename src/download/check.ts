import { z } from 'zod';
import type { Database } from '../database/types.ts';
import type { Licenses } from '../license/types.ts';
import { asLayoverError, isLayoverError } from '../shared/errors.ts';
import type { Clock, Log } from '../shared/platform.ts';
import { DAY_MS, SECOND_MS } from '../shared/units.ts';
import type { Bytes, Ms } from '../shared/units.ts';
import type { Pacer, Store, Verification } from '../store/types.ts';
import type { CheckStatus, StorageCheck } from './types.ts';

export interface CheckDeps {
  readonly database: Database;
  readonly store: Pick<Store, 'verifications' | 'stored' | 'tracks' | 'unlock' | 'removeTrack'>;
  readonly licenses: Pick<Licenses, 'keyToStore'>;
  readonly clock: Clock;
  readonly log: Log;
  isPlaying(): boolean;
  /** Some of it was damaged, and is forgotten by now. */
  onDamaged(downloadId: string): void;
}

/** While something plays no more of the disk is taken a second. */
const BESIDE_PLAYBACK_BYTES: Bytes = 16 * 1024 * 1024;
/** One that was cut off so long ago says little: the next begins anew. */
const GOES_ON_WITHIN_MS: Ms = 2 * DAY_MS;

const Row = z.object({
  begunAtMs: z.int().nullable(),
  found: z.int(),
  finishedAtMs: z.int().nullable(),
  damagedSegments: z.int(),
});

/**
 * Reads all that is stored, track by track. How far it came lies in the store and in the database, so that the
 * next one goes on there, also after a kill. What no license opens just now is left out.
 */
export function createStorageCheck(deps: CheckDeps): StorageCheck {
  const { store, licenses, clock, log } = deps;
  const { sql } = deps.database;
  const select = sql.prepare(`
    SELECT begun_at_ms AS begunAtMs, found, finished_at_ms AS finishedAtMs,
      damaged_segments AS damagedSegments FROM download_check`);
  const setBegun = sql.prepare('UPDATE download_check SET begun_at_ms = ?, found = 0');
  const addFound = sql.prepare('UPDATE download_check SET found = found + ?');
  const setFinished = sql.prepare(
    'UPDATE download_check SET begun_at_ms = NULL, finished_at_ms = ?, damaged_segments = found',
  );
  const listeners = new Set<(status: CheckStatus) => void>();
  let running: { stop: AbortController; done: Promise<void>; check: CheckStatus['check'] } | undefined;

  const recorded = () => Row.parse(select.get());
  function status(): CheckStatus {
    const { finishedAtMs, damagedSegments } = recorded();
    return {
      check: running?.check ?? null,
      lastCheck: finishedAtMs === null ? null : { finishedAtMs, damagedSegments },
    };
  }
  const tell = () => {
    const now = status();
    for (const listener of [...listeners]) listener(now);
  };
  const sizeOf = (trackId: string) =>
    store.stored(trackId).reduce((sum, { plainBytes }) => sum + plainBytes, 0);

  const pace: Pacer = async (sizeBytes) => {
    if (deps.isPlaying())
      await clock.sleep((sizeBytes / BESIDE_PLAYBACK_BYTES) * SECOND_MS, running?.stop.signal);
    else await new Promise((resolve) => setImmediate(resolve));
  };

  /** Gives how many segments were damaged. */
  async function checkTrack(
    { trackId, downloadId }: Verification,
    signal: AbortSignal,
    onProgress: (bytes: Bytes) => void,
  ): Promise<number> {
    const spec = store.tracks(downloadId).find((one) => one.trackId === trackId);
    // Removed meanwhile.
    if (!spec) return 0;
    try {
      const track = store.unlock(trackId, await licenses.keyToStore(spec.videoId));
      try {
        return (await track.scrub({ signal, pace, onProgress })).length;
      } finally {
        track.close();
      }
    } catch (thrown) {
      if (isLayoverError(thrown, 'store/damaged')) {
        const lost = store.stored(trackId).length;
        await store.removeTrack(trackId);
        return lost;
      }
      const { code } = asLayoverError(thrown);
      // Its license is over, or it was removed under our hands: nothing is known of it, and nothing lost.
      if (signal.aborted || !/^(license\/|store\/(locked|missing)$)/.test(code)) throw thrown;
      return 0;
    }
  }

  async function run(signal: AbortSignal, check: NonNullable<CheckStatus['check']>): Promise<void> {
    const { begunAtMs } = recorded();
    const sinceMs = begunAtMs !== null && clock.now() - begunAtMs < GOES_ON_WITHIN_MS ? begunAtMs : null;
    if (sinceMs === null) setBegun.run(clock.now());
    const isDone = ({ verifiedAtMs, nextSegment }: Verification) =>
      sinceMs !== null && nextSegment === null && verifiedAtMs !== null && verifiedAtMs >= sinceMs;
    const tracks = store.verifications().map((one) => ({ ...one, sizeBytes: sizeOf(one.trackId) }));
    check.totalBytes = tracks.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    check.damagedSegments = recorded().found;
    for (const track of tracks) {
      signal.throwIfAborted();
      const before = check.checkedBytes;
      if (!isDone(track)) {
        const segments = store.stored(track.trackId).length;
        const note = (damaged: number) => {
          if (damaged <= 0) return;
          check.damagedSegments += damaged;
          addFound.run(damaged);
          log.warn('download.damage-found', { downloadId: track.downloadId, segments: damaged });
          deps.onDamaged(track.downloadId);
        };
        try {
          note(
            await checkTrack(track, signal, (bytes) => {
              check.checkedBytes = Math.min(before + track.sizeBytes, check.checkedBytes + bytes);
              tell();
            }),
          );
        } catch (thrown) {
          // What was found before it was stopped is forgotten already.
          note(segments - store.stored(track.trackId).length);
          throw thrown;
        }
      }
      check.checkedBytes = before + track.sizeBytes;
      tell();
    }
    setFinished.run(clock.now());
  }

  return {
    status,
    start() {
      if (running) return;
      const stop = new AbortController();
      const check = { checkedBytes: 0, totalBytes: 0, damagedSegments: 0 };
      running = { stop, check, done: Promise.resolve() };
      running.done = run(stop.signal, check)
        .catch((error: unknown) => {
          if (!stop.signal.aborted) log.warn('download.check-stopped', { code: asLayoverError(error).code });
        })
        .finally(() => {
          running = undefined;
          tell();
        });
    },
    async cancel() {
      running?.stop.abort(new Error('canceled'));
      await running?.done;
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
