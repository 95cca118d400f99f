import { z } from 'zod';
import { DownloadPriority } from '../../shared/downloads.ts';
import type { DownloadView } from '../../shared/downloads.ts';
import { sizeInWords, table } from '../output.ts';
import { withNamedProfile } from '../run.ts';
import type { Session } from '../run.ts';
import { goOn, judge, stayWith } from '../staying.ts';
import { parseOptions, usageError } from '../usage.ts';
import { stateInWords, titleInWords } from '../words.ts';
import { findDownload } from './find.ts';

const Move = z.object({
  first: z.boolean().default(false),
  last: z.boolean().default(false),
  before: z.string().optional(),
  priority: DownloadPriority.optional(),
});
const Which = z.object({ all: z.boolean().default(false) });

/** What is not complete yet, in the order in which it is worked on. */
export async function queue(session: Session): Promise<void> {
  const { engine, output } = session;
  await withNamedProfile(session);
  const downloads = queued(await engine.client.downloads.list());
  output.answer({ downloads }, () => queueInWords(downloads));
}

/** Places: one of first, last, before; and, or instead, another priority. Answers with the queue as it is then. */
export async function move(session: Session, name: string, raw: unknown): Promise<void> {
  const { client } = session.engine;
  const { first, last, before, priority } = parseOptions(Move, raw);
  const places = [first, last, before !== undefined].filter(Boolean).length;
  if (places > 1 || (places === 0 && priority === undefined))
    throw usageError('say one of --first, --last and --before VIDEO, or --priority');
  const { downloadId } = await findDownload(session, name);
  if (priority !== undefined) await client.downloads.setPriority({ downloadId, priority });
  if (places === 1) {
    const others = queued(await client.downloads.list()).filter((view) => view.downloadId !== downloadId);
    const beforeId =
      before === undefined ? others[0]?.downloadId : (await findDownload(session, before)).downloadId;
    await client.downloads.reorder({ downloadId, beforeId: last ? null : (beforeId ?? null) });
  }
  await queue(session);
}

/** Works on the queue, and on what the viewer's rules add to it, until nothing is left to do. */
export async function runQueue(session: Session): Promise<void> {
  const { client } = session.engine;
  await withNamedProfile(session);
  const isCompleted = ({ state }: DownloadView) => state === 'completed';
  const before = new Set(
    (await client.downloads.list()).filter(isCompleted).map(({ downloadId }) => downloadId),
  );
  const worked = new Set<string>();
  const waiting = async () => {
    // A completed one may make room for the next episode of a series that is followed.
    await client.downloads.keepNow();
    return queued(await client.downloads.list()).filter(
      ({ state }) => state !== 'paused' && state !== 'failed',
    );
  };
  while (!session.signal.aborted) {
    const views = await stayWith(session, waiting);
    if (views.length === 0) break;
    for (const { downloadId } of views) worked.add(downloadId);
  }
  // A small one may be complete before it was seen to wait.
  const downloads = (await client.downloads.list()).filter(
    (view) => worked.has(view.downloadId) || (isCompleted(view) && !before.has(view.downloadId)),
  );
  session.output.answer({ downloads }, () => queueInWords(downloads));
  judge(downloads.filter(({ state }) => state !== 'paused'));
}

export async function pause(session: Session, name: string | undefined, raw: unknown): Promise<void> {
  const { client } = session.engine;
  const found = await which(session, name, raw);
  const downloads =
    found === 'all'
      ? queued(await client.downloads.pauseAll())
      : [await client.downloads.pause({ downloadId: found.downloadId })];
  session.output.answer({ downloads }, () => queueInWords(downloads));
}

/** They go on whenever an engine runs: this one ends with the command. */
export async function resume(session: Session, name: string | undefined, raw: unknown): Promise<void> {
  const { client } = session.engine;
  const found = await which(session, name, raw);
  const downloads =
    found === 'all'
      ? queued(await client.downloads.resumeAll())
      : [await client.downloads.resume({ downloadId: found.downloadId })];
  session.output.answer(
    { downloads },
    () => `${queueInWords(downloads)}\n\`layover queue run\` stays until they are complete.`,
  );
}

/** This one, whatever network, charger and schedule say. Stays until it is complete. */
export async function startAnyway(session: Session, name: string): Promise<void> {
  const { engine, output } = session;
  const found = await findDownload(session, name);
  const downloads = await stayWith(session, async () => [
    await goOn(engine, await engine.client.downloads.startAnyway({ downloadId: found.downloadId })),
  ]);
  output.answer({ downloads }, () => queueInWords(downloads));
  judge(downloads);
}

async function which(
  session: Session,
  name: string | undefined,
  raw: unknown,
): Promise<DownloadView | 'all'> {
  const { all } = parseOptions(Which, raw);
  if (all === (name !== undefined)) throw usageError('name one VIDEO, or say --all');
  if (name !== undefined) return findDownload(session, name);
  await withNamedProfile(session);
  return 'all';
}

function queued(downloads: readonly DownloadView[]): DownloadView[] {
  return downloads.filter(({ state }) => state !== 'completed' && state !== 'removing');
}

function queueInWords(downloads: readonly DownloadView[]): string {
  if (downloads.length === 0) return 'Nothing waits to be downloaded.';
  return table(
    downloads.map((view, at) => [
      `${at + 1}.`,
      view.videoId,
      titleInWords(view),
      view.priority,
      `${sizeInWords(view.storedBytes)} of ${sizeInWords(view.selection.size.bytes)}`,
      stateInWords(view),
    ]),
  );
}
