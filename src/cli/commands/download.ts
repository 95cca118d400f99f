import type { DownloadView, EpisodeScope, Fit } from '../../shared/downloads.ts';
import { LayoverError } from '../../shared/errors.ts';
import { FAILED, sizeInWords, table } from '../output.ts';
import { withViewer } from '../run.ts';
import type { Session } from '../run.ts';
import { goOn, judge, stayWith } from '../staying.ts';
import { parseOptions, usageError } from '../usage.ts';
import { licenseInWords } from '../license-words.ts';
import { stateInWords, titleInWords } from '../words.ts';
import { Choice, isChosen, preferencesOf } from './choice.ts';
import { demandChoice } from './existing.ts';
import { findVideo } from './find.ts';

/** Starts a download, or several of a series, or goes on with them, and stays until they are complete. */
export async function download(session: Session, name: string, raw: unknown): Promise<void> {
  const choice = parseOptions(Choice, raw);
  if (choice.season !== undefined && choice.next !== undefined)
    throw usageError('--season and --next are two different choices');
  await withViewer(session, name);
  if (choice.season !== undefined)
    await episodes(session, name, { scope: 'season', seasonNumber: choice.season }, choice);
  else if (choice.next !== undefined)
    await episodes(session, name, { scope: 'next', count: choice.next }, choice);
  else await one(session, name, choice);
}

async function one(session: Session, name: string, choice: Choice): Promise<void> {
  const { engine, output } = session;
  const { client } = engine;
  const videoId = await findVideo(client, name);
  // Asked ahead: at Ctrl-C the engine is stopped before the answer is given.
  const status = await client.app.status();
  const [view] = await stayWith(session, async () => {
    const before = (await client.downloads.list()).find((known) => known.videoId === videoId);
    await demandChoice(session, videoId, choice, before);
    if (before) return [await urged(session, await goOn(engine, before), choice)];
    const preferences = preferencesOf(choice);
    demandRoom((await client.downloads.options({ videoId, preferences })).fit);
    return [await urged(session, await client.downloads.add({ videoId, preferences }), choice)];
  });
  if (!view) throw new LayoverError('download/unknown');
  judge([view]);
  output.answer(view, () =>
    view.state === 'completed'
      ? `${titleInWords(view)}: ${sizeInWords(view.storedBytes)} stored. ${licenseInWords(view.verdict, status)}`
      : `Stopped at ${sizeInWords(view.storedBytes)}; the same command goes on.`,
  );
}

async function episodes(
  session: Session,
  titleId: string,
  scope: EpisodeScope,
  choice: Choice,
): Promise<void> {
  const { engine, output } = session;
  const { client } = engine;
  const preferences = preferencesOf(choice);
  const offer = await client.downloads.episodes({ titleId, scope, preferences });
  const wanted = new Set(offer.episodes.map(({ videoId }) => videoId));
  if (wanted.size === 0 && scope.scope === 'season')
    throw usageError(`${titleId} has no season ${scope.seasonNumber}`);
  const missing = offer.episodes.filter(({ state }) => state === null).map(({ videoId }) => videoId);
  demandRoom(offer.fit);
  const kept = wanted.size - missing.length;
  if (kept > 0 && isChosen(choice))
    output.note(
      `${kept} of them ${kept === 1 ? 'was' : 'were'} in your downloads before, and stay as chosen then.`,
    );
  let refused: { videoId: string; error: { code: string } }[] = [];
  const downloads = await stayWith(session, async () => {
    if (missing.length > 0)
      ({ refused } = await client.downloads.addMany({ videoIds: missing, preferences }));
    const all = (await client.downloads.list()).filter(({ videoId }) => wanted.has(videoId));
    const views: DownloadView[] = [];
    for (const view of all) views.push(await urged(session, await goOn(engine, view), choice));
    return views;
  });
  const isNothing = downloads.length === 0 && refused.length === 0;
  output.answer({ downloads, refused }, () =>
    isNothing
      ? 'All that is left to watch is downloaded.'
      : table([
          ...downloads.map((view) => [
            titleInWords(view),
            stateInWords(view),
            `${sizeInWords(view.storedBytes)} of ${sizeInWords(view.selection.size.bytes)}`,
          ]),
          ...refused.map(({ videoId, error }) => [videoId, `refused (${error.code})`, '']),
        ]),
  );
  if (refused.length > 0) process.exitCode = FAILED;
  judge(downloads);
}

async function urged({ engine }: Session, view: DownloadView, { priority }: Choice): Promise<DownloadView> {
  if (priority === undefined || view.priority === priority) return view;
  return engine.client.downloads.setPriority({ downloadId: view.downloadId, priority });
}

/** What will not fit is said before anything starts. */
function demandRoom({ shortfallBytes }: Fit): void {
  if (shortfallBytes > 0) throw new LayoverError('download/no-room', { neededBytes: shortfallBytes });
}
