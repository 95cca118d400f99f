import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../testing/temporary-folder.ts';
import { Scenario, actionNames } from '../shared/lab-scenario.ts';
import { simulate } from './simulate.ts';
import { createStage } from './stage.ts';

const folder = path.join(import.meta.dirname, 'scenarios');
const read = (file: string) => Scenario.parse(JSON.parse(readFileSync(path.join(folder, file), 'utf8')));
const files = readdirSync(folder);

describe('the scenarios that come along', { timeout: 60_000 }, () => {
  it.each(files)('%s holds, and imported it stands as its run says', async (file) => {
    const stage = await createStage(read(file), temporaryFolder(), () => 0);
    const { failures, expectations, changes } = stage.result;
    expect(failures).toEqual([]);
    expect(expectations).toBeGreaterThan(0);
    for (const { videoId, verdict } of stage.state().grants) {
      const last = changes.findLast(({ video, viewing }) => video === videoId && viewing === null);
      expect(verdict).toEqual(last?.verdict);
    }
    await stage.close();
  });

  it.each(files.filter((_file, index) => index % 10 === 0))('%s: an import is a simulation', async (file) => {
    const stage = await createStage(read(file), temporaryFolder(), () => 0);
    await stage.close();
    expect(stage.result).toEqual(await simulate(read(file)));
  });

  it('are many, and between them do all that can be done', () => {
    const steps = files.flatMap((file) => read(file).steps.map((step) => step.do));
    expect(files.length).toBeGreaterThan(25);
    expect([...new Set(steps)].sort()).toEqual([...actionNames].sort());
  });
});
