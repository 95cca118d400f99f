import fc from 'fast-check';
import { expect, test } from 'vitest';
import { WatchedTime } from './watched-time.ts';

test('adds the steps of playing, and gives them once', () => {
  const watched = new WatchedTime();
  for (const position of [10, 10.25, 10.5, 11]) watched.playedTo(position);
  expect(watched.take()).toBeCloseTo(1);
  expect(watched.take()).toBe(0);
});

test('a jump, back or on, adds nothing', () => {
  const watched = new WatchedTime();
  for (const position of [10, 500, 500.25, 3]) watched.playedTo(position);
  expect(watched.take()).toBeCloseTo(0.25);
});

test('what lies between an interruption and the next position is not watched', () => {
  const watched = new WatchedTime();
  watched.playedTo(10);
  watched.interrupt();
  watched.playedTo(11);
  expect(watched.take()).toBe(0);
});

test('never more than the sum of short steps forward', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 100, noNaN: true })), (positions) => {
      const watched = new WatchedTime();
      let short = 0;
      positions.forEach((position, at) => {
        const step = at === 0 ? 0 : position - (positions[at - 1] ?? 0);
        if (step > 0 && step <= 2) short += step;
        watched.playedTo(position);
      });
      expect(watched.take()).toBeCloseTo(short);
    }),
  );
});
