import { keeping, nextLookAtMs } from '../../download/keeping/keeping.ts';
import type { KeepingRows } from '../../download/keeping/rows.ts';
import type { KeepingAction } from '../../download/keeping/types.ts';
import type { FollowedTitle, RemovedByRule } from '../../shared/downloads.ts';
import { asLayoverError, LayoverError } from '../../shared/errors.ts';
import type { Clock, Log } from '../../shared/platform.ts';
import { HOUR_MS, SECOND_MS } from '../../shared/units.ts';
import type { Ms } from '../../shared/units.ts';
import type { Background } from '../background.ts';
import { downloadView, titleOrNone } from '../download-view.ts';
import { addDownload } from '../offers/options.ts';
import { spaceOf } from '../offers/space.ts';
import type { Parts } from '../parts.ts';
import { maySee } from '../visible.ts';
import { keepingWorld } from './world.ts';

/** Several things that happen together are one reason to look. */
const GATHER_MS: Ms = SECOND_MS;

export type Keeper = ReturnType<typeof createKeeper>;

/**
 * Carries out what the keeping rules want (`keeping`, which decides alone): the only one who removes or adds a
 * download without the viewer's hand. Whatever it removes is told.
 */
export function createKeeper(
  parts: Parts,
  rows: KeepingRows,
  deps: { readonly clock: Clock; readonly log: Log; readonly background: Background },
) {
  const { account, catalog, downloads, events, who } = parts;
  const { clock, log, background } = deps;
  /** By this run: asked for again only when the service is back, or at the next start. */
  const cannotBeHad = new Set<string>();
  let isLooking = false;
  let isWanted = false;
  let looked = Promise.resolve();
  /** Of the next look that time alone asks for: there is one at most. */
  let alarm = new AbortController();

  async function look(): Promise<void> {
    const accountId = account.current()?.accountId;
    if (accountId === undefined || background.signal.aborted) return;
    const world = keepingWorld(parts, accountId, rows, await spaceOf(parts), cannotBeHad);
    for (const action of keeping(world)) {
      if (background.signal.aborted || account.current()?.accountId !== accountId) return;
      await carryOut(action, accountId);
    }
    alarm.abort();
    const againAtMs = nextLookAtMs(world);
    if (againAtMs === null) return;
    alarm = new AbortController();
    const { signal } = alarm;
    background.run('keeping-alarm', () => lookAt(againAtMs, signal));
  }

  async function lookAt(atMs: Ms, signal: AbortSignal): Promise<void> {
    // Long sleeps are cut: a timer of days would overflow, and a clock that was set counts at once.
    const leftMs = Math.max(0, atMs - parts.trustedTime.now());
    const over = AbortSignal.any([signal, background.signal]);
    await clock.sleep(Math.min(leftMs, HOUR_MS), over).then(soon, () => undefined);
  }

  async function carryOut(action: KeepingAction, accountId: string): Promise<void> {
    try {
      if (action.type === 'add') await add(action);
      else if (action.type === 'withdraw') await downloads.remove(action.downloadId);
      else await remove(action.downloadId, action.why, accountId);
    } catch (thrown) {
      const { code, retry } = asLayoverError(thrown);
      if (action.type === 'add' && retry !== 'later') cannotBeHad.add(action.videoId);
      log.info('keeping.failed', { action: action.type, code });
    }
  }

  async function add({ titleId, videoId }: Extract<KeepingAction, { type: 'add' }>): Promise<void> {
    const follower = rows
      .follows(account.current()?.accountId ?? '')
      .flatMap((follow) => (follow.titleId === titleId ? (catalog.profile(follow.profileId) ?? []) : []))[0];
    if (!follower) return;
    const preferences = parts.settings.read().downloadPreferences;
    await addDownload(
      parts,
      follower,
      { videoId, preferences, priority: 'low', origin: 'auto-next' },
      background.signal,
    );
  }

  async function remove(downloadId: string, why: RemovedByRule['why'], accountId: string): Promise<void> {
    const status = downloads.get(downloadId);
    // Somebody may have pressed play since the rules were asked.
    if (parts.watching.isOpen(status.videoId)) return;
    const { titleId, titleName, episode } = downloadView(parts, status, null);
    const sizeBytes = parts.store.usedBytes(downloadId);
    const removedAtMs = parts.trustedTime.now();
    const { videoId } = status;
    const removed = { downloadId, videoId, titleId, titleName, episode, sizeBytes, why, removedAtMs };
    await downloads.remove(downloadId);
    rows.noteRemoved(accountId, removed);
    if (mayBeTold(removed)) events.emit({ type: 'removed-by-rule', removed });
    log.info('keeping.removed', { downloadId, why });
  }

  function soon(): void {
    isWanted = true;
    if (isLooking) return;
    isLooking = true;
    const { promise, resolve } = Promise.withResolvers<void>();
    looked = promise;
    background.run('keeping', async () => {
      try {
        while (isWanted) {
          await clock.sleep(GATHER_MS, background.signal);
          isWanted = false;
          await look();
        }
      } finally {
        isLooking = false;
        resolve();
      }
    });
  }

  const mayBeTold = ({ titleId }: RemovedByRule) => maySee(parts, who.current(), titleId);
  const told = () => rows.removed(required(), parts.trustedTime.now()).filter(mayBeTold);

  const required = (): string => {
    const accountId = account.current()?.accountId;
    if (accountId === undefined) throw new LayoverError('auth/signed-out');
    return accountId;
  };

  return {
    /** Something that the rules look at has changed. */
    soon,
    /** Resolves when all has been carried out that the rules want by now, or the engine ends. */
    async now(): Promise<void> {
      if (background.signal.aborted) return;
      soon();
      await looked;
    },
    /** The service is back: what could not be had may be had now. */
    connected(): void {
      cannotBeHad.clear();
      soon();
    },
    follow(titleId: string, keepNext: number): void {
      const { profileId } = who.required();
      // A title that left the catalog can still be let go of.
      if (keepNext > 0) catalog.title(titleId, who.required());
      rows.follow(required(), { profileId, titleId, keepNext });
      soon();
    },
    /** Of the profile that is watching. */
    followed(): FollowedTitle[] {
      const profile = who.required();
      return rows.follows(required()).flatMap(({ profileId, titleId, keepNext }) => {
        if (profileId !== profile.profileId) return [];
        return [{ titleId, titleName: titleOrNone(catalog, titleId, profile)?.name ?? titleId, keepNext }];
      });
    },
    /** The viewer removed it by hand: no rule brings it back. */
    declined(videoId: string, titleId: string): void {
      const accountId = account.current()?.accountId;
      if (accountId !== undefined) rows.decline(accountId, videoId, titleId);
    },
    /** Only what the profile that is watching may know of. */
    removed: told,
    seen(): void {
      const accountId = required();
      const ids = told().map(({ downloadId }) => downloadId);
      rows.forgetRemoved(accountId, ids);
    },
  };
}
