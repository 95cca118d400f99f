import { mkdir, rm } from 'node:fs/promises';
import type { ClockMove, LabScenario } from '../shared/lab-contract.ts';
import type { Scenario, ScenarioResult } from '../shared/lab-scenario.ts';
import type { Verdict } from '../shared/license.ts';
import type { Ms } from '../shared/units.ts';
import { play } from './simulate.ts';
import { clockOf, grantsOf, verdictAt } from './timeline.ts';

/** A scenario that was brought into a running app: its own licenses on its own computer, as its last step left them. */
export interface Stage {
  readonly result: ScenarioResult;
  state(): LabScenario;
  /** Throws `license/none`. */
  verdictAt(videoId: string, atMs: Ms): Verdict;
  /** Lets pass what has passed since it was looked at last, at the scenario's own rate. */
  goOn(): Promise<void>;
  /** As the lab's clock is moved: as much time passes here, awake or asleep; `setByMs`: by how much the lab's clock was set. */
  move(change: ClockMove, setByMs: Ms): Promise<void>;
  close(): Promise<void>;
}

/** `folder`: the stage's alone; what lies there is removed, before and after. `monotonic`: the machine's, not the lab's. */
export async function createStage(scenario: Scenario, folder: string, monotonic: () => Ms): Promise<Stage> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const { run, result } = await play(scenario, folder);
  let lookedAtMs = monotonic();
  return {
    result,
    state() {
      const { licenses, time } = run.app;
      const clock = clockOf(run.clock, time, run.rate);
      return { title: scenario.title, clock, grants: grantsOf(licenses) };
    },
    verdictAt: (videoId, atMs) => verdictAt(run.app.licenses, videoId, atMs),
    async goOn() {
      const passedMs = Math.round((monotonic() - lookedAtMs) * run.rate);
      lookedAtMs = monotonic();
      if (passedMs > 0) await run.advance(passedMs);
    },
    async move(change, setByMs) {
      if (change.do === 'step') await run.advance(change.ms);
      else if (change.do === 'sleep') await run.advance(change.ms, 'asleep');
      else if (change.do === 'rate') run.rate = change.rate;
      else if (change.do === 'set') run.clock.setWall(run.clock.now() + setByMs);
    },
    async close() {
      await run.app.close('in-order');
      await rm(folder, { recursive: true, force: true });
    },
  };
}
