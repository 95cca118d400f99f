import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { json } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import { layover, startService } from '../../scripts/journey/processes.ts';
import type { RunningService } from '../../scripts/journey/processes.ts';
import { email, password, segments } from '../../testing/engine-world.ts';
import { makeTestSeries, makeTestVideo } from '../../testing/media.ts';
import { named, noSignals } from '../../testing/systems.ts';
import { temporaryFolder } from '../../testing/temporary-folder.ts';
import type { FaultRule } from '../../service/oca/faults.ts';
import type { DownloadView, StorageView } from '../shared/downloads.ts';

/** Seasons, the queue, the place and the rules, as whoever has only a terminal uses them. */

let service: RunningService;
let dataDir: string;
/** A viewer's folder, copied for each test. */
let signedIn: string;
let data: string;
const film = 'test-film';
const [one, two, three] = ['test-series-s1e1', 'test-series-s1e2', 'test-series-s1e3'];

beforeAll(async () => {
  dataDir = mkdtempSync(path.join(os.tmpdir(), 'layover-cli-service-'));
  await makeTestVideo({ dataDir });
  await makeTestSeries({ dataDir });
  service = await startService(dataDir, ['--no-encode', '--download-devices', '1000']);
  data = signedIn = path.join(dataDir, 'signed-in');
  await ask('sign-in', email, '--password', password, '--service', service.apiUrl);
  await ask('browse');
});
afterAll(async () => {
  await service.stop();
  rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 });
});
beforeEach(async () => {
  await misbehave();
  data = temporaryFolder();
  cpSync(signedIn, data, { recursive: true });
});

async function misbehave(...rules: FaultRule[]): Promise<void> {
  const init = { method: 'PUT', headers: { 'content-type': 'application/json' } };
  for (const { controlUrl } of service.ocas)
    await fetch(controlUrl, { ...init, body: JSON.stringify({ rules }) });
}

/** The answer of a command that must end with this exit code. */
async function ask<T = { downloads: DownloadView[] }>(...args: string[]): Promise<T> {
  return ending<T>(0, ...args);
}
async function ending<T>(code: number, ...args: string[]): Promise<T> {
  const ran = await layover(data, args).ended;
  expect([args, ran]).toMatchObject([args, { code }]);
  return ran.answer as T;
}
const idsOf = ({ downloads }: { downloads: DownloadView[] }) => downloads.map(({ videoId }) => videoId);

/** Several downloads that wait for a signal of the viewer: nothing of them is fetched meanwhile. */
async function threeThatWait(): Promise<void> {
  await misbehave(segments({ kind: 'status', code: 503 }));
  const season = layover(data, ['download', 'test-series', '--season', '1', '--data-saver']);
  await new Promise<void>((resolve) => season.onProgress(() => resolve()));
  season.child.kill('SIGINT');
  await season.ended;
}

test('a season by rule, then what is next of it; again, nothing is left', async () => {
  const next = await ask('download', 'test-series', '--next', '1', '--data-saver', '--priority', 'high');
  expect(next.downloads).toMatchObject([{ videoId: one, state: 'completed', priority: 'high' }]);
  const season = await ask('download', 'test-series', '--season', '1', '--max-height', '240');
  expect(idsOf(season)).toEqual([one, two, three]);
  expect(new Set(season.downloads.map(({ state }) => state))).toEqual(new Set(['completed']));
  expect(await ask('download', 'test-series', '--next', '3')).toEqual({ downloads: [], refused: [] });
  expect(await ending(2, 'download', 'test-series', '--season', '7')).toMatchObject({
    error: { code: 'cli/usage', message: expect.stringContaining('season 7') as string },
  });
  await ending(2, 'download', 'test-series', '--season', '1', '--next', '1');
});

test('what does not fit is said before anything starts', async () => {
  await ask('storage', 'limits', '--budget', '10kB');
  const refused = await ending<{ error: { code: string } }>(1, 'download', 'test-series', '--season', '1');
  expect(refused.error.code).toBe('download/no-room');
  expect(await ask('downloads')).toEqual({ downloads: [] });
  expect(await ask('storage', 'limits', '--budget', 'none', '--floor', '1.5MB')).toEqual({
    budgetBytes: null,
    freeSpaceFloorBytes: 1_500_000,
  });
  await ending(2, 'storage', 'limits', '--budget', 'plenty');
});

test.skipIf(noSignals)(
  named('the queue: order, priority, pause, resume, start anyway', noSignals),
  async () => {
    await threeThatWait();
    expect(idsOf(await ask('queue'))).toEqual([one, two, three]);
    expect(idsOf(await ask('queue', 'move', three, '--first'))).toEqual([three, one, two]);
    expect(idsOf(await ask('queue', 'move', 'test-series:S1E2', '--before', one))).toEqual([three, two, one]);
    expect(idsOf(await ask('queue', 'move', three, '--last'))).toEqual([two, one, three]);
    const urged = await ask('queue', 'move', three, '--priority', 'high');
    expect(urged.downloads[0]).toMatchObject({ videoId: three, priority: 'high' });
    await ending(2, 'queue', 'move', three, '--first', '--last');

    expect((await ask('pause', two)).downloads).toMatchObject([{ videoId: two, state: 'paused' }]);
    const paused = await ask('pause', '--all');
    expect(new Set(paused.downloads.map(({ state }) => state))).toEqual(new Set(['paused']));
    await ending(2, 'pause');
    await misbehave();
    expect(await ask('queue', 'run')).toEqual({ downloads: [] });
    expect((await ask('start-anyway', two)).downloads).toMatchObject([{ videoId: two, state: 'completed' }]);
    await ask('resume', '--all');
    await ask('queue', 'run');
    expect(await ask('queue')).toEqual({ downloads: [] });
    expect(await ask('pin', two)).toMatchObject({ isPinned: true });
    expect(await ask('pin', two, '--off')).toMatchObject({ isPinned: false });
  },
);

