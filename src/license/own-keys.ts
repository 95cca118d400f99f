import { createCipheriv, createDecipheriv } from 'node:crypto';
import { z } from 'zod';
import type { Database, Migration } from '../database/types.ts';
import { LayoverError } from '../shared/errors.ts';
import { playsForEver } from '../shared/license.ts';
import type { Log } from '../shared/platform.ts';
import type { Bytes } from '../shared/units.ts';
import { algorithms } from './algorithms.ts';
import { secretKey } from './row-seal.ts';
import type { Licenses } from './types.ts';

export const ownKeysMigration: Migration = {
  id: 'license/004-own-keys',
  up(sql) {
    sql.exec('CREATE TABLE own_keys (video_id TEXT PRIMARY KEY, sealed BLOB NOT NULL) STRICT');
  },
};

/** Licenses, and videos that need none: opened from an address, they come without a service and without an end. */
export interface LicensesAndOwn extends Licenses {
  /** From now on the video plays without a license, and is stored under a key made here. Again: no-op. */
  adopt(videoId: string): void;
}

const CONTENT_KEY_BYTES: Bytes = 16;
const NONCE_BYTES: Bytes = 12;
const TAG_BYTES: Bytes = 16;
const Row = z.object({ sealed: z.instanceof(Uint8Array) });

/**
 * Content keys of the viewer's own. They lie in the database as nonce ‖ AES-256-GCM(key) ‖ tag under a key that
 * is made from the device secret, with the video's id as associated data: a copied database opens nothing.
 */
export function createOwnKeys(from: {
  database: Database;
  deviceSecret: Uint8Array;
  random(sizeBytes: Bytes): Uint8Array;
  log: Log;
}) {
  const { sql } = from.database;
  const sealingKey = secretKey(from.deviceSecret, 'layover own content keys 1');
  const put = sql.prepare('INSERT INTO own_keys VALUES (?, ?)');
  const one = sql.prepare('SELECT sealed FROM own_keys WHERE video_id = ?');
  const all = sql.prepare<[], string>('SELECT video_id FROM own_keys ORDER BY video_id').pluck();
  const drop = sql.prepare('DELETE FROM own_keys WHERE video_id = ?');

  function seal(videoId: string, key: Uint8Array): Buffer {
    const nonce = from.random(NONCE_BYTES);
    const cipher = createCipheriv(algorithms.sealing, sealingKey(), nonce, { authTagLength: TAG_BYTES });
    cipher.setAAD(Buffer.from(videoId));
    return Buffer.concat([nonce, cipher.update(key), cipher.final(), cipher.getAuthTag()]);
  }

  return {
    has: (videoId: string): boolean => one.get(videoId) !== undefined,
    videoIds: (): string[] => all.all(),
    make(videoId: string): void {
      const key = from.random(CONTENT_KEY_BYTES);
      put.run(videoId, seal(videoId, key));
      key.fill(0);
    },
    /** Throws `device/secret-unreadable` when it was sealed on another computer, or is damaged. */
    open(videoId: string): Uint8Array {
      try {
        const { sealed } = Row.parse(one.get(videoId));
        const at = (start: Bytes, end?: Bytes) => sealed.subarray(start, end);
        const decipher = createDecipheriv(algorithms.sealing, sealingKey(), at(0, NONCE_BYTES), {
          authTagLength: TAG_BYTES,
        });
        decipher.setAAD(Buffer.from(videoId));
        decipher.setAuthTag(at(sealed.byteLength - TAG_BYTES));
        const key = decipher.update(at(NONCE_BYTES, sealed.byteLength - TAG_BYTES));
        decipher.final();
        return key;
      } catch (cause) {
        from.log.warn('license/own-key-unreadable', { videoId });
        throw new LayoverError('device/secret-unreadable', { videoId }, { cause });
      }
    },
    drop: (videoId: string): void => void drop.run(videoId),
  };
}
export type OwnKeys = ReturnType<typeof createOwnKeys>;

/** The same licenses, with the viewer's own videos answered for here: the service knows nothing of them. */
export function withOwnKeys(licenses: Licenses, own: OwnKeys): LicensesAndOwn {
  return {
    ...licenses,
    adopt(videoId) {
      if (!own.has(videoId)) own.make(videoId);
    },
    acquire: async (videoId, purpose) =>
      own.has(videoId) ? playsForEver : licenses.acquire(videoId, purpose),
    verdict: (videoId, ...who) => (own.has(videoId) ? playsForEver : licenses.verdict(videoId, ...who)),
    maxHeight: (videoId, by) => (own.has(videoId) ? null : licenses.maxHeight(videoId, by)),
    contentKey: async (videoId, ...who) =>
      own.has(videoId) ? own.open(videoId) : licenses.contentKey(videoId, ...who),
    keyToStore: async (videoId) => (own.has(videoId) ? own.open(videoId) : licenses.keyToStore(videoId)),
    recordWatched: (videoId, watchedSeconds, viewing) =>
      own.has(videoId) ? playsForEver : licenses.recordWatched(videoId, watchedSeconds, viewing),
    renew: async (videoId, how) => (own.has(videoId) ? playsForEver : licenses.renew(videoId, how)),
    async renewMany(videoIds, how) {
      const theirs = await licenses.renewMany(
        videoIds.filter((videoId) => !own.has(videoId)),
        how,
      );
      const outcomes = new Map(theirs.map((outcome) => [outcome.videoId, outcome]));
      return videoIds.map((videoId) => outcomes.get(videoId) ?? { videoId, verdict: playsForEver });
    },
    async release(videoId) {
      if (own.has(videoId)) own.drop(videoId);
      else await licenses.release(videoId);
    },
    held: () => [...licenses.held(), ...own.videoIds()],
  };
}
