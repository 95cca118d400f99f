import { z } from 'zod';
import { DownloadPriority } from '../../shared/downloads.ts';
import type { DownloadView, EpisodeScope, Fit } from '../../shared/downloads.ts';
import { LayoverError } from '../../shared/errors.ts';
import type { RenditionKind } from '../../shared/presentation.ts';
import type { SelectionPreferences } from '../../shared/selection.ts';
import { FAILED, sizeInWords, table } from '../output.ts';
import { withViewer } from '../run.ts';
import type { Session } from '../run.ts';
import { goOn, judge, stayWith } from '../staying.ts';
import { parseOptions, usageError } from '../usage.ts';
import { licenseInWords } from '../license-words.ts';
import { stateInWords, titleInWords } from '../words.ts';
import { findVideo } from './find.ts';

const languages = z
  .string()
  .transform((list) => list.split(',').filter(Boolean))
  .optional();

const Choice = z.object({
  rendition: z.string().optional(),
  maxHeight: z.coerce.number().int().positive().optional(),
  maxGbPerHour: z.coerce.number().positive().optional(),
  dataSaver: z.boolean().default(false),
  audio: languages,
  subtitles: languages,
  audioDescription: z.boolean().default(false),
  priority: DownloadPriority.optional(),
  season: z.coerce.number().int().nonnegative().optional(),
  next: z.coerce.number().int().min(1).max(50).optional(),
});
type Choice = z.infer<typeof Choice>;

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
    if (choice.rendition !== undefined) await demandRendition(session, videoId, choice.rendition, before);
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

async function demandRendition(
  { engine }: Session,
  videoId: string,
  wanted: string,
  before: DownloadView | undefined,
): Promise<void> {
  const isPicture = ({ kind }: { kind: RenditionKind }) => kind === 'video';
  const taken = before?.selection.renditions.find(isPicture)?.renditionId;
  if (taken === wanted) return;
  const options = await engine.client.downloads
    .options({ videoId, preferences: preferencesOf(Choice.parse({})) })
    // Offline the download itself says enough.
    .catch((thrown: unknown) => {
      if (before) return undefined;
      throw thrown;
    });
  const there = options?.renditions.map(({ rendition }) => rendition).filter(isPicture);
  judgeRendition(
    wanted,
    there?.map(({ id }) => id),
    before && { title: titleInWords(before), taken },
  );
}

/** Throws `cli/usage` for a rendition that there is not, or that a download which there is already does not take. */
export function judgeRendition(
  wanted: string,
  there: readonly string[] | undefined,
  before: { readonly title: string; readonly taken: string | undefined } | undefined,
): void {
  if (there && !there.includes(wanted))
    throw usageError(`--rendition: there is no ${wanted}; there are ${there.join(', ') || 'none'}`);
  if (!before || before.taken === wanted) return;
  const taken = before.taken ?? 'sound alone';
  throw usageError(
    `--rendition: ${before.title} is downloaded as ${taken} already; remove it first to take ${wanted}`,
  );
}

/** What will not fit is said before anything starts. */
function demandRoom({ shortfallBytes }: Fit): void {
  if (shortfallBytes > 0) throw new LayoverError('download/no-room', { neededBytes: shortfallBytes });
}

function preferencesOf(choice: Choice): SelectionPreferences {
  return {
    video: videoRuleOf(choice),
    audioLanguages: choice.audio ?? [],
    subtitleLanguages: choice.subtitles ?? [],
    audioDescription: choice.audioDescription,
  };
}

function videoRuleOf({
  rendition,
  maxHeight,
  maxGbPerHour,
  dataSaver,
}: Choice): SelectionPreferences['video'] {
  if (rendition) return { rule: 'rendition', renditionId: rendition };
  if (maxHeight) return { rule: 'max-height', height: maxHeight };
  if (maxGbPerHour) return { rule: 'bytes-per-hour', maxBytesPerHour: Math.round(maxGbPerHour * 1e9) };
  return dataSaver ? { rule: 'data-saver' } : { rule: 'best' };
}
