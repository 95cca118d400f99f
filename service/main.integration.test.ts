import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { film } from '../testing/service-api.ts';
import { noSignals } from '../testing/systems.ts';
import { DAY_MS } from '../src/shared/units.ts';
import { ServiceFile } from './supervisor/state-file.ts';

interface Run {
  readonly child: ChildProcess;
  readonly lines: string[];
  readonly errors: string[];
  readonly ended: Promise<number | null>;
}

let folder: string;
const runs: Run[] = [];
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'layover-main-'));
});
afterEach(async () => {
  for (const { child, ended } of runs.splice(0)) {
    stop(child);
    await ended;
  }
  await rm(folder, { recursive: true });
});

/** In good order, on every system: Windows knows no SIGTERM, but every service here also ends with its input. */
function stop(child: ChildProcess): void {
  if (noSignals) child.stdin?.end();
  else child.kill('SIGTERM');
}

function start(...args: string[]): Run {
  const main = path.join(import.meta.dirname, 'main.ts');
  const child = spawn(process.execPath, [main, ...args], { stdio: 'pipe' });
  const run: Run = {
    child,
    lines: [],
    errors: [],
    ended: once(child, 'close').then(([code]) => code as number | null),
  };
  createInterface({ input: child.stdout }).on('line', (line) => run.lines.push(line));
  createInterface({ input: child.stderr }).on('line', (line) => run.errors.push(line));
  runs.push(run);
  return run;
}
const serviceJson = () => path.join(folder, 'service.json');
const readService = async () => ServiceFile.parse(JSON.parse(await readFile(serviceJson(), 'utf8')));

async function poll<T>(look: () => Promise<T | undefined> | T | undefined): Promise<T> {
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    await sleep(20);
  }
}
async function startService(...args: string[]): Promise<{ run: Run; service: ServiceFile }> {
  const run = start('--data', folder, '--no-encode', '--exit-with-parent', ...args);
  const service = await poll(async () => {
    if (run.child.exitCode !== null) throw new Error(run.errors.join('\n'));
    return existsSync(serviceJson()) ? readService() : undefined;
  });
  return { run, service };
}
const answers = (url: string) =>
  fetch(url).then(
    async (response) => {
      await response.body?.cancel();
      return true;
    },
    () => false,
  );
const portOf = (url: string) => new URL(url).port;

describe('the service', () => {
  it('runs as one, fills its OCAs as titles come, and stops as one', async () => {
    const { run, service } = await startService('--json', '--control');
    expect(service.ocas.map(({ ocaId }) => ocaId)).toEqual(['oca-1', 'oca-2', 'oca-3', 'oca-4']);
    expect(new Set([service.pid, ...service.ocas.map(({ pid }) => pid)]).size).toBe(5);
    const ready = await poll(() => run.lines[0]);
    expect(JSON.parse(ready)).toEqual({ event: 'ready', ...service });
    for (const { controlUrl } of service.ocas)
      expect((await fetch(controlUrl ?? '')).status, controlUrl ?? 'no control').toBe(200);

    await mkdir(path.join(folder, 'titles'), { recursive: true });
    for (const titleId of ['one', 'two', 'three'])
      await writeFile(
        path.join(folder, 'titles', `${titleId}.json`),
        JSON.stringify({ format: 1, title: film(titleId) }),
      );
    const holds = async (ocaId: string) =>
      z
        .array(z.string())
        .parse(JSON.parse(await readFile(path.join(folder, 'ocas', `${ocaId}.holds.json`), 'utf8')));
    const held = async () => [(await holds('oca-1')).length, (await holds('oca-2')).length].join();
    await poll(async () => ((await held()) === '2,2' ? true : undefined));

    stop(run.child);
    expect(await run.ended).toBe(0);
    expect(existsSync(serviceJson())).toBe(false);
    for (const { url } of service.ocas) expect(await answers(url)).toBe(false);
    expect(await answers(service.apiUrl)).toBe(false);
  });

  it('has the same addresses after a restart, and tells the time of its tester', async () => {
    const first = await startService();
    stop(first.run.child);
    await first.run.ended;
    const second = await startService('--qa-clock-offset-ms', String(40 * DAY_MS));
    expect(second.service.apiUrl).toBe(first.service.apiUrl);
    expect(second.service.ocas.map(({ url }) => url)).toEqual(first.service.ocas.map(({ url }) => url));
    const time = await fetch(`${second.service.apiUrl}/api/v1/time`);
    const { nowMs } = z.object({ nowMs: z.number() }).parse(await time.json());
    expect(Math.round((nowMs - Date.now()) / DAY_MS)).toBe(40);
  });

  it('moves to another port where its own was taken', async () => {
    const first = await startService('--ocas', '2');
    stop(first.run.child);
    await first.run.ended;
    const squatters = await Promise.all(
      [first.service.apiUrl, ...first.service.ocas.map(({ url }) => url)].map(async (url) => {
        const server = createServer();
        server.listen(Number(portOf(url)), '127.0.0.1');
        await once(server, 'listening');
        return server;
      }),
    );
    try {
      const { service } = await startService('--ocas', '2');
      const taken = squatters.map((server) => String((server.address() as AddressInfo).port));
      for (const url of [service.apiUrl, ...service.ocas.map((oca) => oca.url)])
        expect(taken).not.toContain(portOf(url));
    } finally {
      for (const server of squatters) server.close();
    }
  });

  it('ends when its parent does, and so do its OCAs', async () => {
    const { run, service } = await startService();
    run.child.stdin?.end();
    expect(await run.ended).toBe(0);
    expect(existsSync(serviceJson())).toBe(false);
    for (const { url } of service.ocas) expect(await answers(url)).toBe(false);
  });

  it('leaves no OCA behind when it is killed', async () => {
    const { run, service } = await startService();
    run.child.kill('SIGKILL');
    await run.ended;
    for (const { url } of service.ocas) await poll(async () => ((await answers(url)) ? undefined : true));
  });
});

