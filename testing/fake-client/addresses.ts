import type { OpenedAddress } from '../../src/shared/catalog.ts';
import type { Client } from '../../src/shared/contract.ts';
import { LayoverError } from '../../src/shared/errors.ts';
import { removeDownload } from './queue.ts';
import { addressFilm } from './titles.ts';
import type { World } from './world.ts';

/** One film lies at every address; at those that name "page" a web page does, "slow" ones answer never. */
export function addressProcedures(world: World): Client['addresses'] {
  const { titleId, name } = addressFilm;
  function find(wanted: string): OpenedAddress {
    const found = world.opened.find((each) => each.titleId === wanted);
    if (!found) throw new LayoverError('catalog/not-found');
    return found;
  }
  const changed = () => world.emit({ type: 'changed', what: 'catalog' });
  return {
    async open({ url }, call) {
      if (!/^https?:/.test(url)) throw new LayoverError('address/not-one');
      if (url.includes('page')) throw new LayoverError('address/web-page');
      if (url.includes('slow'))
        await new Promise((_, reject) =>
          call?.signal?.addEventListener('abort', () => reject(new Error('given up'))),
        );
      const before = world.opened[0]?.name ?? name;
      const opened = {
        titleId,
        videoId: titleId,
        name: before,
        url,
        openedAtMs: world.now(),
        durationSeconds: 6_720,
      };
      world.opened = [opened];
      changed();
      return opened;
    },
    list: async () => world.opened,
    async rename(input) {
      world.opened = [{ ...find(input.titleId), name: input.name.trim() || name }];
      changed();
      return find(input.titleId);
    },
    async forget(input) {
      find(input.titleId);
      const download = world.downloads.find((each) => each.titleId === input.titleId);
      if (download) removeDownload(world, download.downloadId);
      world.opened = [];
      changed();
      return {};
    },
  };
}
