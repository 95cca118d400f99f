import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { globSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import BetterSqlite3 from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { named } from '../../testing/systems.ts';
import { createSystemClock } from '../platform/clock.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../shared/units.ts';

/** The injected clock proves it from inside; this moves the clock of a whole process from outside. */
const [library] = globSync('/usr/lib/*/faketime/libfaketimeMT.so.1');
const cannot = library === undefined ? 'libfaketime is not installed' : undefined;

const Answer = z.object({
  wallMs: z.number(),
  nowMs: z.number(),
  isBehind: z.boolean(),
  verdict: z.string(),
  zone: z.number(),
});
let folder: string;
let clockFile: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'layover-clock-'));
  clockFile = path.join(folder, 'clock');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** A process whose clock shows the true time and so much more, in libfaketime's words. */
async function start(offset: string, env: Record<string, string> = {}) {
  await writeFile(clockFile, offset);
  const script = path.resolve(import.meta.dirname, '../../testing/license-clock/child.ts');
  const child = spawn(process.execPath, [script, folder], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: {
      ...process.env,
      LD_PRELOAD: library,
      FAKETIME_TIMESTAMP_FILE: clockFile,
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
      ...env,
    },
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const exited = once(child, 'exit');
  return {
    setClock: (to: string) => writeFile(clockFile, to),
    async ask(command: string) {
      child.stdin.write(`${command}\n`);
      const { value } = (await lines.next()) as { value: string };
      return Answer.parse(JSON.parse(value));
    },
    async close() {
      child.stdin.end();
      await exited;
    },
  };
}
/** So late an answer may come on a busy machine; every jump here is longer by far. */
const near = (ms: number, expectedMs: number) =>
  expect(Math.abs(ms - expectedMs)).toBeLessThan(10 * MINUTE_MS);

test.skipIf(cannot)(named('a clock that is set while the app runs', cannot), async () => {
  const app = await start('+0');
  near((await app.ask('look')).nowMs, Date.now());
  await app.setClock('-3d');
  const back = await app.ask('look');
  near(back.wallMs, Date.now() - 3 * DAY_MS);
  near(back.nowMs, Date.now());
  expect(back).toMatchObject({ isBehind: true, verdict: 'clock-behind' });
  await app.setClock('+0');
  expect(await app.ask('look')).toMatchObject({ isBehind: false, verdict: 'allowed' });

  // Forward by mistake: believed, and a window ends; the service's word takes it back, and play goes on.
  await app.setClock('+40d');
  const ahead = await app.ask('look');
  near(ahead.nowMs, Date.now() + 40 * DAY_MS);
  expect(ahead).toMatchObject({ isBehind: false, verdict: 'rental-expired' });
  const heard = await app.ask(`hear ${Date.now()}`);
  near(heard.nowMs, Date.now());
  expect(heard).toMatchObject({ isBehind: false, verdict: 'allowed' });
  await app.setClock('+0');
  expect(await app.ask('look')).toMatchObject({ isBehind: false, verdict: 'allowed' });
  await app.close();
});

const isDumb = cannot ?? (createSystemClock().uptime ? undefined : 'this system names none of its starts');
test.skipIf(isDumb)(
  named('a clock that is set back by what passed while the app was closed', isDumb),
  async () => {
    const first = await start('+0');
    const { nowMs } = await first.ask('look');
    await first.close();
    // As if it had been closed right after the machine was started: nobody waits for that here.
    const onMs = os.uptime() * SECOND_MS;
    const sql = new BetterSqlite3(path.join(folder, 'layover.db'));
    expect(sql.prepare('UPDATE trusted_time SET uptime_ms = 0 WHERE boot IS NOT NULL').run().changes).toBe(1);
    sql.close();
    const back = await start('+0');
    const late = await back.ask('look');
    expect(late.nowMs).toBeGreaterThanOrEqual(nowMs + onMs - 3 * SECOND_MS);
    expect(late.nowMs).toBeLessThanOrEqual(Date.now() + os.uptime() * SECOND_MS);
    await back.close();
  },
  60_000,
);

test.skipIf(cannot)(
  named('a clock that is set while the app is closed, and a journey through time zones', cannot),
  async () => {
    const first = await start('+0', { TZ: 'Europe/Madrid' });
    await first.ask('watch');
    const before = await first.ask('look');
    await first.close();

    // The other side of the date line, and summer there: another wall, the same time.
    const traveled = await start('+0', { TZ: 'Pacific/Auckland' });
    const there = await traveled.ask('look');
    expect(there.zone).not.toBe(before.zone);
    expect(there.nowMs).toBeGreaterThanOrEqual(before.nowMs);
    near(there.nowMs, Date.now());
    expect(there).toMatchObject({ isBehind: false, verdict: 'allowed' });
    await traveled.close();

    const back = await start('-2h');
    expect(await back.ask('look')).toMatchObject({ isBehind: true, verdict: 'clock-behind' });
    near((await back.ask('look')).nowMs, Date.now());
    await back.close();

    const later = await start('+49h');
    expect(await later.ask('look')).toMatchObject({ isBehind: false, verdict: 'playback-expired' });
    await later.close();
    // It is known now to have been that late: an honest clock is behind it until the service speaks.
    const honest = await start('+0');
    expect(await honest.ask('look')).toMatchObject({ isBehind: true });
    near((await honest.ask('look')).nowMs, Date.now() + 49 * HOUR_MS);
    expect(await honest.ask(`hear ${Date.now()}`)).toMatchObject({ isBehind: false, verdict: 'allowed' });
    await honest.close();
  },
);
