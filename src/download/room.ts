import { isLayoverError, LayoverError } from '../shared/errors.ts';
import { missingFor } from '../selection/index.ts';
import type { Selection } from '../shared/selection.ts';
import type { DownloadRules } from '../shared/settings.ts';
import type { Bytes } from '../shared/units.ts';
import type { Store, TrackNeed } from '../store/types.ts';
import type { Plan, PlannedFile } from './plan.ts';

type RoomStore = Pick<
  Store,
  'stored' | 'usedBytes' | 'freeBytes' | 'reservedBytes' | 'reserve' | 'unreserve'
>;

/** What each track will still be given; estimated from the selection where the service tells no sizes. */
export function needsOf(
  plan: Plan,
  selection: Selection,
  missing: readonly PlannedFile[],
  store: Pick<Store, 'stored'>,
): TrackNeed[] {
  return plan.tracks.flatMap(({ trackId, renditionId }) => {
    const files = missing.filter((file) => file.trackId === trackId);
    if (files.length === 0) return [];
    const sizes = files.flatMap(({ segment }) => segment.integrity?.plainBytes ?? []);
    if (sizes.length === files.length) return [{ trackId, plainBytes: sum(sizes), segments: files.length }];
    const whole = selection.renditions.find((one) => one.renditionId === renditionId)?.size.bytes ?? 0;
    const held = sum(store.stored(trackId).map(({ plainBytes }) => plainBytes));
    return [{ trackId, plainBytes: Math.max(sum(sizes), whole - held), segments: files.length }];
  });
}

/**
 * Takes the room of all that is missing, so that a title that was begun can be ended. Throws `download/no-room`
 * (`neededBytes`: what must go first) where the disk, the viewer's floor or the budget does not allow it.
 */
export async function takeRoom(
  store: RoomStore,
  rules: DownloadRules,
  downloadId: string,
  needs: readonly TrackNeed[],
): Promise<void> {
  const wantedBytes = sum(needs.map(({ plainBytes }) => plainBytes));
  const heldBytes = store.reservedBytes(downloadId);
  const neededBytes = missingFor(wantedBytes, {
    freeBytes: (await store.freeBytes()) + heldBytes,
    floorBytes: rules.freeSpaceFloorBytes,
    takenBytes: store.usedBytes() + store.reservedBytes() - heldBytes,
    budgetBytes: rules.budgetBytes,
    // Whose turn has not come has no claim yet.
    promisedBytes: 0,
  });
  if (neededBytes > 0) throw new LayoverError('download/no-room', { neededBytes });
  try {
    await store.reserve(downloadId, needs);
  } catch (thrown) {
    if (!isLayoverError(thrown, 'store/no-space')) throw thrown;
    throw new LayoverError('download/no-room', thrown.details, { cause: thrown });
  }
}

function sum(numbers: readonly Bytes[]): Bytes {
  return numbers.reduce((all, one) => all + one, 0);
}
