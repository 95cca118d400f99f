import type { OpenedAddress } from '../../shared/catalog.ts';
import { LayoverError } from '../../shared/errors.ts';
import { nameOf as downloadName } from '../download-view.ts';
import type { Parts } from '../parts.ts';
import { procedures } from './base.ts';

export function addressesRouter(parts: Parts) {
  const { addresses, catalog, downloads, events, playback, sync, watching, who } = parts;
  const of = procedures.addresses;
  const changed = () => events.emit({ type: 'changed', what: 'catalog' });
  /** Whoever is here may know of it: nobody rated what strangers publish, so children may not. */
  const visible = (titleId: string) => {
    if (!addresses.isOpened(titleId)) throw new LayoverError('catalog/not-found');
    return catalog.title(titleId, who.viewerOf(titleId));
  };
  const mayOpen = () => {
    const viewer = who.viewer();
    if (!viewer) throw new LayoverError('profile/not-chosen');
    if (viewer.maturityLimit !== '18') throw new LayoverError('catalog/restricted');
  };

  return {
    addresses: {
      open: of.open.handler(async ({ input, signal }) => {
        mayOpen();
        const opened = await addresses.open(input.url, signal);
        changed();
        return opened;
      }),
      list: of.list.handler((): OpenedAddress[] => {
        if (who.viewer()?.maturityLimit !== '18') return [];
        return addresses.list();
      }),
      rename: of.rename.handler(({ input }) => {
        visible(input.titleId);
        const renamed = addresses.rename(input.titleId, input.name);
        const download = downloads.forVideo(renamed.videoId);
        if (download)
          downloads.setName(download.downloadId, downloadName(catalog.video(renamed.videoId, null)));
        changed();
        return renamed;
      }),
      forget: of.forget.handler(async ({ input: { titleId } }) => {
        visible(titleId);
        watching.endVideo(titleId);
        playback.stopVideo(titleId);
        const download = downloads.forVideo(titleId);
        if (download) await downloads.remove(download.downloadId);
        sync.forgetHere(titleId);
        addresses.forget(titleId);
        changed();
        return {};
      }),
    },
  };
}
