import { LayoverError } from '../../shared/errors.ts';
import { playablesOf } from '../../shared/catalog.ts';
import type { Client } from '../../shared/contract.ts';
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
