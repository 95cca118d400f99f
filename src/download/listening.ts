import { LayoverError } from '../shared/errors.ts';
import { MINUTE_MS } from '../shared/units.ts';
import type { Ms } from '../shared/units.ts';
import type { DownloadDeps } from './deps.ts';
import type { Progress } from './progress.ts';
import type { Queue, Waiting } from './queue.ts';
import { unmetRequirement } from './requirements.ts';
import type { Row } from './rows.ts';
import { localMinuteOfDay } from './schedule.ts';
import type { WaitingFor } from './types.ts';

type ListeningDeps = Pick<
  DownloadDeps,
  'store' | 'presence' | 'clock' | 'network' | 'power' | 'rules' | 'minuteOfDay'
>;

/** What keeps a download from being worked on, as the machine and the viewer's rules are just now. */
export function unmetNow(
  deps: ListeningDeps,
  { startsAnyway }: Row,
  { isAllThere }: Progress,
): Waiting | null {
  const { clock, network, power, presence, minuteOfDay = localMinuteOfDay } = deps;
  const unmet = unmetRequirement(
    deps.rules(),
    {
      isStoragePresent: presence.isPresent,
      isOnline: network.isOnline(),
      isMetered: network.isMetered(),
      isOnBattery: power.isOnBattery(),
      nowMs: clock.now(),
      minuteOfDay,
    },
    { needsNetwork: !isAllThere, startsAnyway },
  );
  return unmet && { ...unmet, error: errorOf(unmet.for, deps) };
}

/** The viewer's own rules are no errors. */
function errorOf(reason: WaitingFor, { store }: ListeningDeps): LayoverError | null {
  if (reason === 'network') return new LayoverError('network/offline');
  return reason === 'storage-place' ? new LayoverError('store/absent', { folder: store.folder }) : null;
}

/** A schedule opens and closes at full minutes of the wall clock, which somebody may set meanwhile. */
export function untilNextMinute({ clock, rules }: ListeningDeps): Ms | null {
  if (rules().schedule.mode === 'always') return null;
  return MINUTE_MS - (((clock.now() % MINUTE_MS) + MINUTE_MS) % MINUTE_MS);
}

/** Has the queue look again whenever the machine's state changes; returns the way to stop. */
export function listen(
  { network, power, presence }: ListeningDeps,
  queue: Queue,
  onDriveBack: () => void,
): () => void {
  /** Another network, or the same one again: what could not be reached may be in reach. */
  const tryAgain = () => queue.retry(['network', 'service', 'oca']);
  const stops = [
    network.onChange(() => {
      if (network.isOnline()) tryAgain();
      else queue.wake();
    }),
    presence.onChange((isPresent) => {
      if (isPresent) onDriveBack();
      queue.retry(['space', 'storage-place']);
    }),
    power.onSupplyChange(queue.wake),
    power.onSuspend(queue.sleep),
    power.onResume(() => {
      tryAgain();
      queue.awake();
    }),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}
