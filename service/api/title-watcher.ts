import { mkdirSync, watch } from 'node:fs';
import { readFile, readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import type { FastifyBaseLogger } from 'fastify';
import type { Ms } from '../../src/shared/units.ts';
import { TitleDrop } from '../encoder/drop.ts';
import type { Database } from './db/database.ts';

export interface TitleWatcher {
  /** Looks through the folder now; resolves when all that lay there is in the database. */
  scan(): Promise<void>;
  close(): Promise<void>;
}

/** Editors of files make several events in a row. */
const GATHER_MS: Ms = 50;
/** Network drives and some containers never tell of changes. */
const POLL_MS: Ms = 2_000;
/** Changes that come within one tick of the file system's clock leave the same time behind. */
const CLOCK_TICK_MS: Ms = 1_000;

/**
 * Takes titles over from DATA/titles: a new or changed drop is put into the catalog, a title whose file is
 * gone is removed. A file that cannot be read or used is logged and skipped, and what it said before stays.
 */
export function watchTitles(options: {
  folder: string;
  database: Database;
  log: FastifyBaseLogger;
  onChange: () => Promise<void>;
}): TitleWatcher {
  const { folder, database, log } = options;
  /** File name to the state that was looked at last: a bad file is complained of once. */
  const seen = new Map<string, string>();
  mkdirSync(folder, { recursive: true });

  async function take(name: string): Promise<boolean> {
    const file = path.join(folder, name);
    try {
      const { mtimeMs, size, ino } = await stat(file);
      const state = `${mtimeMs} ${size} ${ino}`;
      if (seen.get(name) === state) return false;
      seen.set(name, state);
      const drop = TitleDrop.parse(JSON.parse(await readFile(file, 'utf8')));
      if (`${drop.title.titleId}.json` !== name) throw new Error('the file is not named for its title');
      return await database.titles.put(drop);
    } catch (error) {
      log.warn({ file, reason: String(error) }, 'title drop skipped');
      return false;
    }
  }

  /** When the folder changed last, as far as all of that change has been looked at. */
  let lookedAtMs: Ms | undefined;
  async function look(): Promise<void> {
    let changed = false;
    const { mtimeMs } = await stat(folder);
    lookedAtMs = Date.now() - mtimeMs > CLOCK_TICK_MS ? mtimeMs : undefined;
    const names = (await readdir(folder)).filter((name) => name.endsWith('.json')).sort();
    for (const name of names) changed = (await take(name)) || changed;
    for (const titleId of await database.titles.ids()) {
      if (names.includes(`${titleId}.json`)) continue;
      seen.delete(`${titleId}.json`);
      changed = (await database.titles.remove(titleId)) || changed;
    }
    if (changed) await options.onChange();
  }

  let running: Promise<void> = Promise.resolve();
  let closed = false;
  function scan(): Promise<void> {
    const next = running.then(() => (closed ? undefined : look()));
    running = next.catch((error: unknown) => {
      log.warn({ folder, reason: String(error) }, 'titles cannot be read');
    });
    return next;
  }

  let gathering: NodeJS.Timeout | undefined;
  const soon = () => {
    clearTimeout(gathering);
    gathering = setTimeout(() => void scan().catch(() => undefined), GATHER_MS);
  };
  const watcher = watch(folder, soon);
  watcher.on('error', (error) => log.warn({ folder, reason: String(error) }, 'titles are only polled'));
  const poll = setInterval(() => {
    // Drops are renamed into place, which changes the folder: nothing else needs to be looked at.
    stat(folder).then(
      ({ mtimeMs }) => mtimeMs !== lookedAtMs && soon(),
      () => soon(),
    );
  }, POLL_MS);

  return {
    scan,
    async close() {
      closed = true;
      watcher.close();
      clearInterval(poll);
      clearTimeout(gathering);
      await running;
    },
  };
}
