import { expect, test } from 'vitest';
import { beforeIdAt, beforeIdFor } from './queue-moves.ts';

const ids = ['a', 'b', 'c'];

/** What the queue becomes: the engine's own rule. */
function put(id: string, beforeId: string | null): string {
  const others = ids.filter((each) => each !== id);
  return others.toSpliced(beforeId === null ? others.length : others.indexOf(beforeId), 0, id).join('');
}

test.each([
  ['c', 'top', 'cab'],
  ['c', 'up', 'acb'],
  ['b', 'up', 'bac'],
  ['a', 'down', 'bac'],
  ['b', 'down', 'acb'],
] as const)('%s goes %s: %s', (id, move, order) => {
  const beforeId = beforeIdFor(ids, id, move);
  expect(beforeId === undefined ? undefined : put(id, beforeId)).toBe(order);
});

test('nothing goes beyond the ends, and what is not in the queue does not move', () => {
  expect(beforeIdFor(ids, 'a', 'up')).toBeUndefined();
  expect(beforeIdFor(ids, 'a', 'top')).toBeUndefined();
  expect(beforeIdFor(ids, 'c', 'down')).toBeUndefined();
  expect(beforeIdFor(ids, 'x', 'up')).toBeUndefined();
});

test('dropped before or after another one', () => {
  expect(put('a', beforeIdAt(ids, 'b', 'after'))).toBe('bac');
  expect(put('a', beforeIdAt(ids, 'c', 'after'))).toBe('bca');
  expect(put('c', beforeIdAt(ids, 'a', 'before'))).toBe('cab');
});
