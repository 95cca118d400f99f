import { isAddressId, playablesOf } from '../../shared/catalog.ts';
import type { Profile } from '../../shared/catalog.ts';
import { LayoverError } from '../../shared/errors.ts';
import { homeView } from '../home.ts';
import type { Parts } from '../parts.ts';
import { procedures } from './base.ts';

export function catalogRouter(parts: Parts) {
  const { catalog, sync, who } = parts;
  /** Lists and ratings are the service's: what it does not know of is not told it. */
  function mayTell(titleId: string): Profile {
    if (isAddressId(titleId)) throw new LayoverError('address/not-of-service');
    return who.required();
  }

  return {
    catalog: {
      home: procedures.catalog.home.handler(() => homeView(parts, who.required())),
      search: procedures.catalog.search.handler(({ input }) => catalog.search(input.q, who.required())),
      title: procedures.catalog.title.handler(({ input }) => {
        const profile = who.viewerOf(input.titleId);
        const title = catalog.title(input.titleId, profile);
        return {
          title,
          positions: playablesOf(title).flatMap(
            ({ videoId }) => sync.position(profile.profileId, videoId) ?? [],
          ),
          listed: sync.myList(profile.profileId).includes(title.titleId),
          rating: sync.rating(profile.profileId, title.titleId),
        };
      }),
      setListed: procedures.catalog.setListed.handler(({ input }) => {
        const { profileId } = mayTell(input.titleId);
        sync.record({ kind: 'my-list', profileId, atMs: parts.trustedTime.now(), ...input });
        return {};
      }),
      rate: procedures.catalog.rate.handler(({ input }) => {
        const { profileId } = mayTell(input.titleId);
        sync.record({ kind: 'rating', profileId, atMs: parts.trustedTime.now(), ...input });
        return {};
      }),
    },
  };
}
