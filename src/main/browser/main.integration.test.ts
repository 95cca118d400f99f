import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { z } from 'zod';
import { named, noSignals } from '../../../testing/systems.ts';
import { createHttpClient } from '../../renderer/transport/client.ts';

const root = path.resolve(import.meta.dirname, '../../..');
const Ready = z.object({ url: z.url(), pid: z.number() });
let userData: string;
const children: ChildProcess[] = [];

beforeAll(async () => {
  const build = spawn(process.execPath, ['scripts/build.ts'], { cwd: root, stdio: 'inherit' });
  expect((await once(build, 'exit'))[0]).toBe(0);
});
beforeEach(() => {
  userData = mkdtempSync(path.join(tmpdir(), 'layover-host-'));
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

interface Started {
  readonly child: ChildProcess;
  readonly firstLine: Promise<string>;
  readonly exit: Promise<number | null>;
  stderr: string;
}
function start(...args: string[]): Started {
  const argv = ['src/main/browser/main.ts', '--data', userData, '--open', 'print', '--json', ...args];
  const child = spawn(process.execPath, argv, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  children.push(child);
  const exit = once(child, 'close').then(([code]) => code as number | null);
  const lines = createInterface({ input: child.stdout });
  const firstLine = Promise.race([once(lines, 'line').then(([line]) => String(line)), exit.then(() => '')]);
  const started: Started = { child, firstLine, exit, stderr: '' };
  child.stderr.on('data', (chunk) => (started.stderr += String(chunk)));
  return started;
}
async function enter(url: string): Promise<{ origin: string; cookie: string }> {
  const answer = await fetch(url, { redirect: 'manual' });
  expect(answer.status).toBe(303);
  return { origin: new URL(url).origin, cookie: String(answer.headers.getSetCookie()[0]).split(';')[0]! };
}

it('starts without a network, and serves the real engine to its window', async () => {
  const host = start('--service', 'http://127.0.0.1:9');
  const ready = Ready.parse(JSON.parse(await host.firstLine));
  expect(ready.pid).toBe(host.child.pid);
  const { origin, cookie } = await enter(ready.url);
  expect(await (await fetch(origin, { headers: { cookie } })).text()).toContain('<div id="root">');
  const client = createHttpClient(`${origin}/rpc`, (input, init) => {
    const request = new Request(input, init);
    request.headers.set('cookie', cookie);
    return fetch(request);
  });
  expect(await client.app.status()).toMatchObject({
    host: 'browser',
    account: null,
    secretsProtection: 'file',
  });
  expect((await client.settings.read()).serviceUrl).toBe('http://127.0.0.1:9');
  expect((await fetch(`${origin}/media/none/master.m3u8`, { headers: { cookie } })).status).toBe(404);
  expect(host.stderr).toBe('');
});

it.skipIf(noSignals)(named('ends in good order on SIGTERM', noSignals), async () => {
  const host = start();
  await host.firstLine;
  host.child.kill('SIGTERM');
  expect(await host.exit).toBe(0);
  expect(host.stderr).toBe('');
});

it('moves the clock by the offset that a tester gives', async () => {
  const host = start('--qa-clock-offset-ms', String(40 * 86_400_000));
  const { origin, cookie } = await enter(Ready.parse(JSON.parse(await host.firstLine)).url);
  const client = createHttpClient(`${origin}/rpc`, (input, init) => {
    const request = new Request(input, init);
    request.headers.set('cookie', cookie);
    return fetch(request);
  });
  expect((await client.app.status()).nowMs).toBeGreaterThan(Date.now() + 39 * 86_400_000);
});

it('does not start twice on one folder, and says so', async () => {
  const first = start();
  await first.firstLine;
  const second = start();
  expect(JSON.parse(await second.firstLine)).toMatchObject({ error: { code: 'database/in-use' } });
  expect(await second.exit).toBe(1);
  expect(second.stderr).toContain('running already');
});

it('says in one sentence what is wrong on the command line', async () => {
  const host = start('--port', 'x');
  expect(await host.exit).toBe(2);
  expect(host.stderr).toMatch(/^--port: .+\n$/);
});
