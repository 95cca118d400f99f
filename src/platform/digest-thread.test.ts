import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import fc from 'fast-check';
import { afterEach, expect, it } from 'vitest';
import { createRecordingLog } from '../../testing/recording-log.ts';
import { createDigestThread } from './digest-thread.ts';
import type { DigestThread } from './digest-thread.ts';

const log = createRecordingLog();
let threads: DigestThread[] = [];
const thread = (options?: Parameters<typeof createDigestThread>[1]) => {
  const made = createDigestThread(log, { cores: 2, ...options });
  threads.push(made);
  return made;
};
afterEach(async () => {
  await Promise.all(threads.map((each) => each.close()));
  threads = [];
});
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

it('gives the digests of files that come side by side, piece by piece', async () => {
  const { begin } = thread();
  const files = fc.array(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 20 }), { maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(files, fc.infiniteStream(fc.nat()), async (pieces, order) => {
      const running = pieces.map((left) => ({ left: [...left], digest: begin()! }));
      const expected = pieces.map((of) => sha256(Buffer.concat(of)));
      const ends = new Map<number, Promise<string>>();
      for (const at of order) {
        const open = [...running.keys()].filter((place) => !ends.has(place));
        if (open.length === 0) break;
        const place = open[at % open.length]!;
        const { left, digest } = running[place]!;
        const piece = left.shift();
        if (piece) await digest.update(piece.slice());
        else ends.set(place, digest.end());
      }
      expect(await Promise.all(running.map(async (_file, place) => ends.get(place)))).toEqual(expected);
    }),
  );
});

it('takes the memory of a piece along, but never what others share', async () => {
  const running = thread().begin()!;
  const own = new Uint8Array(100_000).fill(1);
  const shared = new Uint8Array(100_000).fill(2);
  const expected = sha256(Buffer.concat([own, shared.subarray(0, 50_000), shared.subarray(99_990)]));
  void running.update(own);
  void running.update(shared.subarray(0, 50_000));
  // As short as what Node takes from its pool.
  void running.update(shared.subarray(99_990));
  expect(await running.end()).toBe(expected);
  expect(own.byteLength).toBe(0);
  expect(shared.byteLength).toBe(100_000);
});

it('holds whoever brings more than it can hash, and lets them go on', async () => {
  const running = thread().begin()!;
  const hash = createHash('sha256');
  let held = 0;
  for (let count = 0; count < 64; count += 1) {
    const piece = new Uint8Array(1024 * 1024).fill(count);
    hash.update(piece);
    const wait = running.update(piece);
    if (wait) held += 1;
    await wait;
  }
  expect(await running.end()).toBe(hash.digest('hex'));
  expect(held).toBeGreaterThan(0);
});

it('forgets what was dropped', async () => {
  const { begin } = thread();
  const dropped = begin()!;
  void dropped.update(new Uint8Array(10).fill(1));
  dropped.drop();
  const other = begin()!;
  void other.update(new Uint8Array(10).fill(2));
  expect(await other.end()).toBe(sha256(new Uint8Array(10).fill(2)));
});

it('tells whoever waits when the thread dies, and gives none from then on', async () => {
  const dies = () =>
    new Worker(`require('node:worker_threads').parentPort.on('message', () => process.exit(3))`, {
      eval: true,
    });
  const { begin } = thread({ start: dies });
  const [asks, waits] = [begin()!, begin()!];
  for (let count = 0; count < 8; count += 1) void waits.update(new Uint8Array(1024 * 1024));
  const held = waits.update(new Uint8Array(1024 * 1024));
  await expect(asks.end()).rejects.toThrow('has ended');
  await held;
  await expect(waits.end()).rejects.toThrow('has ended');
  expect(begin()).toBeUndefined();
  expect(log.lines.at(-1)).toMatchObject({ event: 'platform.digest-thread-lost' });
});

it('keeps a process alive while a digest is waited for, or room, and no longer', () => {
  const module = path.join(import.meta.dirname, 'digest-thread.ts');
  const script = `
    import { createDigestThread } from ${JSON.stringify(module)};
    const running = createDigestThread({ warn: console.error }, { cores: 2 }).begin();
    for (let count = 0; count < 40; count += 1) await running.update(new Uint8Array(1_000_000));
    console.log(await running.end());`;
  const { stdout, status } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    encoding: 'utf8',
  });
  expect(stdout.trim()).toBe(sha256(new Uint8Array(40_000_000)));
  expect(status).toBe(0);
});

it('gives none where there is no second core', () => {
  expect(thread({ cores: 1 }).begin()).toBeUndefined();
});
