import type { Clock, PowerSignal } from '../../shared/platform.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../shared/units.ts';
import type { Ms } from '../../shared/units.ts';
import type { Downloads } from '../../download/types.ts';
import type { Store } from '../../store/types.ts';
import type { Background } from '../background.ts';
import type { Watching } from '../watching.ts';

/** Bits rot slowly: so often everything is read once. */
const EVERY_MS: Ms = 7 * DAY_MS;
/** Nobody starts Layover to hear the disk: first things first. */
const AFTER_START_MS: Ms = 10 * MINUTE_MS;
const LOOK_AGAIN_MS: Ms = HOUR_MS;

/**
 * Verifies all that is stored once a week, while nothing else goes on: nothing plays, nothing is downloaded, no
 * battery is emptied. What begins meanwhile stops it; it goes on from there an hour later.
 */
export function scheduleChecks(parts: {
  readonly clock: Clock;
  readonly power: PowerSignal;
  readonly downloads: Pick<Downloads, 'check' | 'list'>;
  readonly store: Pick<Store, 'isPresent' | 'usedBytes'>;
  readonly watching: Watching;
  readonly background: Background;
}): { giveWay(): void } {
  const { clock, power, downloads, store, watching, background } = parts;
  let isOurs = false;

  const isIdle = () =>
    !watching.isRunning() &&
    !power.isOnBattery() &&
    !downloads.list().some(({ state }) => state === 'downloading' || state === 'verifying');

  function isDue(): boolean {
    const { check, lastCheck } = downloads.check.status();
    return check === null && (lastCheck === null || clock.now() - lastCheck.finishedAtMs >= EVERY_MS);
  }

  async function nowAndThen(): Promise<void> {
    await clock.sleep(AFTER_START_MS, background.signal);
    while (!background.signal.aborted) {
      if (store.usedBytes() > 0 && isDue() && isIdle() && (await store.isPresent())) {
        isOurs = true;
        downloads.check.start();
      }
      await clock.sleep(LOOK_AGAIN_MS, background.signal);
    }
  }
  background.run('check', nowAndThen);

  return {
    /** Something may have begun. One that the viewer asked for is not stopped by it. */
    giveWay(): void {
      if (!isOurs) return;
      if (downloads.check.status().check === null) isOurs = false;
      else if (!isIdle()) {
        isOurs = false;
        background.run('check', () => downloads.check.cancel());
      }
    },
  };
}
