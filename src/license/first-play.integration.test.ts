import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createFakeClock } from '../../testing/fake-clock.ts';
import { createRecordingLog } from '../../testing/recording-log.ts';
import { mountSmallDisk, mountsImpossible } from '../../testing/mounts.ts';
import { named } from '../../testing/systems.ts';
import { openHeldGrants } from '../../testing/license-kill/open.ts';
import { openDatabase } from '../database/open.ts';
import type { Database } from '../database/types.ts';
import { DAY_MS, HOUR_MS } from '../shared/units.ts';
import { licenseMigrations } from './licenses.ts';

const startMs = Date.UTC(2026, 0, 5, 12);
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'layover-kill-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Runs the child until it says that `recordWatched` returned, then kills it without warning. */
async function killAfter(watchedSeconds: number, nowMs: number): Promise<string> {
  const script = path.resolve(import.meta.dirname, '../../testing/license-kill/child.ts');
  const child = spawn(process.execPath, [script, folder, String(watchedSeconds), String(nowMs)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  child.kill('SIGKILL');
  await exited;
  return line;
}

async function afterwards(nowMs: number) {
  const log = createRecordingLog();
  const { database, notices } = openDatabase({ folder, migrations: licenseMigrations, log });
  expect(notices).toEqual([]);
  try {
    const clock = createFakeClock(nowMs);
    const licenses = await openHeldGrants({ folder, database, clock, log });
    return licenses.verdict('v1');
  } finally {
    database.close();
  }
}

test('first play, the grace watched so far and the time survive kill -9', async () => {
  expect(await killAfter(3, startMs)).toBe('recorded null');
  expect(await killAfter(2, startMs + HOUR_MS)).toBe(`recorded ${startMs + HOUR_MS}`);
  const firstPlayAtMs = startMs + HOUR_MS;
  expect(await afterwards(startMs + 2 * HOUR_MS)).toMatchObject({ allowed: true, firstPlayAtMs });
  expect(await afterwards(firstPlayAtMs - DAY_MS)).toMatchObject({ reason: 'clock-behind' });
  expect(await afterwards(firstPlayAtMs + 48 * HOUR_MS)).toMatchObject({ reason: 'playback-expired' });
});

/** Kills it when it has said so many lines; gives all that it said until it was dead. */
async function killAtLine(count: number, nowMs: number): Promise<string[]> {
  const script = path.resolve(import.meta.dirname, '../../testing/license-kill/ticking.ts');
  const child = spawn(process.execPath, [script, folder, String(nowMs)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const lines: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line);
    if (lines.length === count) child.kill('SIGKILL');
  }
  await exited;
  return lines;
}

// The fifth second of watching is first play: lines 9 and 10.
test.each([1, 8, 9, 10, 11])(
  'a kill at line %i of watching neither loses first play nor moves it',
  async (count) => {
    const lines = await killAtLine(count, startMs);
    const said = (what: string) =>
      lines.filter((line) => line.startsWith(what)).map((line) => line.slice(what.length + 1));
    const recorded = said('recorded').find((first) => first !== 'nothing');
    const verdict = await afterwards(startMs + HOUR_MS);
    const firstPlayAtMs = verdict.allowed ? verdict.firstPlayAtMs : Number.NaN;
    if (recorded !== undefined) expect(firstPlayAtMs).toBe(Number(recorded));
    // It was not said any more: written in its moment, or not at all.
    else expect([null, ...said('about').slice(4, 5).map(Number)]).toContain(firstPlayAtMs);
    // What was watched before it counts, whatever the kill: the rest of the grace period is all that is left.
    const again = await killAtLine(12, startMs + HOUR_MS);
    const seconds = said('recorded').length;
    const firstAgain = again
      .filter((line) => line.startsWith('recorded'))
      .findIndex((line) => !line.endsWith('nothing'));
    if (firstPlayAtMs === null) expect(firstAgain).toBeLessThanOrEqual(4 - seconds);
    else expect(again[1]).toBe(`recorded ${firstPlayAtMs}`);
  },
);

test.skipIf(mountsImpossible)(
  named(
    'first play on a disk that is full: written into room of its own; without it held, not won by a kill, and written later',
    mountsImpossible,
  ),
  async () => {
    const disk = mountSmallDisk(4 * 1024 * 1024);
    const clock = createFakeClock(startMs);
    const log = createRecordingLog();
    const start = async () => {
      const { database } = openDatabase({ folder: disk.folder, migrations: licenseMigrations, log });
      return { database, licenses: await openHeldGrants({ folder: disk.folder, database, clock, log }) };
    };
    const viewing = { viewingId: 'a', durationSeconds: 600 };
    const fillers: string[] = [];
    const fill = ({ sql }: Database) => {
      // What was written before would have room for this, too.
      sql.pragma('wal_checkpoint(TRUNCATE)');
      const filler = path.join(disk.folder, `filler-${fillers.length}`);
      fillers.push(filler);
      expect(() => writeFileSync(filler, Buffer.alloc(8 * 1024 * 1024))).toThrow('ENOSPC');
    };
    const first = await start();
    for (const videoId of ['v0', 'v1']) await first.licenses.acquire(videoId, 'offline');
    fill(first.database);
    first.licenses.recordWatched('v0', 10, { ...viewing, viewingId: 'b' });
    expect(await first.licenses.contentKey('v0', 'b'), 'room was set aside for it').toHaveLength(16);

    fill(first.database);
    first.licenses.recordWatched('v1', 10, viewing);
    await expect(first.licenses.contentKey('v1', 'a')).rejects.toMatchObject({
      code: 'license/first-play-unwritten',
    });
    expect(first.licenses.verdict('v1')).toMatchObject({ firstPlayAtMs: startMs });

    // What this run knew is gone with it, as by a kill; nothing is played before the disk takes it.
    first.database.close();
    clock.advance(HOUR_MS);
    const second = await start();
    fill(second.database);
    expect(second.licenses.verdict('v0')).toMatchObject({ firstPlayAtMs: startMs });
    await expect(second.licenses.contentKey('v1', 'a')).rejects.toMatchObject({
      code: 'license/first-play-unwritten',
    });
    for (const filler of fillers) rmSync(filler);
    second.licenses.recordWatched('v1', 10, viewing);
    second.database.close();
    const third = await start();
    expect(third.licenses.verdict('v1')).toMatchObject({ firstPlayAtMs: startMs + HOUR_MS });
    third.database.close();
  },
);
