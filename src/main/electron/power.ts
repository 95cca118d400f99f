import type { PowerMonitor, PowerSaveBlocker } from 'electron';
import type { PowerSignal } from '../../shared/platform.ts';

/** Sleep, waking and the charger as the system tells them; staying awake only while something asks for it. */
export function createPowerSignal(monitor: PowerMonitor, blocker: PowerSaveBlocker): PowerSignal {
  return {
    onSuspend: (listener) => {
      monitor.on('suspend', listener);
      return () => void monitor.off('suspend', listener);
    },
    onResume: (listener) => {
      monitor.on('resume', listener);
      return () => void monitor.off('resume', listener);
    },
    isOnBattery: () => monitor.isOnBatteryPower(),
    onSupplyChange: (listener) => {
      monitor.on('on-ac', listener);
      monitor.on('on-battery', listener);
      return () => {
        monitor.off('on-ac', listener);
        monitor.off('on-battery', listener);
      };
    },
    stayAwake: (reason) => {
      const id = blocker.start(reason === 'playing' ? 'prevent-display-sleep' : 'prevent-app-suspension');
      let isHeld = true;
      return () => {
        if (isHeld) blocker.stop(id);
        isHeld = false;
      };
    },
  };
}
