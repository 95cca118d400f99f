import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Catalog } from '../catalog/catalog.ts';
import type { Database, Migration } from '../database/types.ts';
import type { LicensesAndOwn } from '../license/own-keys.ts';
import { loadPresentation } from '../manifest/index.ts';
import { ADDRESS_ID_PREFIX, isAddressId } from '../shared/catalog.ts';
import type { Title } from '../shared/catalog.ts';
import { LayoverError } from '../shared/errors.ts';
import type { Presentation } from '../shared/presentation.ts';
import type { Ms } from '../shared/units.ts';
import type { AddressReader } from './address-reader.ts';
import type { Source } from './sources.ts';

export const addressMigration: Migration = {
  id: 'engine/003-addresses',
  up: (sql) =>
    sql.exec(`
      CREATE TABLE engine_address (
        videoId TEXT PRIMARY KEY,
        url TEXT NOT NULL,
        openedAtMs INTEGER NOT NULL
      ) STRICT`),
};
const Row = z.object({ videoId: z.string(), url: z.url() });

interface AddressOptions {
  readonly database: Database;
  readonly catalog: Pick<Catalog, 'keep' | 'forget' | 'title'>;
  readonly licenses: Pick<LicensesAndOwn, 'adopt'>;
  readonly reader: AddressReader;
  readonly now: () => Ms;
}

export type Addresses = ReturnType<typeof createAddresses>;

/**
 * Videos that the viewer opens from the address of an HLS or DASH manifest, without any service. Each is a film
 * in the catalog (rated for grown-ups: nobody rated it) whose title and video share one id, made of the
 * address, so that the same address is the same video, with its download and its position.
 */
export function createAddresses({ database, catalog, licenses, reader, now }: AddressOptions) {
  const { sql } = database;
  const one = sql.prepare('SELECT videoId, url FROM engine_address WHERE videoId = ?');
  const latest = sql
    .prepare<[], string>('SELECT videoId FROM engine_address ORDER BY openedAtMs DESC')
    .pluck();
  const put = sql.prepare('INSERT OR REPLACE INTO engine_address VALUES (?, ?, ?)');
  const drop = sql.prepare('DELETE FROM engine_address WHERE videoId = ?');

  function urlOf(videoId: string): string {
    const row = Row.safeParse(one.get(videoId));
    if (!row.success) throw new LayoverError('catalog/not-found');
    return row.data.url;
  }
  const load = (url: string, signal: AbortSignal | undefined): Promise<Presentation> =>
    loadPresentation({ manifestUrl: url, ...reader(signal) });

  return {
    has: isAddressId,
    /** Latest first. */
    titleIds: (): string[] => latest.all(),

    /**
     * Reads what is at the address and takes it into the catalog. Errors: `address/unusable`, `manifest/*`,
     * `network/*`.
     */
    async open(text: string, signal?: AbortSignal): Promise<Title> {
      const url = addressOf(text);
      const presentation = await load(url.href, signal);
      const title = titleOf(url, presentation, now());
      database.transaction(() => {
        put.run(title.titleId, url.href, now());
        catalog.keep(title);
        licenses.adopt(title.titleId);
      });
      return title;
    },

    /** As `Sources.presentation`: read anew each time, for addresses inside may have changed. */
    async source(videoId: string, signal?: AbortSignal): Promise<Source> {
      const url = urlOf(videoId);
      licenses.adopt(videoId);
      return {
        presentation: await load(url, signal),
        renewPathways: async (renewSignal) => (await load(url, renewSignal)).pathways,
      };
    },

    /** Takes it off the list; its download, if there is one, is the caller's care. */
    forget(titleId: string): void {
      database.transaction(() => {
        drop.run(titleId);
        catalog.forget(titleId);
      });
    },
  };
}

/** Errors: `address/unusable`. */
function addressOf(text: string): URL {
  const url = URL.parse(text.trim());
  if (!url) throw new LayoverError('address/unusable', { reason: 'it is not a web address' });
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    throw new LayoverError('address/unusable', { reason: `it begins with ${url.protocol}, not with https:` });
  if (url.username || url.password)
    throw new LayoverError('address/unusable', { reason: 'it carries a user name or password' });
  url.hash = '';
  return url;
}

function titleOf(url: URL, presentation: Presentation, nowMs: Ms): Title {
  if (presentation.durationSeconds <= 0)
    throw new LayoverError('address/unusable', { reason: 'it is empty' });
  const id = ADDRESS_ID_PREFIX + createHash('sha256').update(url.href).digest('hex').slice(0, 32);
  return {
    type: 'film',
    titleId: id,
    videoId: id,
    name: nameOf(url),
    description: url.hostname,
    durationSeconds: presentation.durationSeconds,
    releaseYear: new Date(nowMs).getUTCFullYear(),
    maturityRating: '18',
    genres: [],
    cast: [],
    audioLanguages: [...new Set(presentation.audio.map(({ language }) => language))],
    subtitleLanguages: [...new Set(presentation.subtitles.map(({ language }) => language))],
    popularity: 0,
    artworkVersion: 'none',
  };
}

/** Names that say nothing: what stands before them in the address says more. */
const generic = /^(master|index|main|manifest|playlist|stream|video|hls|dash|prog_index|\d+)$/i;

/** The most telling part of an address's path. */
function nameOf(url: URL): string {
  const parts = url.pathname
    .split('/')
    .filter(Boolean)
    .map((part) => decoded(part).replace(/\.(m3u8?|mpd|ism[l]?)$/i, ''))
    .reverse();
  const telling = parts.find((part) => !generic.test(part)) ?? parts[0] ?? url.hostname;
  const name = telling.replaceAll(/[-_+.]+/g, ' ').trim();
  return (name || url.hostname).slice(0, 120);
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
