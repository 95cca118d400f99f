import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { durationText, parseDuration } from '../shared/lab-scenario.ts';
import type { Scenario, ScenarioFailure, ScenarioResult } from '../shared/lab-scenario.ts';
import { perform } from './actions.ts';
import { createRun } from './run.ts';
import type { Run } from './run.ts';

/**
 * Runs a scenario on the license stage itself: its database in a folder that is removed afterwards, licenses that
 * are signed and sealed as the service does it, a clock that stands still between steps. Takes no longer than
 * the work does, whatever time passes in it.
 */
export async function simulate(scenario: Scenario): Promise<ScenarioResult> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'layover-lab-'));
  try {
    const { run, result } = await play(scenario, folder);
    await run.app.close('in-order');
    return result;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The same, and leaves it as it is after the last step; its app is the caller's to close. */
export async function play(
  scenario: Scenario,
  folder: string,
): Promise<{ run: Run; result: ScenarioResult }> {
  const run = await createRun(scenario, folder);
  const failures: ScenarioFailure[] = [];
  let expectations = 0;
  try {
    run.observe('time');
    for (const [index, step] of scenario.steps.entries()) {
      run.step = { step: index + 1, do: step.do };
      const wrong: string[] = [];
      if (step.at !== undefined) {
        const waitMs = (parseDuration(step.at) ?? 0) - run.sinceStart();
        if (waitMs < 0) wrong.push(`it is later already: ${durationText(run.sinceStart())}`);
        await run.advance(Math.max(0, waitMs));
        await run.contact();
      }
      if (step.do.startsWith('expect')) expectations++;
      wrong.push(await perform(run, step));
      run.observe('step');
      await run.contact();
      const message = wrong.filter(Boolean).join('\n');
      if (message) failures.push({ step: index + 1, at: durationText(run.sinceStart()), message });
    }
  } catch (thrown) {
    await run.app.close('in-order').catch(() => undefined);
    throw thrown;
  }
  const ok = failures.length === 0;
  return { run, result: { ok, title: scenario.title, expectations, changes: [...run.changes], failures } };
}
