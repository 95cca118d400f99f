import { createHash } from 'node:crypto';
import type { Catalog } from '../../catalog/catalog.ts';
import type { Database } from '../../database/types.ts';
import type { LicensesAndOwn } from '../../license/own-keys.ts';
import { loadPresentation } from '../../manifest/index.ts';
import { ADDRESS_ID_PREFIX } from '../../shared/catalog.ts';
import type { OpenedAddress, Title } from '../../shared/catalog.ts';
import { isLayoverError, LayoverError } from '../../shared/errors.ts';
import { filesOf, renditionsOf } from '../../shared/presentation.ts';
import type { Presentation } from '../../shared/presentation.ts';
import { MINUTE_MS } from '../../shared/units.ts';
import type { Ms } from '../../shared/units.ts';
import type { Source } from '../sources.ts';
import { addressOf, nameOf, tidyName } from './naming.ts';
import type { AddressReader } from './reader.ts';
import { createAddressRows } from './rows.ts';
import type { AddressRow } from './rows.ts';

interface AddressOptions {
  readonly database: Database;
  readonly catalog: Pick<Catalog, 'keep' | 'forget' | 'title'>;
  readonly licenses: Pick<LicensesAndOwn, 'adopt' | 'release'>;
  readonly reader: AddressReader;
  /** Who is signed in; null: nobody. Each account sees its own, and what was opened without any. */
  readonly accountId: () => string | null;
  readonly now: () => Ms;
}

export type Addresses = ReturnType<typeof createAddresses>;

/** So long what was read is good enough for the next question: a dialog asks at each choice. */
const FRESH_MS: Ms = 5 * MINUTE_MS;
const KEPT = 4;

/**
 * Videos that the viewer opens from the address of an HLS or DASH manifest, without any service. Each is a film
 * in the catalog (rated for grown-ups: nobody rated it) whose title and video share one id, made of the
 * address, so that the same address is the same video, with its download and its position.
 */
