import { LayoverError } from '../../shared/errors.ts';
import { playablesOf } from '../../shared/catalog.ts';
import type { Client } from '../../shared/contract.ts';
import type { DownloadView } from '../../shared/downloads.ts';
import { withNamedProfile, withProfile } from '../run.ts';
import type { Session } from '../run.ts';
import { usageError } from '../usage.ts';

/** What the caller names: a videoId itself, a film's titleId, or a series' titleId with `:S1E2`. */
export async function findVideo(client: Client, name: string): Promise<string> {
  const [titleId = '', place] = name.split(':');
  const answer = await client.catalog.title({ titleId }).catch((thrown: unknown) => {
    if (thrown instanceof LayoverError && thrown.code === 'catalog/not-found') return undefined;
    throw thrown;
  });
  if (!answer) return name;
  const { title } = answer;
  const numbers = /^s(\d+)e(\d+)$/i
    .exec(place ?? '')
    ?.slice(1)
    .map(Number);
  if (place !== undefined && !numbers) throw usageError(`${name}: an episode is named TITLE:S1E2`);
  const playable = playablesOf(title).find(
    ({ episode }) =>
      !numbers || (episode?.seasonNumber === numbers[0] && episode?.episodeNumber === numbers[1]),
  );
  if (!playable) throw new LayoverError('catalog/not-found');
  return playable.videoId;
}

/** By its own id or its video's, which needs nobody to be signed in; else by a name from the catalog. */
export async function findDownload(session: Session, name: string): Promise<DownloadView> {
  const { client } = session.engine;
  await withNamedProfile(session);
  const downloads = await client.downloads.list();
  const known = downloads.find((view) => view.downloadId === name || view.videoId === name);
  if (known) return known;
  await withProfile(session);
  const videoId = await findVideo(client, name);
  // Once more: nobody sees anything before it is known who is watching.
  const found = (await client.downloads.list()).find((view) => view.videoId === videoId);
  if (!found) throw new LayoverError('download/unknown');
  return found;
}
