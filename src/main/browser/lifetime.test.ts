import { EventEmitter } from 'node:events';
import { expect, test } from 'vitest';
import { createRecordingLog } from '../../../testing/recording-log.ts';
import { turn } from '../../../testing/until.ts';
import { endInOrder } from './lifetime.ts';

function world(stop: () => Promise<void> = async () => undefined) {
  const log = createRecordingLog();
  const exits: number[] = [];
  const running = Object.assign(new EventEmitter(), { exit: (code: number) => void exits.push(code) });
  let stops = 0;
  endInOrder(
    running,
    async () => {
      stops += 1;
      await stop();
    },
    log,
  );
  return { running, exits, log, stops: () => stops };
}

test('a signal stops everything, once, and is no failure', async () => {
  const { running, exits, stops } = world();
  running.emit('SIGINT');
  running.emit('SIGTERM');
  await turn();
  expect([stops(), exits]).toEqual([1, [0]]);
});

test('a rejection that nobody waits for is logged, and the host goes on', async () => {
  const { running, exits, log, stops } = world();
  running.emit('unhandledRejection', new Error('a probe failed'));
  await turn();
  expect([stops(), exits]).toEqual([0, []]);
  expect(JSON.stringify(log)).toContain('a probe failed');
});

test('after an exception that nobody caught everything is put away before the end', async () => {
  const { running, exits, log, stops } = world();
  running.emit('uncaughtException', new TypeError('x is not a function'));
  await turn();
  expect([stops(), exits]).toEqual([1, [1]]);
  expect(JSON.stringify(log)).toContain('x is not a function');
});

test('a stop that fails ends the process all the same', async () => {
  const { running, exits } = world(async () => {
    throw new Error('the disk is gone');
  });
  running.emit('SIGTERM');
  await turn();
  expect(exits).toEqual([1]);
});
