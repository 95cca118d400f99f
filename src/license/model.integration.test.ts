import { execFile } from 'node:child_process';
import { randomInt } from 'node:crypto';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const main = path.resolve(import.meta.dirname, '../../testing/license-model/main.ts');

/** Others each time; a failure prints its seed. A million: `npm run bench -- license`. */
const SEQUENCES = 20_000;
const PROCESSES = 2;

test('licenses do in any order of events what docs/licensing.md says', async () => {
  const part = async () => {
    const input = JSON.stringify({ seed: randomInt(2 ** 31), sequences: SEQUENCES / PROCESSES });
    // The machine is full with one thread each; more only wait for each other.
    const env = { ...process.env, UV_THREADPOOL_SIZE: '1' };
    const { stdout } = await promisify(execFile)(process.execPath, [main, input], { env });
    return JSON.parse(stdout) as { sequences: number };
  };
  const done = await Promise.all(Array.from({ length: PROCESSES }, part));
  expect(done.reduce((sum, { sequences }) => sum + sequences, 0)).toBe(SEQUENCES);
}, 1_200_000);
