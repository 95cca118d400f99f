import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { createFakeClock } from '../../testing/fake-clock.ts';
import { createFakeLicenses } from '../../testing/fake-licenses.ts';
import { createFakeNetwork } from '../../testing/fake-network.ts';
import { createMemoryDisk, createMemoryStore } from '../../testing/memory-store.ts';
import { createRecordingLog } from '../../testing/recording-log.ts';
import { createSampleVideo } from '../../testing/sample-video.ts';
import { createCdn } from '../cdn/cdn.ts';
import { createHandedOut, READ_AHEAD_SECONDS } from './handed-out.ts';
import { createPlayback } from './playback.ts';

test('counts what goes beyond reading ahead, each segment once, and anew when the player has spoken', () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.constant('tick' as const), fc.nat({ max: 400 })), { maxLength: 600 }),
      fc.integer({ min: 1, max: 10 }),
      (events, durationSeconds) => {
        const handedOut = createHandedOut();
        let seen = new Set<number>();
        let counted = 0;
        for (const event of events) {
          if (event === 'tick') {
            handedOut.reset();
            [seen, counted] = [new Set(), 0];
          } else {
            seen.add(event);
            counted += handedOut.add(event, durationSeconds);
          }
          expect(counted).toBe(Math.max(0, seen.size * durationSeconds - READ_AHEAD_SECONDS));
        }
      },
    ),
  );
});

test('a player that says nothing reads ahead; what it asks for from there on counts as watched, once', async () => {
  const video = createSampleVideo('video', { segments: 3 });
  const licenses = createFakeLicenses(() => video.contentKey);
  await licenses.acquire('video', 'offline');
  const log = createRecordingLog();
  const random = (sizeBytes: number) => new Uint8Array(sizeBytes);
  const cdn = createCdn({ fetch, clock: createFakeClock(), network: createFakeNetwork(), log, random });
  const store = createMemoryStore(createMemoryDisk());
  const playback = createPlayback({ store, licenses, cdn, log, newId: () => 's' });
  onTestFinished(() => playback.stopAll());
  const longer = video.presentation.video.map((rendition) => ({
    ...rendition,
    segments: rendition.segments.map((segment) => ({ ...segment, durationSeconds: 400 })),
  }));
  const presentation = { ...video.presentation, video: longer };
  playback.start({ videoId: 'video', presentation, renewPathways: null, downloadId: null });
  const ask = async (path: string, method = 'GET') => {
    await playback.handle(new Request(`http://layover.invalid/media/s/${path}`, { method }));
    return licenses.watched.get('video');
  };
  expect(await ask('v-480p/0.m4s')).toBeUndefined();
  expect(await ask('v-480p/1.m4s', 'HEAD')).toBeUndefined();
  expect(await ask('a-en/1.m4s')).toBeUndefined();
  const beyondSeconds = 800 - READ_AHEAD_SECONDS;
  expect(await ask('v-480p/1.m4s')).toBe(beyondSeconds);
  expect(await ask('v-480p/1.m4s')).toBe(beyondSeconds);
  playback.tick({ sessionId: 's', positionSeconds: 1, watchedSeconds: 1, state: 'playing' });
  expect(await ask('v-480p/2.m4s')).toBe(beyondSeconds + 1);
});
