import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeBaseUrl } from './address.ts';

const secret = 'a secret of the whole fleet';
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'layover-oca-'));
  await mkdir(path.join(folder, 'film/v-720p'), { recursive: true });
  await writeFile(path.join(folder, 'film/v-720p/1.m4s'), 'segment');
});
afterEach(() => rm(folder, { recursive: true }));

function run(args: string[], env: Record<string, string> = { LAYOVER_OCA_SECRET: secret }) {
  const main = path.join(import.meta.dirname, 'main.ts');
  return spawn(process.execPath, [main, ...args], { env: { ...process.env, ...env }, stdio: 'pipe' });
}

describe('an OCA process', () => {
  it('says where it listens, serves, moves its clock, and ends with its parent', async () => {
    const child = run(['--id', 'oca-9', '--media', folder, '--qa-clock-offset-ms', '3600000']);
    const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
    const ready = JSON.parse(line) as { ocaId: string; url: string; pid: number };
    expect(ready).toEqual({ ocaId: 'oca-9', url: expect.any(String), pid: child.pid });

    const seconds = Math.floor(Date.now() / 1000);
    const address = (expiresAtSeconds: number) =>
      `${makeBaseUrl(ready.url, { ocaId: 'oca-9', videoId: 'film', expiresAtSeconds }, secret)}film/v-720p/1.m4s`;
    expect(await (await fetch(address(seconds + 7200))).text()).toBe('segment');
    expect((await fetch(address(seconds + 1800))).status).toBe(403);

    child.stdin.end();
    expect(await once(child, 'exit')).toEqual([0, null]);
  });

  it('ends on SIGTERM', async () => {
    const child = run(['--id', 'oca-9', '--media', folder]);
    await once(createInterface(child.stdout), 'line');
    child.kill('SIGTERM');
    await once(child, 'exit');
    expect(child.exitCode ?? child.signalCode).not.toBeNull();
  });

  it.each([
    ['no secret', ['--id', 'oca-9', '--media', '.'], { LAYOVER_OCA_SECRET: '' }],
    ['a bad port', ['--id', 'oca-9', '--media', '.', '--port', '99999'], { LAYOVER_OCA_SECRET: secret }],
    ['an unknown option', ['--id', 'oca-9', '--media', '.', '--fast'], { LAYOVER_OCA_SECRET: secret }],
  ])('explains itself when started with %s', async (_, args, env) => {
    const child = run(args, env);
    let errors = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
    const [code] = (await once(child, 'close')) as [number];
    expect(code).toBe(2);
    expect(errors).toContain('usage:');
  });
});
