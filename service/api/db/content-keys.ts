import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Ms } from '../../../src/shared/units.ts';
import type { Sql } from './sql.ts';

/** Content keys that licenses were given under; a video that is encrypted anew gets another one. */
export function createContentKeys(sql: Sql) {
  return {
    /** Notes a key, if it is not known. Returns its id, which tells nothing about it. */
    async note(videoId: string, keyHex: string, nowMs: Ms): Promise<string> {
      const contentKeyId = createHash('sha256')
        .update(`layover content key id\0${keyHex}`)
        .digest('hex')
        .slice(0, 32);
      sql.run('INSERT OR IGNORE INTO content_key VALUES (@videoId, @contentKeyId, @keyHex, @nowMs)', {
        videoId,
        contentKeyId,
        keyHex,
        nowMs,
      });
      return contentKeyId;
    },
    async find(videoId: string, contentKeyId: string): Promise<string | undefined> {
      return sql.one(
        z.object({ keyHex: z.string() }),
        'SELECT keyHex FROM content_key WHERE videoId = @videoId AND contentKeyId = @contentKeyId',
        { videoId, contentKeyId },
      )?.keyHex;
    },
  };
}
