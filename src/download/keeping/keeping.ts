import { byDispensability, enoughOf, missingFor } from '../../selection/index.ts';
import type { Space } from '../../selection/index.ts';
import { DAY_MS } from '../../shared/units.ts';
import type { Bytes, Ms } from '../../shared/units.ts';
import { isWatched, mayGoAtMs, nextEpisodes, whyRemovable } from './standing.ts';
import type { FollowedSeries, KeepingAction, KeepingWorld, KeptDownload } from './types.ts';

/** What was not watched stays at least so long before it makes room for something else. */
const STAY_MS: Ms = DAY_MS;
/** Frames, headers and the disk's blocks come on top of what a download weighs. */
const MARGIN_SHARE = 0.02;

/**
 * What the viewer's rules want done now: which downloads go, which come. Pure. In this order:
 *
 * 1. `removeWatched`: what was watched to its end by everybody who began it goes a day later, or as soon as
 *    the next episode is begun.
 * 2. The budget: while downloads take more than it, and while one waits for space, watched ones go, the one
 *    watched longest ago first; with `mayRemoveUnwatched` also the others, most dispensable and oldest first,
 *    but to make room only for what the viewer asked for, and only such as have lain a day and are of another
 *    title. To make room nothing goes unless that is enough. Without a budget, a full disk takes watched ones
 *    only with `removeWatched`.
 * 3. Followed series: the next episodes come, each while it fits; watched ones make room for them by the same
 *    rule, others never. What a rule had queued and no rule wants any more is withdrawn, unless something of
 *    it is stored.
 *
 * Pinned ones, those that are being watched, those that are on their way, and the next episodes of a followed
 * series (somebody else of the household may have watched them) never go by themselves.
 */
export function keeping(world: KeepingWorld): KeepingAction[] {
  const wanted = wantedOf(world);
  const withdrawn = world.downloads.filter((one) => isForsaken(one, wanted));
  const room = createRoom(world, withdrawn, wanted);
  if (world.rules.removeWatched)
    for (const one of room.removable())
      if ((mayGoAtMs(one.viewings) ?? Infinity) <= world.nowMs) room.remove(one, 'watched');

  keepWithinBudget(world, room);
  makeRoomForWaiting(world, room);
  const added: KeepingAction[] = [];
  for (const { series, videoId } of wanted) {
    if (world.downloads.some((one) => one.videoId === videoId)) continue;
    const bytes = withMargin(series.estimateBytes(videoId));
    // The nearest episodes first, and no later one instead of an earlier one that does not fit.
    if (!room.makeFor(bytes, watchedOnly(world, room))) break;
    room.take(bytes);
    added.push({ type: 'add', titleId: series.titleId, videoId });
  }
  return [
    ...room.removed(),
    ...withdrawn.map(({ downloadId }) => ({ type: 'withdraw' as const, downloadId })),
    ...added,
  ];
}

/** When the rules should be asked again although nothing happened; null: not before something does. */
export function nextLookAtMs({ rules, downloads, nowMs }: KeepingWorld): Ms | null {
  if (!rules.removeWatched) return null;
  const times = downloads
    .filter(mayEverGo)
    .map(({ viewings }) => mayGoAtMs(viewings) ?? Infinity)
    .filter((atMs) => atMs > nowMs && atMs < Infinity);
  return times.length > 0 ? Math.min(...times) : null;
}

interface Wanted {
  readonly series: FollowedSeries;
  readonly videoId: string;
}

/** The next episodes of all followed series: first the next one of each, then the one after it, and so on. */
function wantedOf({ series, declined }: KeepingWorld): Wanted[] {
  const each = series.map((one) =>
    nextEpisodes(one.episodes, one.keepNext)
      .filter(({ videoId }) => !declined.has(videoId))
      .map(({ videoId }) => ({ series: one, videoId })),
  );
  const most = Math.max(0, ...each.map((some) => some.length));
  const turns = Array.from({ length: most }, (_, at) => each.flatMap((some) => some[at] ?? [])).flat();
  const seen = new Set<string>();
  return turns.filter(({ videoId }) => !seen.has(videoId) && seen.add(videoId));
}

function isForsaken(one: KeptDownload, wanted: readonly Wanted[]): boolean {
  const hasBegun = one.storedBytes > 0 || (one.state !== 'queued' && one.state !== 'waiting');
  return (
    one.origin === 'auto-next' &&
    !one.isPinned &&
    !hasBegun &&
    !wanted.some(({ videoId }) => videoId === one.videoId)
  );
}

