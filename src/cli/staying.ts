import type { DownloadView } from '../shared/downloads.ts';
import { LayoverError } from '../shared/errors.ts';
import { INTERRUPTED } from './output.ts';
import type { Session } from './run.ts';
import { progressInWords, titleInWords } from './words.ts';

/**
 * Begins something with downloads and stays until each of them is complete, failed or paused, or is removed by a
 * rule; Ctrl-C leaves them for the next time. Gives them as they were seen last.
 */
export async function stayWith(
  { engine, output, signal }: Session,
  begin: () => Promise<readonly DownloadView[]>,
): Promise<DownloadView[]> {
  const { client } = engine;
  const events = await client.app.events(undefined, { signal });
  const views = new Map((await begin()).map((view) => [view.downloadId, view]));
  const all = () => [...views.values()];
  if (all().every(isSettled)) return all();
  for await (const event of events) {
    if (event.type === 'download-removed') views.delete(event.downloadId);
    else if (event.type === 'download' && views.has(event.download.downloadId)) {
      const { download } = event;
      views.set(download.downloadId, download);
      const which = views.size === 1 ? '' : `${titleInWords(download)}: `;
      output.progress(download, () => `${which}${progressInWords(download)}`);
    }
    if (all().every(isSettled)) break;
  }
  return all();
}

export function isSettled({ state }: DownloadView): boolean {
  return state === 'completed' || state === 'failed' || state === 'paused';
}

/** Goes on with one that rests; another one is under way already. */
export function goOn({ client }: Session['engine'], view: DownloadView): Promise<DownloadView> {
  const rests = view.state === 'paused' || view.state === 'failed';
  return rests ? client.downloads.resume({ downloadId: view.downloadId }) : Promise.resolve(view);
}

/** The error of the first that failed is the command's own; of one that was left unfinished, its exit code. */
export function judge(views: readonly DownloadView[]): void {
  const failed = views.find(({ state }) => state === 'failed');
  if (failed)
    throw failed.error
      ? new LayoverError(failed.error.code, failed.error.details)
      : new LayoverError('internal');
  if (views.some(({ state }) => state !== 'completed')) process.exitCode = INTERRUPTED;
}
