import { z } from 'zod';
import type { Ms } from '../../../src/shared/units.ts';
import type { Sql } from './sql.ts';

export interface NewPlayback {
  readonly playbackId: string;
  readonly accountId: string;
  readonly profileId: string;
  readonly deviceId: string;
  readonly titleId: string;
  readonly videoId: string;
  readonly country: string;
  readonly startedAtMs: Ms;
  readonly expiresAtMs: Ms;
}

const PlaybackRow = z.object({ profileId: z.string(), titleId: z.string(), videoId: z.string() });

/** Who started what, when and where: trends are counted from it. */
export function createPlaybacks(sql: Sql) {
  return {
    async add(playback: NewPlayback): Promise<void> {
      sql.run(
        `INSERT INTO playback VALUES (@playbackId, @accountId, @profileId, @deviceId, @titleId, @videoId,
         @country, @startedAtMs, @expiresAtMs)`,
        { ...playback },
      );
    },

    async find(accountId: string, playbackId: string): Promise<z.infer<typeof PlaybackRow> | undefined> {
      return sql.one(
        PlaybackRow,
        `SELECT profileId, titleId, videoId FROM playback
         WHERE playbackId = @playbackId AND accountId = @accountId`,
        { accountId, playbackId },
      );
    },

    /** When the addresses end that this device was given last for the video. */
    async latestExpiry(accountId: string, deviceId: string, videoId: string): Promise<Ms | undefined> {
      return sql.one(
        z.object({ expiresAtMs: z.int() }),
        `SELECT expiresAtMs FROM playback
         WHERE accountId = @accountId AND deviceId = @deviceId AND videoId = @videoId
         ORDER BY startedAtMs DESC, rowid DESC LIMIT 1`,
        { accountId, deviceId, videoId },
      )?.expiresAtMs;
    },
  };
}
