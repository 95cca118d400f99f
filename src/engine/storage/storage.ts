import { isWatched } from '../../download/keeping/standing.ts';
import type { StoragePlace, StorageView } from '../../shared/downloads.ts';
import { asLayoverError, LayoverError } from '../../shared/errors.ts';
import type { ErrorValue } from '../../shared/errors.ts';
import type { Platform } from '../../shared/platform.ts';
import { SECOND_MS } from '../../shared/units.ts';
import type { Bytes, Ms } from '../../shared/units.ts';
import type { Background } from '../background.ts';
import { viewingsOf } from '../keeping/world.ts';
import { freeBytesOf, stillNeeded } from '../offers/space.ts';
import type { Parts } from '../parts.ts';
import { ownFolderIn, placeOf, placesFor } from './places.ts';
import { createTeller } from './teller.ts';

type StorageParts = Pick<
  Parts,
  | 'catalog'
  | 'downloads'
  | 'events'
  | 'nextRevision'
  | 'presence'
  | 'settings'
  | 'store'
  | 'sync'
  | 'watching'
>;

/** While something plays, a move takes no more of the disk than this a second. */
const BESIDE_PLAYBACK_BYTES: Bytes = 16 * 1024 * 1024;

const PROGRESS_EVERY_MS: Ms = 3 * SECOND_MS;

export type Storage = ReturnType<typeof createStorage>;

/** Where downloads lie: how full it is, whether it is there, moving it, checking it. */
export function createStorage(parts: StorageParts, platform: Platform, background: Background) {
  const { downloads, events, presence, settings, store, watching } = parts;
  const { clock, log } = platform;
  let move: { progress: NonNullable<StorageView['move']>; cancel: AbortController } | undefined;
  let moveError: ErrorValue | null = null;

  async function view(): Promise<StorageView> {
    const [isPresent, freeBytes, place] = await Promise.all([
      presence.look(),
      freeBytesOf(store),
      store.inspect(store.folder).catch(() => undefined),
    ]);
    // From here on nothing is waited for: what it says is how things stand at this number.
    return {
      revision: parts.nextRevision(),
      folder: store.folder,
      isPresent,
      ...shares(),
      freeBytes,
      diskBytes: place?.diskBytes ?? null,
      budgetBytes: settings.read().downloads.budgetBytes,
      move: move?.progress ?? null,
      moveError,
      ...downloads.check.status(),
    };
  }

  function shares() {
    const usedBytes = store.usedBytes();
    let [watchedBytes, pinnedBytes, reservedBytes] = [0, 0, 0];
    for (const one of downloads.list()) {
      reservedBytes += store.reservedBytes(one.downloadId) + stillNeeded(one, store);
      const bytes = store.usedBytes(one.downloadId);
      if (one.isPinned) pinnedBytes += bytes;
      else if (isWatched(viewingsOf(parts, one))) watchedBytes += bytes;
    }
    // Whatever is nobody's here, another account's, was not watched by anybody here either.
    const unwatchedBytes = Math.max(0, usedBytes - watchedBytes - pinnedBytes);
    return { usedBytes, reservedBytes, watchedBytes, unwatchedBytes, pinnedBytes };
  }

  const teller = createTeller(clock, background, async () =>
    events.emit({ type: 'storage', storage: await view() }),
  );

  async function carryOut(folder: string, cancel: AbortController): Promise<void> {
    try {
      await store.move(folder, {
        signal: AbortSignal.any([cancel.signal, background.signal]),
        pace: async (sizeBytes) => {
          if (watching.isRunning())
            await clock.sleep((sizeBytes / BESIDE_PLAYBACK_BYTES) * SECOND_MS, cancel.signal);
        },
        onProgress: ({ movedBytes, totalBytes }) => {
          if (move) move.progress = { toFolder: folder, movedBytes, totalBytes };
          teller.soon();
        },
      });
      log.info('storage.moved', { folder });
    } catch (thrown) {
      const isWanted = cancel.signal.aborted || background.signal.aborted;
      if (!isWanted) moveError = asLayoverError(thrown).toValue();
      log.info('storage.not-moved', { folder, isWanted, code: asLayoverError(thrown).code });
    } finally {
      move = undefined;
      downloads.reconsider();
      teller.now();
    }
  }

  return {
    view,
    /** Something that the view shows has changed. */
    changed: () => teller.soon(),
    /** A download has a little more than before: told less often, for all downloads are looked at. */
    progressed: () => teller.soon(PROGRESS_EVERY_MS),
    start(): void {
      presence.onChange((isPresent) => {
        log.info('storage.presence', { isPresent });
        teller.now();
      });
      downloads.check.onChange(() => teller.soon());
    },
    places: (): Promise<StoragePlace[]> => placesFor(store, platform),
    inspect: async (folder: string): Promise<StoragePlace> => placeOf(await store.inspect(folder)),
    async choose(): Promise<string | null> {
      const chosen = (await platform.chooseFolder?.()) ?? null;
      return chosen === null ? null : ownFolderIn(store, chosen);
    },
    /** Begins; errors that show before the first byte are thrown: `store/*`. */
    async move(folder: string): Promise<StorageView> {
      if (move) throw new LayoverError('store/moving');
      const { problem, isCurrent } = await store.inspect(folder);
      if (isCurrent) return view();
      if (problem) throw problem;
      // Somebody else may have begun while we looked.
      if (move) throw new LayoverError('store/moving');
      const cancel = new AbortController();
      move = { progress: { toFolder: folder, movedBytes: 0, totalBytes: store.usedBytes() }, cancel };
      moveError = null;
      background.run('move', () => carryOut(folder, cancel));
      return view();
    },
    async cancelMove(): Promise<StorageView> {
      move?.cancel.abort(new LayoverError('store/moving'));
      return view();
    },
    async check(): Promise<StorageView> {
      downloads.check.start();
      return view();
    },
    async cancelCheck(): Promise<StorageView> {
      await downloads.check.cancel();
      return view();
    },
  };
}
