import { z } from 'zod';
import { Profile, Row, Title, playablesOf } from '../shared/catalog.ts';
import type { Episode } from '../shared/catalog.ts';
import type { Database } from '../database/types.ts';
import type { Ms } from '../shared/units.ts';

export interface VideoInTitle {
  readonly title: Title;
  readonly episode: Episode | null;
  readonly durationSeconds: number;
  /** What comes after it in the same title. */
  readonly nextVideoId: string | null;
}

/** The replica's tables, as typed reads and writes. A row that no longer parses counts as absent. */
export type Replica = ReturnType<typeof createReplica>;

export function createReplica(database: Database) {
  const { sql } = database;
  const oneTitle = sql.prepare<[string], { json: string }>(
    'SELECT json FROM catalog_title WHERE titleId = ?',
  );
  const titleOfVideo = sql.prepare<[string], { json: string }>(
    'SELECT json FROM catalog_title JOIN catalog_video USING (titleId) WHERE videoId = ?',
  );
  const allTitles = sql.prepare<[], { json: string }>('SELECT json FROM catalog_title');
  const putTitle = sql.prepare(
    'INSERT INTO catalog_title VALUES (?, ?) ON CONFLICT (titleId) DO UPDATE SET json = excluded.json',
  );
  const dropVideos = sql.prepare('DELETE FROM catalog_video WHERE titleId = ?');
  const putVideo = sql.prepare('INSERT OR REPLACE INTO catalog_video VALUES (?, ?)');
  const dropTitle = sql.prepare('DELETE FROM catalog_title WHERE titleId = ?');
  const dropWords = sql.prepare('DELETE FROM catalog_words WHERE titleId = ?');
  const putWords = sql.prepare('INSERT INTO catalog_words VALUES (?, ?, ?, ?, ?)');
  const readRevision = sql.prepare<[], { revision: number }>('SELECT revision FROM catalog_revision');
  const putRevision = sql.prepare('INSERT OR REPLACE INTO catalog_revision VALUES (1, ?)');
  const readHome = sql.prepare<[string], { json: string; refreshedAtMs: number }>(
    'SELECT json, refreshedAtMs FROM catalog_home WHERE profileId = ?',
  );
  const putHome = sql.prepare('INSERT OR REPLACE INTO catalog_home VALUES (?, ?, ?)');
  const readProfiles = sql.prepare<[], { json: string }>(
    'SELECT json FROM catalog_profile ORDER BY position',
  );
  const putProfile = sql.prepare('INSERT INTO catalog_profile VALUES (?, ?, ?)');

  function forget(titleId: string): void {
    dropVideos.run(titleId);
    dropWords.run(titleId);
    dropTitle.run(titleId);
  }

  return {
    title: (titleId: string): Title | undefined => parsed(Title, oneTitle.get(titleId)),
    titles: (): Title[] => allTitles.all().flatMap((row) => parsed(Title, row) ?? []),

    video(videoId: string): VideoInTitle | undefined {
      const title = parsed(Title, titleOfVideo.get(videoId));
      if (!title) return undefined;
      const playables = playablesOf(title);
      const at = playables.findIndex((playable) => playable.videoId === videoId);
      const playable = playables[at];
      if (!playable) return undefined;
      return {
        title,
        episode: playable.episode ?? null,
        durationSeconds: playable.durationSeconds,
        nextVideoId: playables[at + 1]?.videoId ?? null,
      };
    },

    revision: (): number => readRevision.get()?.revision ?? 0,

    /** Takes over what changed; the revision moves in the same transaction. */
    apply(change: { revision: number; titles: Title[]; removedTitleIds: string[] }): void {
      database.transaction(() => {
        for (const titleId of change.removedTitleIds) forget(titleId);
        for (const title of change.titles) {
          dropVideos.run(title.titleId);
          dropWords.run(title.titleId);
          putTitle.run(title.titleId, JSON.stringify(title));
          for (const { videoId } of playablesOf(title)) putVideo.run(videoId, title.titleId);
          const { titleId, name, description, cast, genres } = title;
          putWords.run(titleId, name, description, cast.join('\n'), genres.join('\n'));
        }
        putRevision.run(change.revision);
      });
    },

    home(profileId: string): { rows: Row[]; refreshedAtMs: Ms } | undefined {
      const row = readHome.get(profileId);
      const rows = parsed(z.array(Row), row);
      return row && rows ? { rows, refreshedAtMs: row.refreshedAtMs } : undefined;
    },
    putHome: (profileId: string, rows: Row[], refreshedAtMs: Ms): void =>
      void putHome.run(profileId, JSON.stringify(rows), refreshedAtMs),

    profiles: (): Profile[] => readProfiles.all().flatMap((row) => parsed(Profile, row) ?? []),
    putProfiles(profiles: Profile[]): void {
      database.transaction(() => {
        sql.prepare('DELETE FROM catalog_profile').run();
        profiles.forEach((profile, position) =>
          putProfile.run(profile.profileId, position, JSON.stringify(profile)),
        );
      });
    },
  };
}

function parsed<T>(schema: z.ZodType<T>, row: { json: string } | undefined): T | undefined {
  if (!row) return undefined;
  try {
    return schema.safeParse(JSON.parse(row.json)).data;
  } catch {
    return undefined;
  }
}