export function createAddresses(options: AddressOptions) {
  const { database, catalog, licenses, reader, accountId, now } = options;
  const rows = createAddressRows(database);
  const kept = new Map<string, { presentation: Presentation; readAtMs: Ms }>();

  async function load(url: string, signal: AbortSignal | undefined): Promise<Presentation> {
    const presentation = await loadPresentation({ manifestUrl: url, ...reader(signal) });
    const isTheirs = renditionsOf(presentation)
      .flatMap(filesOf)
      .some(({ encryption }) => encryption !== undefined && !/^https?:/i.test(encryption.keyUri));
    if (isTheirs) throw new LayoverError('manifest/unsupported', { reason: 'key-of-a-service' });
    if (presentation.durationSeconds <= 0) throw new LayoverError('manifest/malformed', { reason: 'empty' });
    return presentation;
  }

  function keep(videoId: string, presentation: Presentation): void {
    kept.delete(videoId);
    kept.set(videoId, { presentation, readAtMs: now() });
    for (const oldest of kept.keys()) if (kept.size > KEPT) kept.delete(oldest);
  }

  /** A manifest was there once: a page in its place is somebody's between here and there. */
  async function loadAgain(row: AddressRow, signal: AbortSignal | undefined): Promise<Presentation> {
    try {
      const presentation = await load(row.url, signal);
      keep(row.videoId, presentation);
      return presentation;
    } catch (thrown) {
      if (isLayoverError(thrown, 'address/web-page')) throw new LayoverError('network/captive-portal');
      throw thrown;
    }
  }

  function rowOf(titleId: string): AddressRow {
    const row = rows.find(accountId(), titleId);
    if (!row) throw new LayoverError('catalog/not-found');
    return row;
  }

  function viewOf({ videoId, url, openedAtMs }: AddressRow): OpenedAddress[] {
    try {
      const title = catalog.title(videoId, null);
      if (title.type !== 'film') return [];
      const { name, durationSeconds } = title;
      return [{ titleId: videoId, videoId, name, url, openedAtMs, durationSeconds }];
    } catch {
      return [];
    }
  }
  function view(titleId: string): OpenedAddress {
    const [found] = viewOf(rowOf(titleId));
    if (!found) throw new LayoverError('catalog/not-found');
    return found;
  }

  return {
    /** Whether whoever is here may know of it. */
    isOpened: (titleId: string): boolean => rows.find(accountId(), titleId) !== undefined,
    /** Latest first. */
    list: (): OpenedAddress[] => rows.list(accountId()).flatMap(viewOf),

    /**
     * Reads what is at the address and takes it into the catalog. Errors: `address/*`, `manifest/*`,
     * `network/*`; the signal's reason.
     */
    async open(text: string, signal?: AbortSignal): Promise<OpenedAddress> {
      const url = addressOf(text);
      const presentation = await load(url.href, signal);
      signal?.throwIfAborted();
      const videoId = idOf(url);
      const name = rows.find(accountId(), videoId)?.name ?? null;
      const title = titleOf({ videoId, url, presentation, nowMs: now() });
      keep(videoId, presentation);
      database.transaction(() => {
        rows.put(accountId(), { videoId, url: url.href, name, openedAtMs: now() });
        catalog.keep({ ...title, name: name ?? title.name });
        licenses.adopt(videoId);
      });
      return view(videoId);
    },

    /** As `Sources.presentation`. Errors: as `open`, and `catalog/not-found`. */
    async source(videoId: string, signal?: AbortSignal): Promise<Source> {
      const row = rows.findAny(videoId);
      if (!row) throw new LayoverError('catalog/not-found');
      licenses.adopt(videoId);
      const known = kept.get(videoId);
      const isFresh = known && now() - known.readAtMs < FRESH_MS && known.readAtMs <= now();
      return {
        presentation: isFresh ? known.presentation : await loadAgain(row, signal),
        // Addresses inside may have changed.
        renewPathways: async (renewSignal) => (await loadAgain(row, renewSignal)).pathways,
        renewPresentation: (renewSignal) => loadAgain(row, renewSignal),
      };
    },

    /** An empty name gives back the one that it calls itself. Errors: `catalog/not-found`. */
    rename(titleId: string, wanted: string): OpenedAddress {
      const row = rowOf(titleId);
      const name = tidyName(wanted) || nameOf(new URL(row.url), undefined);
      database.transaction(() => {
        rows.rename(accountId(), titleId, name);
        catalog.keep({ ...catalog.title(titleId, null), name });
      });
      return view(titleId);
    },

    /** Takes it off the list; its download, if there is one, is the caller's care. */
    forget(titleId: string): void {
      kept.delete(titleId);
      database.transaction(() => {
        rows.drop(accountId(), titleId);
        if (rows.findAny(titleId)) return;
        catalog.forget(titleId);
        // Its key is made here: to let it go asks nobody.
        void licenses.release(titleId);
      });
    },
  };
}

function idOf({ href }: URL): string {
  return ADDRESS_ID_PREFIX + createHash('sha256').update(href).digest('hex').slice(0, 32);
}

function titleOf(from: { videoId: string; url: URL; presentation: Presentation; nowMs: Ms }): Title {
  const { videoId, url, presentation, nowMs } = from;
  const languages = (some: readonly { language: string }[]) => [
    ...new Set(some.map(({ language }) => language)),
  ];
  return {
    type: 'film',
    titleId: videoId,
    videoId,
    name: nameOf(url, presentation.title),
    description: url.hostname,
    durationSeconds: presentation.durationSeconds,
    releaseYear: new Date(nowMs).getUTCFullYear(),
    maturityRating: '18',
    genres: [],
    cast: [],
    audioLanguages: languages(presentation.audio).filter((language) => language !== 'und'),
    subtitleLanguages: languages(presentation.subtitles),
    popularity: 0,
    artworkVersion: 'none',
  };
}
