import { expect, it } from 'vitest';
import { createFakeClock } from '../../testing/fake-clock.ts';
import { createFakeLicenses } from '../../testing/fake-licenses.ts';
import { createFakeNetwork } from '../../testing/fake-network.ts';
import { createMemoryDisk, createMemoryStore } from '../../testing/memory-store.ts';
import { createRecordingLog } from '../../testing/recording-log.ts';
import { createSampleVideo } from '../../testing/sample-video.ts';
import { createCdn } from '../cdn/cdn.ts';
import { createPlayback } from './playback.ts';

it('names no picture that is taller than the license includes, and answers for none', async () => {
  const { presentation, contentKey } = createSampleVideo('video', { segments: 1, segmentBytes: 1_000 });
  const licenses = createFakeLicenses(() => contentKey);
  await licenses.acquire('video', 'stream');
  const refused: string[] = [];
  const log = createRecordingLog();
  const random = (sizeBytes: number) => new Uint8Array(sizeBytes);
  const cdn = createCdn({ fetch, clock: createFakeClock(), network: createFakeNetwork(), log, random });
  const store = createMemoryStore(createMemoryDisk());
  const playback = createPlayback(
    { store, licenses, cdn, log, newId: () => 'session-1' },
    { onRefused: (_id, error) => refused.push(error.code) },
  );
  const [small] = presentation.video;
  if (!small) throw new Error('the sample has changed');
  const video = [small, { ...small, id: 'v-720p', width: 1280, height: 720 }];
  const renewPathways = async () => [];
  playback.start({
    videoId: 'video',
    presentation: { ...presentation, video },
    renewPathways,
    downloadId: null,
  });
  const ask = (path: string) =>
    playback.handle(new Request(`http://layover.invalid/media/session-1/${path}`));

  expect(await (await ask('master.m3u8')).text()).toContain('v-720p.m3u8');
  licenses.tallest = 480;
  const text = await (await ask('master.m3u8')).text();
  expect(text).toContain('v-480p.m3u8');
  expect(text).not.toContain('v-720p.m3u8');
  expect((await ask('v-720p.m3u8')).status).toBe(404);
  expect((await ask('v-720p/0.m4s')).status).toBe(404);
  expect((await ask('v-480p.m3u8')).status).toBe(200);
  licenses.tallest = 240;
  const refusal = await ask('master.m3u8');
  expect(refusal.status).toBe(403);
  expect(await refusal.json()).toMatchObject({ code: 'license/too-tall' });
  expect(refused).toEqual(['license/too-tall']);
  playback.stopAll();
});
