import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { Scenario, actionNames } from '../shared/lab-scenario.ts';
import { simulate } from './simulate.ts';

const folder = path.join(import.meta.dirname, 'scenarios');
const read = (file: string) => Scenario.parse(JSON.parse(readFileSync(path.join(folder, file), 'utf8')));
const files = readdirSync(folder);

describe('the scenarios that come along', { timeout: 60_000 }, () => {
  it.each(files)('%s holds', async (file) => {
    const { failures, expectations } = await simulate(read(file));
    expect(failures).toEqual([]);
    expect(expectations).toBeGreaterThan(0);
  });

  it('are many, and between them do all that can be done', () => {
    const steps = files.flatMap((file) => read(file).steps.map((step) => step.do));
    expect(files.length).toBeGreaterThan(25);
    expect([...new Set(steps)].sort()).toEqual([...actionNames].sort());
  });
});
