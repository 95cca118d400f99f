import { expect, it } from 'vitest';
import { turn } from '../../testing/until.ts';
import { inLanes } from './in-lanes.ts';

const upTo = (count: number) => Array.from({ length: count }, (_none, number) => number);

/** `whenAll`: work of all lanes ends in the same turn. */
function runOf(count: number, wantedAfter: (done: number) => number) {
  const done: number[] = [];
  let atOnce = 0;
  let most = 0;
  let gate = Promise.withResolvers<void>();
  const running = inLanes({
    items: upTo(count),
    wanted: () => wantedAfter(done.length),
    isOver: () => false,
    async work(item) {
      atOnce += 1;
      most = Math.max(most, atOnce);
      await gate.promise;
      atOnce -= 1;
      done.push(item);
    },
    onError(thrown) {
      throw thrown;
    },
  });
  async function openGates(): Promise<void> {
    let isOver = false;
    void running.then(() => (isOver = true));
    while (!isOver) {
      await turn();
      const opened = gate;
      gate = Promise.withResolvers();
      opened.resolve();
    }
  }
  return { done, openGates, most: () => most };
}

it('works on every item, in as many lanes as are wanted', async () => {
  const { done, openGates, most } = runOf(30, () => 4);
  await openGates();
  expect(done.toSorted((a, b) => a - b)).toEqual(upTo(30));
  expect(most()).toBe(4);
});

it('becomes wider while it works', async () => {
  const { done, openGates, most } = runOf(100, (count) => (count < 4 ? 4 : 12));
  await openGates();
  expect(done).toHaveLength(100);
  expect(most()).toBe(12);
});

it('leaves nothing undone when many lanes become too many in the same turn', async () => {
  const { done, openGates } = runOf(100, (count) => (count < 24 ? 12 : 4));
  await openGates();
  expect(done.toSorted((a, b) => a - b)).toEqual(upTo(100));
});

it('goes on in one lane when none is wanted, and in the others when one fails', async () => {
  const done: number[] = [];
  const failed: unknown[] = [];
  await inLanes({
    items: upTo(10),
    wanted: () => (done.length > 5 ? 0 : 3),
    isOver: () => false,
    async work(item) {
      await turn();
      if (item === 1) throw new Error('disk');
      done.push(item);
    },
    onError: (thrown) => failed.push(thrown),
  });
  expect(failed).toHaveLength(1);
  expect(done).toHaveLength(9);
});

it('begins one when it is over already, which says why', async () => {
  const begun: number[] = [];
  await inLanes({
    items: upTo(10),
    wanted: () => 4,
    isOver: () => true,
    async work(item) {
      begun.push(item);
      throw new Error('aborted');
    },
    onError: () => {},
  });
  expect(begun).toEqual([0]);
});
