import { expect, test } from 'vitest';
import { suggest } from './suggestions.ts';
import type { Candidate } from './suggestions.ts';

const candidate = (titleId: string, videoId: string, bytes = 100): Candidate => ({
  videoId,
  titleId,
  titleName: titleId,
  episode: null,
  artworkVersion: '1',
  durationSeconds: 600,
  size: { bytes, exact: false },
  why: 'watching',
});
const series = (titleId: string, count: number, bytes?: number) =>
  Array.from({ length: count }, (_, at) => candidate(titleId, `${titleId}${at + 1}`, bytes));
const chosen = (...all: Parameters<typeof suggest>) =>
  suggest(...all).flatMap(({ videoId, isChosen }) => (isChosen ? [videoId] : []));

test('each title has its turn, and so many are chosen as fill the time', () => {
  const all = [series('a', 3), series('b', 2)];
  const room = { seconds: 1_500, availableBytes: 10_000 };
  expect(suggest(all, room).map(({ videoId }) => videoId)).toEqual(['a1', 'b1', 'a2', 'b2', 'a3']);
  expect(chosen(all, room)).toEqual(['a1', 'b1', 'a2']);
});

test('no more than fits is chosen; what is too large is passed over', () => {
  const all = [series('a', 2, 900), series('b', 2, 100)];
  expect(chosen(all, { seconds: 9_000, availableBytes: 300 })).toEqual(['b1', 'b2']);
});

test('nothing is chosen where nothing is missing, and the list has an end', () => {
  expect(chosen([series('a', 3)], { seconds: 0, availableBytes: 10_000 })).toEqual([]);
  expect(suggest([series('a', 80)], { seconds: 0, availableBytes: 0 })).toHaveLength(30);
  expect(suggest([], { seconds: 60, availableBytes: 60 })).toEqual([]);
});

test('where that does not fill the trip, picks follow, in turn and unchosen', () => {
  const room = { seconds: 1_000, availableBytes: 1e9 };
  const told = suggest([series('a', 1)], room, [series('b', 2), series('c', 2)]);
  expect(told.map(({ videoId }) => videoId)).toEqual(['a1', 'b1', 'c1', 'b2', 'c2']);
  expect(told.filter(({ isChosen }) => isChosen)).toHaveLength(1);
  expect(suggest([series('a', 1)], { ...room, seconds: 600 }, [series('b', 2)])).toHaveLength(1);
  expect(suggest([], room, [series('b', 80)])).toHaveLength(12);
});
