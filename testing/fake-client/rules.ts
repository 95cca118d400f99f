import type { DownloadView, WaitingFor } from '../../src/shared/downloads.ts';
import { isWhole, storageOf } from './storage.ts';
import { putDownload } from './world.ts';
import type { World } from './world.ts';

/** Which downloads run, which wait, and for what. */

const priorities: DownloadView['priority'][] = ['high', 'normal', 'low'];
export const isInQueue = ({ state }: DownloadView) =>
  state === 'queued' || state === 'waiting' || state === 'downloading' || state === 'verifying';

/** By priority, and within one as the viewer ordered them; what is complete comes last. */
export function inOrder(downloads: DownloadView[]): DownloadView[] {
  const rank = (each: DownloadView) => (isWhole(each) ? 3 : priorities.indexOf(each.priority));
  return downloads.toSorted((a, b) => rank(a) - rank(b));
}

/** When the hours for downloading begin again; null: they are now. */
function scheduleOpensAtMs({ settings, now }: World): number | null {
  const { schedule } = settings.downloads;
  if (schedule.mode === 'always') return null;
  const at = new Date(now());
  const minute = at.getHours() * 60 + at.getMinutes();
  const { fromMinute, toMinute } = schedule;
  const isInside =
    fromMinute <= toMinute
      ? minute >= fromMinute && minute < toMinute
      : minute >= fromMinute || minute < toMinute;
  if (isInside === (schedule.mode === 'only')) return null;
  const opens = schedule.mode === 'only' ? fromMinute : toMinute;
  return at.setHours(0, opens + (opens <= minute ? 1_440 : 0), 0, 0);
}

/** What would be left of disk and budget once everything that is reserved has come; below 0: too little. */
function roomFor(world: World): number {
  const { freeBytes, reservedBytes, usedBytes, budgetBytes } = storageOf(world);
  const { freeSpaceFloorBytes } = world.settings.downloads;
  return Math.min(freeBytes - freeSpaceFloorBytes, (budgetBytes ?? Infinity) - usedBytes) - reservedBytes;
}

function waitOf(world: World, download: DownloadView): [WaitingFor, number | null] | null {
  const { settings, status, surroundings } = world;
  const rules = settings.downloads;
  if (!surroundings.isPresent) return ['storage-place', null];
  if (status.connection === 'offline') return ['network', null];
  if (status.connection === 'service-unreachable') return ['service', null];
  if (!world.startedAnyway.has(download.downloadId)) {
    const isMetered =
      rules.thisNetwork === 'system' ? surroundings.isMetered : rules.thisNetwork === 'metered';
    if (isMetered && !rules.allowMetered) return ['unmetered-network', null];
    if (rules.onlyOnCharger && surroundings.isOnBattery) return ['charger', null];
    const opensAtMs = scheduleOpensAtMs(world);
    if (opensAtMs !== null) return ['schedule', opensAtMs];
  }
  if (surroundings.isPlaying) return ['playback', null];
  return roomFor(world) < 0 ? ['space', null] : null;
}

/** Looks at the whole queue anew, and tells of what changed. */
export function settle(world: World): void {
  world.downloads = inOrder(world.downloads);
  let running = 0;
  for (const download of world.downloads.filter(isInQueue)) {
    const wait = waitOf(world, download);
    const isNext = !wait && running < world.settings.downloads.atOnce;
    if (isNext) running += 1;
    const state = wait ? 'waiting' : isNext ? 'downloading' : 'queued';
    const waitingFor = wait?.[0] ?? null;
    if (download.state === state && download.waitingFor === waitingFor) continue;
    const stopped = state === 'downloading' ? {} : { rateBytesPerSecond: 0, secondsLeft: null };
    putDownload(world, { ...download, ...stopped, state, waitingFor, waitingUntilMs: wait?.[1] ?? null });
  }
}
