import type { PowerSignal } from '../src/shared/platform.ts';

export interface FakePower extends PowerSignal {
  suspend(): void;
  resume(): void;
  /** Pulls the charger, or plugs it in. */
  setOnBattery(isOnBattery: boolean): void;
  /** Why the machine is kept awake just now. */
  readonly awake: readonly string[];
}

/** A machine that sleeps, wakes and is unplugged when a test says so. */
export function createFakePower(): FakePower {
  const listeners = {
    suspend: new Set<() => void>(),
    resume: new Set<() => void>(),
    supply: new Set<() => void>(),
  };
  let isOnBattery = false;
  const awake: string[] = [];
  const on = (set: Set<() => void>) => (listener: () => void) => {
    set.add(listener);
    return () => void set.delete(listener);
  };
  const tell = (set: Set<() => void>) => {
    for (const listener of [...set]) listener();
  };
  return {
    awake,
    onSuspend: on(listeners.suspend),
    onResume: on(listeners.resume),
    onSupplyChange: on(listeners.supply),
    isOnBattery: () => isOnBattery,
    stayAwake(reason) {
      awake.push(reason);
      let isHeld = true;
      return () => {
        if (isHeld) awake.splice(awake.indexOf(reason), 1);
        isHeld = false;
      };
    },
    suspend: () => tell(listeners.suspend),
    resume: () => tell(listeners.resume),
    setOnBattery(now) {
      isOnBattery = now;
      tell(listeners.supply);
    },
  };
}
