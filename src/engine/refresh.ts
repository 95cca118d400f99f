import { asLayoverError } from '../shared/errors.ts';
import type { EngineEvent } from '../shared/contract.ts';
import type { Clock, Log } from '../shared/platform.ts';
import { SECOND_MS } from '../shared/units.ts';
import type { Background } from './background.ts';
import type { Catalog } from '../catalog/catalog.ts';

interface RefreshOptions {
  readonly catalog: Catalog;
  readonly clock: Clock;
  readonly log: Log;
  readonly profileId: () => string | null;
  readonly isOnline: () => boolean;
  readonly emit: (event: EngineEvent) => void;
  readonly background: Background;
}

const EVERY_MS = 30 * SECOND_MS;

export type Refresh = ReturnType<typeof createRefresh>;

/** Keeps the replica fresh while the service can be reached; screens hear of it only when something changed. */
export function createRefresh({
  catalog,
  clock,
  log,
  profileId,
  isOnline,
  emit,
  background,
}: RefreshOptions) {
  /** A refresh that fails leaves what was there: the next one comes by itself. */
  async function quietly(what: 'catalog' | 'profiles', refresh: () => Promise<boolean>): Promise<void> {
    try {
      if (await refresh()) emit({ type: 'changed', what });
    } catch (thrown) {
      log.info('refresh.failed', { what, code: asLayoverError(thrown).code });
    }
  }

  /** `knowsProfiles`: these were asked for a moment ago. */
  async function everything({ knowsProfiles = false } = {}): Promise<void> {
    if (!knowsProfiles) await quietly('profiles', catalog.refreshProfiles);
    await quietly('catalog', catalog.refreshTitles);
    const who = profileId();
    if (who) await quietly('catalog', () => catalog.refreshHome(who));
  }

  async function nowAndThen(): Promise<void> {
    while (!background.signal.aborted) {
      await clock.sleep(EVERY_MS, background.signal);
      if (isOnline()) await everything();
    }
  }

  return {
    everything,
    home: (who: string): void =>
      background.run('home', () => quietly('catalog', () => catalog.refreshHome(who))),
    /** Until the engine ends. */
    nowAndThen,
  };
}