function mayEverGo(one: KeptDownload): boolean {
  return !one.isPinned && !one.isPlaying && (one.state === 'completed' || one.state === 'failed');
}

function keepWithinBudget({ space, rules }: KeepingWorld, room: Room): void {
  if (space.budgetBytes === null) return;
  const over = () => room.takenBytes() - (space.budgetBytes ?? Infinity);
  const take = (some: readonly KeptDownload[]) => {
    for (const one of enoughOf(some, over())) room.remove(one, 'budget');
  };
  if (over() > 0) take(room.removable().filter(({ viewings }) => isWatched(viewings)));
  if (over() > 0 && rules.mayRemoveUnwatched) take(room.removable());
}

/** For the first one that waits for space and can be helped: when it has its space, the next one will ask. */
function makeRoomForWaiting(world: KeepingWorld, room: Room): void {
  for (const one of world.downloads) {
    if (one.state !== 'waiting' || one.waitingFor !== 'space') continue;
    const watched = watchedOnly(world, room);
    const others =
      world.rules.mayRemoveUnwatched && world.space.budgetBytes !== null && one.origin === 'viewer'
        ? room.removable().filter((other) => mayYield(other, one, world.nowMs) && !watched.includes(other))
        : [];
    if (room.makeFor(withMargin(one.neededBytes), [...watched, ...others], false)) return;
  }
}

function mayYield(other: KeptDownload, to: KeptDownload, nowMs: Ms): boolean {
  return other.titleId !== to.titleId && other.addedAtMs + STAY_MS <= nowMs;
}

function watchedOnly({ rules, space }: KeepingWorld, room: Room): KeptDownload[] {
  if (!rules.removeWatched && space.budgetBytes === null) return [];
  return room.removable().filter(({ viewings }) => isWatched(viewings));
}

const withMargin = (bytes: Bytes): Bytes => Math.ceil(bytes * (1 + MARGIN_SHARE));

type Room = ReturnType<typeof createRoom>;

/** The space as it will be once what was decided is done. */
function createRoom(
  { downloads, space, rules }: KeepingWorld,
  withdrawn: readonly KeptDownload[],
  wanted: readonly Wanted[],
) {
  const kept = new Set(wanted.map(({ videoId }) => videoId));
  const gone = new Map<string, KeepingAction>();
  let now: Space = withdrawn.reduce(
    (before, { neededBytes }) => ({
      ...before,
      promisedBytes: Math.max(0, before.promisedBytes - neededBytes),
    }),
    space,
  );

  function remove(one: KeptDownload, why: 'watched' | 'budget'): void {
    gone.set(one.downloadId, { type: 'remove', downloadId: one.downloadId, why });
    now = {
      ...now,
      freeBytes: now.freeBytes + one.sizeBytes,
      takenBytes: Math.max(0, now.takenBytes - one.sizeBytes),
    };
  }

  /** Most dispensable first; of one kind, the one watched or added longest ago. */
  function removable(): KeptDownload[] {
    const some = downloads.filter(
      (one) => mayEverGo(one) && !kept.has(one.videoId) && !gone.has(one.downloadId),
    );
    const oldest = some.toSorted((a, b) => lastTouchedMs(a) - lastTouchedMs(b));
    return byDispensability(oldest.map((one) => ({ why: whyRemovable(one), one }))).map(({ one }) => one);
  }

  return {
    remove,
    removable,
    removed: (): KeepingAction[] => [...gone.values()],
    takenBytes: (): Bytes => now.takenBytes,
    take: (bytes: Bytes): void => void (now = { ...now, promisedBytes: now.promisedBytes + bytes }),
    /**
     * Whether so many bytes fit, once some of these are gone if need be; none goes when all were not enough.
     * `amongPromised`: beside what waits already.
     */
    makeFor(bytes: Bytes, some: readonly KeptDownload[], amongPromised = true): boolean {
      const lack = missingFor(bytes, amongPromised ? now : { ...now, promisedBytes: 0 });
      const going = enoughOf(some, lack);
      if (going.reduce((sum, one) => sum + one.sizeBytes, 0) < lack) return false;
      const why = (one: KeptDownload) =>
        rules.removeWatched && isWatched(one.viewings) ? 'watched' : 'budget';
      for (const one of going) remove(one, why(one));
      return true;
    },
  };
}

function lastTouchedMs({ viewings, addedAtMs }: KeptDownload): Ms {
  return Math.max(addedAtMs, ...viewings.map(({ watchedAtMs }) => watchedAtMs));
}
