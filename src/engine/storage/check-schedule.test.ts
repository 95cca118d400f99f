import { expect, onTestFinished, test } from 'vitest';
import { createFakeClock } from '../../../testing/fake-clock.ts';
import { createFakePower } from '../../../testing/fake-power.ts';
import { createRecordingLog } from '../../../testing/recording-log.ts';
import { turn } from '../../../testing/until.ts';
import type { DownloadState } from '../../shared/downloads.ts';
import type { DownloadStatus } from '../../download/types.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../shared/units.ts';
import { createBackground } from '../background.ts';
import { createWatching } from '../watching.ts';
import { scheduleChecks } from './check-schedule.ts';

function world() {
  const clock = createFakeClock();
  const power = createFakePower();
  const watching = createWatching(clock);
  const background = createBackground(createRecordingLog());
  onTestFinished(() => background.end());
  const w = {
    states: ['completed'] as DownloadState[],
    usedBytes: 1_000,
    isPresent: true,
    isChecking: false,
    lastMs: null as number | null,
    starts: 0,
    cancels: 0,
  };
  const checks = scheduleChecks({
    clock,
    power,
    watching,
    background,
    store: { usedBytes: () => w.usedBytes, isPresent: async () => w.isPresent },
    downloads: {
      list: () => w.states.map((state) => ({ state }) as DownloadStatus),
      check: {
        status: () => ({
          check: w.isChecking ? { checkedBytes: 0, totalBytes: 1, damagedSegments: 0 } : null,
          lastCheck: w.lastMs === null ? null : { finishedAtMs: w.lastMs, damagedSegments: 0 },
        }),
        start: () => {
          w.starts += 1;
          w.isChecking = true;
        },
        cancel: async () => {
          w.cancels += 1;
          w.isChecking = false;
        },
        onChange: () => () => undefined,
      },
    },
  });
  const pass = async (ms: number) => {
    clock.advance(ms);
    for (let turns = 0; turns < 5; turns += 1) await turn();
  };
  const finish = () => Object.assign(w, { isChecking: false, lastMs: clock.now() });
  return { w, checks, clock, power, watching, pass, finish };
}

test('not at start, but soon after it; then once a week', async () => {
  const { w, pass, finish } = world();
  await pass(9 * MINUTE_MS);
  expect(w.starts).toBe(0);
  await pass(MINUTE_MS);
  expect(w.starts).toBe(1);
  finish();
  for (let hours = 0; hours < 6 * 24; hours += 1) await pass(HOUR_MS);
  expect(w.starts).toBe(1);
  await pass(DAY_MS + HOUR_MS);
  expect(w.starts).toBe(2);
});

type Change = (all: ReturnType<typeof world>) => void;
test.each<[string, Change, Change]>([
  ['something plays', ({ watching }) => watching.begin('s', 'v', 'all'), ({ watching }) => watching.end('s')],
  ['something is downloaded', ({ w }) => (w.states = ['downloading']), ({ w }) => (w.states = ['paused'])],
  [
    'the machine runs on its battery',
    ({ power }) => power.setOnBattery(true),
    ({ power }) => power.setOnBattery(false),
  ],
  ['the drive is away', ({ w }) => (w.isPresent = false), ({ w }) => (w.isPresent = true)],
  ['nothing is stored', ({ w }) => (w.usedBytes = 0), ({ w }) => (w.usedBytes = 1)],
  ['the viewer has one running', ({ w }) => (w.isChecking = true), ({ w }) => (w.isChecking = false)],
])('while %s it waits, and looks again an hour later', async (_, begin, end) => {
  const all = world();
  await all.pass(10 * MINUTE_MS - 1);
  begin(all);
  await all.pass(1);
  expect(all.w.starts).toBe(0);
  end(all);
  await all.pass(HOUR_MS);
  expect(all.w.starts).toBe(1);
});

test('gives way to what begins, and only with a check of its own', async () => {
  const { w, checks, pass } = world();
  await pass(10 * MINUTE_MS);
  checks.giveWay();
  expect(w.cancels).toBe(0);
  w.states = ['downloading'];
  checks.giveWay();
  await turn();
  expect([w.cancels, w.isChecking]).toEqual([1, false]);
  w.isChecking = true;
  checks.giveWay();
  await turn();
  expect([w.cancels, w.isChecking]).toEqual([1, true]);
});
