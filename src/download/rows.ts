import { z } from 'zod';
import type { Database, Migration } from '../database/types.ts';
import { ErrorValue, LayoverError } from '../shared/errors.ts';
import type { Log } from '../shared/platform.ts';
import { Presentation } from '../shared/presentation.ts';
import type { Pathway } from '../shared/presentation.ts';
import { Selection } from '../shared/selection.ts';

export const downloadMigrations: readonly Migration[] = [
  {
    id: 'download/001-downloads',
    up(sql) {
      sql.exec(`
        CREATE TABLE downloads (
          download_id TEXT PRIMARY KEY,
          video_id TEXT NOT NULL UNIQUE,
          title_id TEXT NOT NULL,
          duration_seconds REAL NOT NULL,
          selection TEXT NOT NULL,
          presentation TEXT NOT NULL,
          state TEXT NOT NULL,
          error TEXT,
          place INTEGER NOT NULL,
          added_at_ms INTEGER NOT NULL
        ) STRICT
      `);
    },
  },
  {
    id: 'download/002-account',
    up(sql) {
      sql.exec('ALTER TABLE downloads ADD COLUMN account_id TEXT');
    },
  },
];

/**
 * What is meant to happen, not what happens just now: a download that is being worked on, or waits, is
 * `queued` here. So a kill at any instant leaves nothing to mend.
 */
export const Intent = z.enum(['queued', 'paused', 'completed', 'failed', 'removing']);
export type Intent = z.infer<typeof Intent>;

const json = <T extends z.ZodType>(schema: T) =>
  z
    .string()
    .transform((text, context): unknown => {
      try {
        return JSON.parse(text);
      } catch {
        context.addIssue('not JSON');
        return z.NEVER;
      }
    })
    .pipe(schema);

const Row = z.object({
  downloadId: z.string(),
  videoId: z.string(),
  titleId: z.string(),
  durationSeconds: z.number(),
  selection: json(Selection),
  state: Intent,
  error: json(ErrorValue).nullable(),
  place: z.int(),
  addedAtMs: z.int(),
  /** Who added it; null: whoever is signed in, as it was before that was written down. */
  accountId: z.string().nullable(),
});
export type Row = z.infer<typeof Row>;
const PresentationText = json(Presentation);

const columns = `download_id AS downloadId, video_id AS videoId, title_id AS titleId,
  duration_seconds AS durationSeconds, selection, state, error, place, added_at_ms AS addedAtMs,
  account_id AS accountId`;

export interface Rows {
  /** By place. A row that cannot be read is logged and left out: the others must not suffer. */
  all(): Row[];
  find(downloadId: string): Row | undefined;
  findVideo(videoId: string): Row | undefined;
  insert(row: Omit<Row, 'place'>, presentation: Presentation): void;
  setState(downloadId: string, state: Intent, error?: LayoverError): void;
  /** Large, so it is read only where it is needed. Throws `download/unknown`. */
  presentation(downloadId: string): Presentation;
  setPathways(downloadId: string, pathways: Pathway[]): void;
  delete(downloadId: string): void;
}

export function createRows({ sql, transaction }: Database, log: Log): Rows {
  const selectAll = sql.prepare(`SELECT ${columns} FROM downloads ORDER BY place`);
  const selectOne = sql.prepare(`SELECT ${columns} FROM downloads WHERE download_id = ?`);
  const selectVideo = sql.prepare(`SELECT ${columns} FROM downloads WHERE video_id = ?`);
  const selectPresentation = sql.prepare('SELECT presentation FROM downloads WHERE download_id = ?').pluck();
  const updateState = sql.prepare('UPDATE downloads SET state = ?, error = ? WHERE download_id = ?');
  const updatePresentation = sql.prepare('UPDATE downloads SET presentation = ? WHERE download_id = ?');
  const remove = sql.prepare('DELETE FROM downloads WHERE download_id = ?');
  const add = sql.prepare(`
    INSERT INTO downloads VALUES (@downloadId, @videoId, @titleId, @durationSeconds, @selection, @presentation,
      @state, NULL, (SELECT coalesce(max(place), 0) + 1 FROM downloads), @addedAtMs, @accountId)`);

  const parse = (row: unknown): Row[] => {
    if (row === undefined) return [];
    const parsed = Row.safeParse(row);
    if (parsed.success) return [parsed.data];
    log.error('download.row-unreadable', { error: parsed.error.message });
    return [];
  };
  const presentation = (downloadId: string) => {
    const text = selectPresentation.get(downloadId);
    if (text === undefined) throw new LayoverError('download/unknown');
    return PresentationText.parse(text);
  };

  return {
    presentation,
    all: () => selectAll.all().flatMap(parse),
    find: (downloadId) => parse(selectOne.get(downloadId))[0],
    findVideo: (videoId) => parse(selectVideo.get(videoId))[0],
    insert(row, whole) {
      const { error: _none, ...plain } = row;
      add.run({ ...plain, selection: JSON.stringify(row.selection), presentation: JSON.stringify(whole) });
    },
    setState(downloadId, state, error) {
      updateState.run(state, error ? JSON.stringify(error.toValue()) : null, downloadId);
    },
    setPathways(downloadId, pathways) {
      transaction(() => {
        updatePresentation.run(JSON.stringify({ ...presentation(downloadId), pathways }), downloadId);
      });
    },
    delete(downloadId) {
      remove.run(downloadId);
    },
  };
}
