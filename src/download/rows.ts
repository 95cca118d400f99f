import { z } from 'zod';
import type { Database } from '../database/types.ts';
import { DownloadPriority, DownloadView } from '../shared/downloads.ts';
import { ErrorValue, LayoverError } from '../shared/errors.ts';
import type { Log } from '../shared/platform.ts';
import { Presentation } from '../shared/presentation.ts';
import type { Pathway } from '../shared/presentation.ts';
import { Selection } from '../shared/selection.ts';
import type { Bytes } from '../shared/units.ts';
import { DownloadName } from './types.ts';

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

const flag = z.int().transform((value) => value !== 0);

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
  priority: DownloadPriority,
  isPinned: flag,
  origin: DownloadView.shape.origin,
  name: json(DownloadName).nullable(),
  /** The viewer does not want the rules to hold it back. */
  startsAnyway: flag,
  /** Of what is complete, in OCA bytes: so that a long list need not count segments. */
  wholeBytes: z.int().nullable(),
  wholeSegments: z.int().nullable(),
});
export type Row = z.infer<typeof Row>;
const PresentationText = json(Presentation);

const columns = `download_id AS downloadId, video_id AS videoId, title_id AS titleId,
  duration_seconds AS durationSeconds, selection, state, error, place, added_at_ms AS addedAtMs,
  account_id AS accountId, priority, is_pinned AS isPinned, origin, name, starts_anyway AS startsAnyway,
  whole_bytes AS wholeBytes, whole_segments AS wholeSegments`;
const inOrder = `ORDER BY CASE priority WHEN 'high' THEN 0 WHEN 'normal' THEN 1 ELSE 2 END, place`;

export type NewRow = Omit<
  Row,
  'place' | 'state' | 'error' | 'isPinned' | 'startsAnyway' | 'wholeBytes' | 'wholeSegments'
>;

export interface Rows {
  /** In the order of work. A row that cannot be read is logged and left out: the others must not suffer. */
  all(): Row[];
  /** Those that are meant to be worked on, in order. */
  queued(): Row[];
  find(downloadId: string): Row | undefined;
  findVideo(videoId: string): Row | undefined;
  /** Queued, last of its priority. */
  insert(row: NewRow, presentation: Presentation): void;
  setState(downloadId: string, state: Intent, error?: LayoverError): void;
  complete(downloadId: string, whole: { bytes: Bytes; segments: number }): void;
  setPriority(downloadId: string, priority: DownloadPriority): void;
  setPinned(downloadId: string, isPinned: boolean): void;
  setStartsAnyway(downloadId: string): void;
  setName(downloadId: string, name: DownloadName): void;
  /** Places from 1 on, by this order of all downloads. */
  setOrder(downloadIds: readonly string[]): void;
  /** Large, so it is read only where it is needed. Throws `download/unknown`. */
  presentation(downloadId: string): Presentation;
  setPresentation(downloadId: string, presentation: Presentation): void;
  setPathways(downloadId: string, pathways: Pathway[]): void;
  delete(downloadId: string): void;
}

export function createRows({ sql, transaction }: Database, log: Log): Rows {
  const selectAll = sql.prepare(`SELECT ${columns} FROM downloads ${inOrder}`);
  const selectQueued = sql.prepare(`SELECT ${columns} FROM downloads WHERE state = 'queued' ${inOrder}`);
  const selectOne = sql.prepare(`SELECT ${columns} FROM downloads WHERE download_id = ?`);
  const selectVideo = sql.prepare(`SELECT ${columns} FROM downloads WHERE video_id = ?`);
  const selectPresentation = sql.prepare('SELECT presentation FROM downloads WHERE download_id = ?').pluck();
  const set = (assignments: string) =>
    sql.prepare(`UPDATE downloads SET ${assignments} WHERE download_id = ?`);
  const updateState = set('state = ?, error = ?');
  // A removal that the last segment overtook stays one.
  const updateCompleted = sql.prepare(`
    UPDATE downloads SET state = 'completed', error = NULL, starts_anyway = 0, whole_bytes = ?,
      whole_segments = ? WHERE download_id = ? AND state <> 'removing'`);
  const updatePriority = set('priority = ?');
  const updatePinned = set('is_pinned = ?');
  const updateStartsAnyway = set('starts_anyway = 1');
  const updateName = set('name = ?');
  const updatePlace = set('place = ?');
  const updatePresentation = set('presentation = ?');
  const remove = sql.prepare('DELETE FROM downloads WHERE download_id = ?');
  const add = sql.prepare(`
    INSERT INTO downloads (download_id, video_id, title_id, duration_seconds, selection, presentation, state,
      place, added_at_ms, account_id, priority, origin, name)
    VALUES (@downloadId, @videoId, @titleId, @durationSeconds, @selection, @presentation, 'queued',
      (SELECT coalesce(max(place), 0) + 1 FROM downloads), @addedAtMs, @accountId, @priority, @origin, @name)`);

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
  const setPresentation = (downloadId: string, whole: Presentation) => {
    updatePresentation.run(JSON.stringify(whole), downloadId);
  };

  return {
    presentation,
    setPresentation,
    all: () => selectAll.all().flatMap(parse),
    queued: () => selectQueued.all().flatMap(parse),
    find: (downloadId) => parse(selectOne.get(downloadId))[0],
    findVideo: (videoId) => parse(selectVideo.get(videoId))[0],
    insert(row, whole) {
      add.run({
        ...row,
        selection: JSON.stringify(row.selection),
        presentation: JSON.stringify(whole),
        name: row.name && JSON.stringify(row.name),
      });
    },
    setState(downloadId, state, error) {
      updateState.run(state, error ? JSON.stringify(error.toValue()) : null, downloadId);
    },
    complete: (downloadId, { bytes, segments }) => void updateCompleted.run(bytes, segments, downloadId),
    setPriority: (downloadId, priority) => void updatePriority.run(priority, downloadId),
    setPinned: (downloadId, isPinned) => void updatePinned.run(Number(isPinned), downloadId),
    setStartsAnyway: (downloadId) => void updateStartsAnyway.run(downloadId),
    setName: (downloadId, name) => void updateName.run(JSON.stringify(name), downloadId),
    setOrder(downloadIds) {
      transaction(() => {
        for (const [at, downloadId] of downloadIds.entries()) updatePlace.run(at + 1, downloadId);
      });
    },
    setPathways(downloadId, pathways) {
      transaction(() => setPresentation(downloadId, { ...presentation(downloadId), pathways }));
    },
    delete: (downloadId) => void remove.run(downloadId),
  };
}
