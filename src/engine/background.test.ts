import { expect, test } from 'vitest';
import { createFakeClock } from '../../testing/fake-clock.ts';
import { createRecordingLog } from '../../testing/recording-log.ts';
import { turn, until } from '../../testing/until.ts';
import type { Database } from '../database/types.ts';
import { LayoverError } from '../shared/errors.ts';
import { HOUR_MS } from '../shared/units.ts';
import { createBackground } from './background.ts';
import { keepBackups } from './backups.ts';

test('the end comes after the work, also after what that work began', async () => {
  const background = createBackground(createRecordingLog());
  const done: string[] = [];
  background.run('outer', async () => {
    await turn();
    background.run('inner', async () => {
      await turn();
      done.push('inner');
    });
    done.push('outer');
  });
  await turn();
  await turn();
  const ending = background.end().then(() => done.push('end'));
  await ending;
  expect(done).toEqual(['outer', 'inner', 'end']);
});

test('the signal ends what would go on for ever; nothing begins after the end', async () => {
  const background = createBackground(createRecordingLog());
  const clock = createFakeClock();
  background.run('loop', () => clock.sleep(HOUR_MS, background.signal));
  await background.end();
  let began = false;
  background.run('late', async () => (began = true));
  expect(began).toBe(false);
  expect(clock.sleepers).toBe(0);
});

test('a failure is noted by its code and goes no further', async () => {
  const log = createRecordingLog();
  const background = createBackground(log);
  background.run('broken', async () => {
    throw new LayoverError('service/unreachable');
  });
  await until(() => log.lines.length > 0);
  expect(log.lines).toEqual([
    { level: 'warn', event: 'background.failed', fields: { name: 'broken', code: 'service/unreachable' } },
  ]);
  await background.end();
});

test('backups: at start, every hour, once more when asked during one; never two at a time', async () => {
  const background = createBackground(createRecordingLog());
  const clock = createFakeClock();
  const copies: (() => void)[] = [];
  let running = 0;
  let count = 0;
  const database = {
    backup: async () => {
      count += 1;
      running += 1;
      expect(running).toBe(1);
      await new Promise<void>((resolve) => copies.push(resolve));
      running -= 1;
    },
  } as Partial<Database> as Database;
  const soon = keepBackups(database, clock, background);
  await until(() => copies.length === 1);
  soon();
  soon();
  copies[0]?.();
  await until(() => copies.length === 2);
  copies[1]?.();
  await until(() => running === 0);
  await until(() => clock.sleepers === 1);
  expect(count).toBe(2);
  clock.advance(HOUR_MS);
  await until(() => copies.length === 3);
  const ended = background.end();
  soon();
  copies[2]?.();
  await ended;
  expect([count, running]).toEqual([3, 0]);
});
