import { expect, it } from 'vitest';
import { createTrackFile } from './track-file.ts';

const trackFile = () =>
  createTrackFile({
    track: 1,
    trackId: 'd.v',
    path: () => '/nowhere',
    start: 0,
    taken: () => [],
    isReserved: () => false,
    onRetired() {},
  });

it('writes go to the disk one after another, also after one that failed', async () => {
  const file = trackFile();
  const said: string[] = [];
  const first = Promise.withResolvers<void>();
  const failing = file.inTurn(async () => {
    said.push('first begins');
    await first.promise;
    said.push('first ends');
    throw new Error('disk');
  });
  const second = file.inTurn(async () => void said.push('second'));
  await Promise.resolve();
  first.resolve();
  await expect(failing).rejects.toThrow('disk');
  await second;
  expect(said).toEqual(['first begins', 'first ends', 'second']);
});
