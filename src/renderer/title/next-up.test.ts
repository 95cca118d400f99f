import { expect, test } from 'vitest';
import { titles } from '../../../testing/fake-client/titles.ts';
import { playablesOf } from '../../shared/catalog.ts';
import type { Title } from '../../shared/catalog.ts';
import { nextUp } from './next-up.ts';

const series = titles.find((title) => title.titleId === 'harbor-lights') as Title;
const film = titles.find((title) => title.titleId === 'night-cargo') as Title;
const videoIds = playablesOf(series).map((each) => each.videoId);

const position = (
  videoId: string | undefined,
  positionSeconds: number,
  completed: boolean,
  watchedAtMs: number,
) => ({
  profileId: 'ana',
  videoId: videoId ?? '',
  positionSeconds,
  durationSeconds: 2_460,
  completed,
  watchedAtMs,
});

test('nothing watched: from the start', () => {
  expect(nextUp(series, [])).toMatchObject({ videoId: videoIds[0], positionSeconds: 0, kind: 'start' });
});

test('the latest unfinished episode is resumed, whatever stands further on', () => {
  const positions = [position(videoIds[2], 50, false, 1), position(videoIds[0], 700, false, 2)];
  expect(nextUp(series, positions)).toMatchObject({
    videoId: videoIds[0],
    positionSeconds: 700,
    kind: 'resume',
  });
});

test('after a finished episode comes the next one, where it was left', () => {
  const positions = [position(videoIds[1], 30, false, 1), position(videoIds[0], 2_450, true, 2)];
  expect(nextUp(series, positions)).toMatchObject({
    videoId: videoIds[1],
    positionSeconds: 30,
    kind: 'next',
  });
});

test('after the last episode, or a finished film, from the start again', () => {
  expect(nextUp(series, [position(videoIds.at(-1), 2_800, true, 1)])).toMatchObject({
    videoId: videoIds[0],
    positionSeconds: 0,
    kind: 'again',
  });
  expect(nextUp(film, [position('night-cargo-film', 6_700, true, 1)]).kind).toBe('again');
});

test('positions of other titles do not count', () => {
  expect(nextUp(film, [position(videoIds[0], 700, false, 9)]).kind).toBe('start');
});
