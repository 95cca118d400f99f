import { expect, test } from 'vitest';
import { createFakeClock } from '../../testing/fake-clock.ts';
import { turn } from '../../testing/until.ts';
import { createWatching } from './watching.ts';

function world() {
  const clock = createFakeClock();
  const watching = createWatching(clock);
  let told = 0;
  const stop = watching.onChange(() => (told += 1));
  const pass = async (ms: number) => {
    clock.advance(ms);
    await turn();
  };
  return { clock, watching, stop, pass, told: () => told };
}

test('what plays runs, and needs the link unless all of it is stored', () => {
  const { watching, told } = world();
  watching.begin('s1', 'harbor', 'all');
  expect([watching.isRunning(), watching.needsLink(), told()]).toEqual([true, false, 1]);
  watching.begin('s2', 'fog', 'some');
  expect([watching.isRunning(), watching.needsLink(), told()]).toEqual([true, true, 2]);
  watching.end('s2');
  expect([watching.isRunning(), watching.needsLink(), told()]).toEqual([true, false, 3]);
  watching.end('s1');
  watching.end('s1');
  expect([watching.isRunning(), told()]).toEqual([false, 4]);
});

test('a pause stops running but stays open; nothing is told twice', () => {
  const { watching, told } = world();
  watching.begin('s1', 'harbor', 'none');
  watching.tick({ sessionId: 's1', state: 'playing' });
  watching.tick({ sessionId: 's1', state: 'paused' });
  watching.tick({ sessionId: 's1', state: 'paused' });
  expect([watching.isRunning(), watching.isOpen('harbor'), told()]).toEqual([false, true, 2]);
  watching.tick({ sessionId: 's1', state: 'playing' });
  expect([watching.needsLink(), told()]).toEqual([true, 3]);
});

test('a player that falls silent has stopped, whatever became of it', async () => {
  const { watching, pass, told } = world();
  watching.begin('s1', 'harbor', 'none');
  await pass(15_000);
  watching.tick({ sessionId: 's1', state: 'playing' });
  await pass(15_000);
  expect(watching.isRunning()).toBe(true);
  await pass(6_000);
  expect([watching.isRunning(), watching.isOpen('harbor'), told()]).toEqual([false, true, 2]);
});

test('a video that is removed is closed in every session; at the end all are, and nobody sleeps on', () => {
  const { clock, watching, stop, told } = world();
  watching.begin('s1', 'harbor', 'none');
  watching.begin('s2', 'harbor', 'all');
  watching.begin('s3', 'fog', 'all');
  watching.endVideo('harbor');
  expect([watching.isOpen('harbor'), watching.isOpen('fog'), watching.needsLink()]).toEqual([
    false,
    true,
    false,
  ]);
  const before = told();
  stop();
  watching.endAll();
  expect([watching.isOpen('fog'), watching.isRunning(), told()]).toEqual([false, false, before]);
  expect(clock.sleepers).toBe(0);
});

test('a tick of a session that nobody knows changes nothing', () => {
  const { watching, told } = world();
  watching.tick({ sessionId: 'gone', state: 'playing' });
  expect([watching.isRunning(), told()]).toEqual([false, 0]);
});
