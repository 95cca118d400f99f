import { rmSync } from 'node:fs';
import path from 'node:path';
import { implement } from '@orpc/server';
import type { Licenses, TrustedTime } from '../license/types.ts';
import { labContract } from '../shared/lab-contract.ts';
import type { ClockMove, LabState } from '../shared/lab-contract.ts';
import type { Platform, PowerSignal } from '../shared/platform.ts';
import type { Ms } from '../shared/units.ts';
import { exportScenario } from './export-scenario.ts';
import { createFaults } from './faults.ts';
import { createJournal } from './journal.ts';
import { createStage } from './stage.ts';
import type { Stage } from './stage.ts';
import { clockOf, grantsOf, verdictAt } from './timeline.ts';
import { createVirtualClock } from './virtual-clock.ts';

/** Of the engine's parts, what the lab looks at and moves. */
export interface LabParts {
  readonly licenses: Licenses;
  readonly trustedTime: TrustedTime;
  /** Screens are told that everything may be different. */
  changed(): void;
  /** Looks whether the service is there, and hears its time. */
  probe(): void;
}

/**
 * The lab in a running app: a host that was started with `--qa` gives its engine this platform in place of its own,
 * and these procedures beside the contract's. `offsetMs`: how far from the machine's clock it begins.
 */
export function createLab(platform: Platform, offsetMs: Ms = 0) {
  const clock = createVirtualClock(platform.clock, offsetMs);
  const faults = createFaults(platform);
  const power = sleepingPower(faults.parts.power);

  function move(change: ClockMove): void {
    if (change.do === 'step') clock.step(change.ms);
    else if (change.do === 'set') clock.setWall(change.wallMs);
    else if (change.do === 'rate') clock.setRate(change.rate);
    else power.sleep(() => clock.suspend(change.ms));
  }

  function extend(parts: LabParts) {
    const { licenses, trustedTime } = parts;
    const journal = createJournal({ folder: platform.paths.userData, clock, licenses, time: trustedTime });
    const procedures = implement(labContract);
    const stageFolder = path.join(platform.paths.userData, 'lab-scenario');
    rmSync(stageFolder, { recursive: true, force: true });
    let stage: Stage | null = null;
    /** One after another: a stage that moves is not put away under its feet. */
    let turn: Promise<unknown> = Promise.resolve();
    const inTurn = <T>(act: () => Promise<T>): Promise<T> => {
      const done = turn.then(act);
      turn = done.catch(() => undefined);
      return done;
    };
    async function putAway(): Promise<void> {
      const before = stage;
      stage = null;
      await before?.close();
    }

    const goneOn = async () => stage?.goOn();
    function state(): LabState {
      return {
        clock: clockOf(clock, trustedTime, clock.rate()),
        faults: faults.now,
        grants: grantsOf(licenses),
        scenario: stage?.state() ?? null,
      };
    }
    const changed = () => {
      parts.changed();
      return state();
    };

    return {
      lab: {
        state: procedures.lab.state.handler(() => inTurn(() => goneOn().then(state))),
        clock: procedures.lab.clock.handler(({ input }) => {
          const wallMs = clock.now();
          if (input.do === 'rate') {
            move(input);
            journal.rate(input.rate);
          } else journal.during(moved[input.do], () => move(input));
          const setByMs = clock.now() - wallMs;
          return inTurn(async () => {
            await goneOn();
            await stage?.move(input, setByMs);
            return changed();
          });
        }),
        faults: procedures.lab.faults.handler(({ input }) => {
          faults.change(input);
          const { serviceTimeWrongByMs: wrongByMs = 0 } = input;
          if (wrongByMs !== 0)
            journal.during('heard', () => trustedTime.observeServiceTime(trustedTime.now() + wrongByMs));
          parts.probe();
          return changed();
        }),
        revoke: procedures.lab.revoke.handler(({ input }) => {
          licenses.takeBack(input.videoId);
          return changed();
        }),
        verdictAt: procedures.lab.verdictAt.handler(({ input }) => {
          if (input.of === 'scenario' && stage) return stage.verdictAt(input.videoId, input.atMs);
          return verdictAt(licenses, input.videoId, input.atMs);
        }),
        exportScenario: procedures.lab.exportScenario.handler(() => exportScenario(licenses, journal)),
        importScenario: procedures.lab.importScenario.handler(({ input }) =>
          inTurn(async () => {
            await putAway();
            stage = await createStage(input, stageFolder, () => platform.clock.monotonic());
            return stage.result;
          }),
        ),
        putAway: procedures.lab.putAway.handler(() => inTurn(() => putAway().then(state))),
      },
    };
  }

  const labPlatform: Platform = { ...platform, ...faults.parts, clock, power: power.signal };
  return { platform: labPlatform, extend };
}
const moved = { step: 'passed', set: 'set', sleep: 'slept' } as const;

export type Lab = ReturnType<typeof createLab>;

/** The machine's power signal, and a lid that the lab can close. */
function sleepingPower(inner: PowerSignal) {
  const suspending = new Set<() => void>();
  const resuming = new Set<() => void>();
  const both =
    (own: Set<() => void>, listen: (listener: () => void) => () => void) => (listener: () => void) => {
      own.add(listener);
      const stop = listen(listener);
      return () => {
        own.delete(listener);
        stop();
      };
    };
  const signal: PowerSignal = {
    ...inner,
    onSuspend: both(suspending, (listener) => inner.onSuspend(listener)),
    onResume: both(resuming, (listener) => inner.onResume(listener)),
  };
  return {
    signal,
    sleep(meanwhile: () => void) {
      for (const listener of [...suspending]) listener();
      meanwhile();
      for (const listener of [...resuming]) listener();
    },
  };
}