test('the store moves, and what is there plays on from the new place', async () => {
  await ask('download', film, '--data-saver');
  // Going on with it would not take the rendition that was asked for.
  expect(await ending(2, 'download', film, '--rendition', 'nonsense')).toMatchObject({
    error: { code: 'cli/usage', message: expect.stringMatching(/no nonsense; there are v-240p/) as string },
  });
  expect(await ending(2, 'download', film, '--max-height', '9999')).toMatchObject({
    error: {
      code: 'cli/usage',
      message: expect.stringMatching(/--max-height: .* remove it first/) as string,
    },
  });
  expect(await ask('download', film, '--data-saver', '--max-height', '1')).toMatchObject({ videoId: film });
  const before = await ask<{ storage: StorageView; places: { isCurrent: boolean }[] }>('storage');
  expect(before.places.filter(({ isCurrent }) => isCurrent)).toHaveLength(1);
  const target = path.join(temporaryFolder(), 'drive');
  const moved = await ask<StorageView>('storage', 'move', target);
  expect(moved).toMatchObject({ folder: target, usedBytes: before.storage.usedBytes, move: null });
  expect(await ask('play', film, '--verify', '--seconds', '2')).toMatchObject({
    frames: expect.any(Number) as number,
  });
  const file = path.join(data, 'something');
  writeFileSync(file, '');
  for (const [folder, code] of [
    [data, 'store/place-not-empty'],
    [file, 'store/place-no-folder'],
  ] as const)
    expect(await ending(1, 'storage', 'move', folder)).toMatchObject({ error: { code } });
});

test.skipIf(noSignals)(
  named('Ctrl-C during a move: 130, and everything stays where it was', noSignals),
  async () => {
    await ask('download', film, '--rendition', 'v-720p');
    const target = path.join(temporaryFolder(), 'drive');
    const args = ['src/cli/main.ts', 'storage', 'move', target, '--json', '--data', data];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    onTestFinished(() => void child.kill('SIGKILL'));
    const answer = json(child.stdout);
    const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
    // As soon as there is something in the new place, or the process has something to say of it.
    const lines = createInterface({ input: child.stderr });
    const began = new Promise<void>((resolve) => lines.once('line', () => resolve()));
    const poll = setInterval(() => existsSync(target) && child.kill('SIGINT'), 1);
    onTestFinished(() => clearInterval(poll));
    await Promise.race([began, ended]);
    clearInterval(poll);
    child.kill('SIGINT');
    const code = await ended;
    const view = (await answer) as StorageView;
    const { storage } = await ask<{ storage: StorageView }>('storage');
    // A small store may have been moved before the signal came.
    expect([130, 0]).toContain(code);
    expect(storage.folder).toBe(code === 0 ? target : path.join(data, 'downloads'));
    expect(view.folder).toBe(storage.folder);
    expect(await ask('play', film, '--verify', '--seconds', '1')).toBeTypeOf('object');
  },
);

test('a check finds what rotted on the disk, and has it fetched again', async () => {
  await ask('download', film, '--data-saver');
  expect(await ask('storage', 'check')).toMatchObject({ downloads: [], lastCheck: { damagedSegments: 0 } });
  const folder = path.join(data, 'downloads');
  const sealed = readdirSync(folder, { recursive: true, encoding: 'utf8' }).find((file) =>
    /v-.*\.sealed$/.test(file),
  );
  const file = path.join(folder, sealed!);
  const bytes = readFileSync(file);
  bytes[Math.floor(bytes.length / 2)]! ^= 0xff;
  writeFileSync(file, bytes);
  const found = await ask<{ downloads: DownloadView[]; lastCheck: { damagedSegments: number } }>(
    'storage', 'check', '--repair',
  ); // prettier-ignore
  expect(found.lastCheck.damagedSegments).toBe(1);
  expect(found.downloads).toMatchObject([{ videoId: film, state: 'completed' }]);
  expect(await ask('storage', 'check')).toMatchObject({ downloads: [], lastCheck: { damagedSegments: 0 } });
});

test('a series is followed, and let go of', async () => {
  expect(await ask('follow', 'test-series', '--episodes', '2')).toEqual({
    followed: [{ titleId: 'test-series', titleName: 'Test Series', keepNext: 2 }],
  });
  expect(await ask('follow')).toMatchObject({ followed: [{ keepNext: 2 }] });
  const { downloads } = await ask('queue', 'run');
  expect(new Map(downloads.map(({ videoId, state }) => [videoId, state]))).toEqual(
    new Map([
      [one, 'completed'],
      [two, 'completed'],
    ]),
  );
  expect(await ask('queue', 'run')).toEqual({ downloads: [] });
  expect(await ask('unfollow', 'test-series')).toEqual({ followed: [] });
  expect(await ending(1, 'follow', 'nothing')).toMatchObject({ error: { code: 'catalog/not-found' } });
});
