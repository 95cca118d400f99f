import type { Database } from '../database/types.ts';
import type { Licenses } from '../license/types.ts';
import { asLayoverError } from '../shared/errors.ts';
import type { Log } from '../shared/platform.ts';
import type { Store } from '../store/types.ts';
import type { Row, Rows } from './rows.ts';

export interface RemovalDeps {
  readonly database: Database;
  readonly store: Pick<Store, 'removeDownload'>;
  readonly licenses: Pick<Licenses, 'release'>;
  readonly log: Log;
  readonly rows: Rows;
  onRemoving(row: Row): void;
  /** Resolves when nothing works on it any more. */
  interrupt(downloadId: string): Promise<void>;
  onRemoved(row: Row): void;
}

/** Removals under way; each is carried out once, and finished after a kill. */
export interface Removals {
  /** Resolves when the bytes and the row are gone. Throws `store/absent` and the like: it is finished later. */
  remove(row: Row): Promise<void>;
  /** Those that were cut off, by a kill or by a drive that was pulled out. */
  finish(): void;
  idle(): Promise<void>;
}

export function createRemovals(deps: RemovalDeps): Removals {
  const { database, store, licenses, log, rows } = deps;
  const underWay = new Map<string, Promise<void>>();

  async function carryOut(row: Row): Promise<void> {
    const { downloadId, videoId } = row;
    await deps.interrupt(downloadId);
    await store.removeDownload(downloadId);
    // It is forgotten here at once; the service is told when it can be reached, and nobody waits for that.
    licenses.release(videoId).catch((error: unknown) => {
      log.warn('download.release-failed', { downloadId, code: asLayoverError(error).code });
    });
    database.transaction(() => rows.delete(downloadId), { freesSpace: true });
    deps.onRemoved(row);
  }

  function remove(row: Row): Promise<void> {
    const { downloadId } = row;
    const known = underWay.get(downloadId);
    if (known) return known;
    database.transaction(() => rows.setState(downloadId, 'removing'), { freesSpace: true });
    deps.onRemoving(row);
    const removal = carryOut(row).finally(() => underWay.delete(downloadId));
    underWay.set(downloadId, removal);
    return removal;
  }

  return {
    remove,
    finish() {
      for (const row of rows.all()) {
        if (row.state !== 'removing' || underWay.has(row.downloadId)) continue;
        remove(row).catch((error: unknown) => {
          log.warn('download.removal-failed', {
            downloadId: row.downloadId,
            code: asLayoverError(error).code,
          });
        });
      }
    },
    idle: async () => void (await Promise.allSettled(underWay.values())),
  };
}
