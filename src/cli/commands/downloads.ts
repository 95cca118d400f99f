import { z } from 'zod';
import { LayoverError } from '../../shared/errors.ts';
import type { Client } from '../../shared/contract.ts';
import type { DownloadView } from '../../shared/downloads.ts';
import type { SelectionPreferences } from '../../shared/selection.ts';
import { durationInWords, INTERRUPTED, momentInWords, sizeInWords, table } from '../output.ts';
import { withProfile } from '../run.ts';
import type { Session } from '../run.ts';
import { parseOptions } from '../usage.ts';
import { findVideo } from './find.ts';

const languages = z
  .string()
  .transform((list) => list.split(',').filter(Boolean))
  .optional();

const Choice = z.object({
  rendition: z.string().optional(),
  maxHeight: z.coerce.number().int().positive().optional(),
  audio: languages,
  subtitles: languages,
  audioDescription: z.boolean().default(false),
  maxGbPerHour: z.coerce.number().positive().optional(),
});

const LicenseOptions = z.object({ renew: z.boolean().default(false) });

/** Starts a download, or goes on with one, and stays until it is complete; Ctrl-C leaves it for the next time. */
export async function download(session: Session, name: string, raw: unknown): Promise<void> {
  const { engine, output, signal } = session;
  const { client } = engine;
  const choice = parseOptions(Choice, raw);
  await withProfile(session);
  const videoId = await findVideo(client, name);
  const events = await client.app.events(undefined, { signal });
  const before = (await client.downloads.list()).find((known) => known.videoId === videoId);
  const started = before
    ? await goOn(client, before)
    : await client.downloads.add({ videoId, preferences: preferencesOf(choice) });

  let view = started;
  if (!settled(view))
    for await (const event of events) {
      if (event.type !== 'download' || event.download.downloadId !== started.downloadId) continue;
      view = event.download;
      output.progress(view, () => progressInWords(view));
      if (settled(view)) break;
    }
  if (view.state === 'failed')
    throw view.error ? new LayoverError(view.error.code, view.error.details) : new LayoverError('internal');
  if (view.state !== 'completed') {
    output.answer(view, () => `Stopped at ${sizeInWords(view.storedBytes)}; the same command goes on.`);
    process.exitCode = INTERRUPTED;
    return;
  }
  output.answer(
    view,
    () => `${titleInWords(view)}: ${sizeInWords(view.storedBytes)} stored. ${licenseInWords(view)}`,
  );
}

export async function list({ engine, output }: Session): Promise<void> {
  const downloads = await engine.client.downloads.list();
  output.answer({ downloads }, () =>
    downloads.length === 0
      ? 'No downloads.'
      : table(
          downloads.map((view) => [
            view.downloadId,
            titleInWords(view),
            view.state,
            `${sizeInWords(view.storedBytes)} of ${sizeInWords(view.selection.size.bytes)}`,
            licenseInWords(view),
          ]),
        ),
  );
}

/** `license`: what may be played until when; `license --renew VIDEO`: new windows for it. */
export async function license(session: Session, name: string | undefined, raw: unknown): Promise<void> {
  const { renew } = parseOptions(LicenseOptions, raw);
  const { client } = session.engine;
  let downloads = name === undefined ? await client.downloads.list() : [await findDownload(session, name)];
  if (renew)
    downloads = await Promise.all(
      downloads.map(({ downloadId }) => client.downloads.renewLicense({ downloadId })),
    );
  const licenses = downloads.map((view) => ({
    videoId: view.videoId,
    downloadId: view.downloadId,
    titleName: view.titleName,
    verdict: view.verdict,
  }));
  session.output.answer({ licenses }, () =>
    table(downloads.map((view) => [view.videoId, titleInWords(view), licenseInWords(view)])),
  );
}

export async function remove(session: Session, name: string): Promise<void> {
  const found = await findDownload(session, name);
  await session.engine.client.downloads.remove({ downloadId: found.downloadId });
  session.output.answer({ removed: found.downloadId }, () => `${titleInWords(found)} removed.`);
}

/** By its own id or its video's, which needs nobody to be signed in; else by a name from the catalog. */
async function findDownload(session: Session, name: string): Promise<DownloadView> {
  const { client } = session.engine;
  const downloads = await client.downloads.list();
  const known = downloads.find((view) => view.downloadId === name || view.videoId === name);
  if (known) return known;
  await withProfile(session);
  const videoId = await findVideo(client, name);
  const found = downloads.find((view) => view.videoId === videoId);
  if (!found) throw new LayoverError('download/unknown');
  return found;
}

function preferencesOf(choice: z.infer<typeof Choice>): SelectionPreferences {
  return {
    video: choice.rendition
      ? { rule: 'rendition', renditionId: choice.rendition }
      : choice.maxHeight
        ? { rule: 'max-height', height: choice.maxHeight }
        : choice.maxGbPerHour
          ? { rule: 'bytes-per-hour', maxBytesPerHour: Math.round(choice.maxGbPerHour * 1e9) }
          : { rule: 'best' },
    audioLanguages: choice.audio ?? [],
    subtitleLanguages: choice.subtitles ?? [],
    audioDescription: choice.audioDescription,
  };
}

async function goOn(client: Client, view: DownloadView): Promise<DownloadView> {
  return view.state === 'paused' || view.state === 'failed'
    ? client.downloads.resume({ downloadId: view.downloadId })
    : view;
}

function settled(view: DownloadView): boolean {
  return view.state === 'completed' || view.state === 'failed' || view.state === 'paused';
}

function titleInWords(view: DownloadView): string {
  const { episode } = view;
  return episode ? `${view.titleName} S${episode.seasonNumber} E${episode.episodeNumber}` : view.titleName;
}

function progressInWords(view: DownloadView): string {
  const share = view.selection.size.bytes > 0 ? view.storedBytes / view.selection.size.bytes : 0;
  const bar = '█'.repeat(Math.round(share * 24)).padEnd(24, '░');
  const left = view.secondsLeft === null ? '' : `, ${durationInWords(view.secondsLeft)} left`;
  const waiting = view.state === 'waiting' ? ` waiting for ${view.waitingFor ?? 'something'}` : '';
  return `${bar} ${Math.floor(share * 100)} % ${sizeInWords(view.rateBytesPerSecond)}/s${left}${waiting}`;
}

function licenseInWords({ verdict }: DownloadView): string {
  if (!verdict.allowed)
    return `locked (${verdict.reason})${verdict.canRenew ? ', can be renewed online' : ''}`;
  if (verdict.startByMs !== null) return `start by ${momentInWords(verdict.startByMs)}`;
  if (verdict.playableUntilMs !== null) return `plays until ${momentInWords(verdict.playableUntilMs)}`;
  return 'plays without end';
}