describe('an OCA that dies', () => {
  const pidOf = (service: ServiceFile, ocaId: string) => service.ocas.find((oca) => oca.ocaId === ocaId)?.pid;

  it('is started again under the same address, but not for ever', async () => {
    const { service } = await startService('--ocas', '2');
    const url = service.ocas[0]?.url;
    let pid = pidOf(service, 'oca-1') ?? 0;
    for (let deaths = 1; deaths <= 3; deaths += 1) {
      process.kill(pid, 'SIGKILL');
      pid = await poll(async () => {
        const now = pidOf(await readService(), 'oca-1');
        return now === pid ? undefined : now;
      });
    }
    expect((await readService()).ocas[0]?.url).toBe(url);
    expect(await answers(url ?? '')).toBe(true);
    process.kill(pid, 'SIGKILL');
    await poll(async () => (pidOf(await readService(), 'oca-1') === undefined ? true : undefined));
    expect(await answers(url ?? '')).toBe(false);
  });

  it('stays dead with --no-restart, and is no longer given out', async () => {
    const { service } = await startService('--ocas', '3', '--no-restart');
    process.kill(pidOf(service, 'oca-1') ?? 0, 'SIGKILL');
    await poll(async () => (pidOf(await readService(), 'oca-1') === undefined ? true : undefined));
    expect((await readService()).ocas.map(({ ocaId }) => ocaId)).toEqual(['oca-2', 'oca-3']);
  });
});

describe('refused', () => {
  it.each([
    ['no folder', []],
    ['an unknown option', ['--data', '.', '--fast']],
    ['a port that is none', ['--data', '.', '--port', '99999']],
  ])('%s, with the usage', async (_, args) => {
    const run = start(...args);
    expect(await run.ended).toBe(2);
    expect(run.errors.join('\n')).toContain('usage: node service/main.ts');
  });

  it('a second service on the same folder', async () => {
    const { service } = await startService('--ocas', '1');
    const second = start('--data', folder, '--no-encode');
    expect(await second.ended).toBe(1);
    expect(second.errors.join('\n')).toContain(`runs on this folder already (${service.apiUrl})`);
    expect(await answers(service.apiUrl)).toBe(true);
    expect(existsSync(serviceJson())).toBe(true);
  });

  it('a damaged database, which is left as it is', async () => {
    const damaged = 'no database at all '.repeat(100);
    await writeFile(path.join(folder, 'service.db'), damaged);
    const run = start('--data', folder, '--no-encode');
    expect(await run.ended).toBe(1);
    expect(run.errors.join('\n')).toContain('is damaged. Move it away');
    expect(await readFile(path.join(folder, 'service.db'), 'utf8')).toBe(damaged);
  });
});
