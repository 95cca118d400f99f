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
  /** As the lab's clock is moved: as much time passes here, awake or asleep; `setByMs`: by how much the lab's clock was set. */
  move(change: ClockMove, setByMs: Ms): Promise<void>;
  close(): Promise<void>;
}

/** `folder`: the stage's alone; what lies there is removed, before and after. */
export async function createStage(scenario: Scenario, folder: string): Promise<Stage> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const { run, result } = await play(scenario, folder);
  return {
    result,
    state() {
      const { licenses, time } = run.app;
      const clock = clockOf(run.clock, time, 0);
      return { title: scenario.title, clock, grants: grantsOf(licenses) };
    },
    verdictAt: (videoId, atMs) => verdictAt(run.app.licenses, videoId, atMs),
    async move(change, setByMs) {
      if (change.do === 'step') await run.advance(change.ms);
      else if (change.do === 'sleep') await run.advance(change.ms, 'asleep');
      else if (change.do === 'set') run.clock.setWall(run.clock.now() + setByMs);
    },
    async close() {
      await run.app.close('in-order');
      await rm(folder, { recursive: true, force: true });
    },
  };
}
