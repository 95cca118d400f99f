import { expect, onTestFinished, test } from 'vitest';
import { createFakeClock } from '../../testing/fake-clock.ts';
import { createFakeLicenses } from '../../testing/fake-licenses.ts';
import { createFakeNetwork } from '../../testing/fake-network.ts';
import { createFaultServer } from '../../testing/fault-server.ts';
import { createMemoryDisk, createMemoryStore } from '../../testing/memory-store.ts';
import { createRecordingLog } from '../../testing/recording-log.ts';
import { createSampleVideo, withKeysAtAddresses } from '../../testing/sample-video.ts';
import { createCdn } from '../cdn/cdn.ts';
import { createPlayback } from './playback.ts';

const video = createSampleVideo('video', { segments: 3 });

async function playing() {
  const server = await createFaultServer();
  const { files, presentation } = withKeysAtAddresses(video, server.base());
  for (const [name, bytes] of files) server.files.set(name, bytes);
  const licenses = createFakeLicenses(() => video.contentKey);
  await licenses.acquire('video', 'stream');
  const log = createRecordingLog();
  const random = (sizeBytes: number) => new Uint8Array(sizeBytes);
  const cdn = createCdn({ fetch, clock: createFakeClock(), network: createFakeNetwork(), log, random });
  const store = createMemoryStore(createMemoryDisk());
  const playback = createPlayback({ store, licenses, cdn, log, newId: () => 's' });
  const pathways = [{ id: 'origin', baseUrl: server.base() }];
  playback.start({
    videoId: 'video',
    presentation: { ...presentation, pathways },
    renewPathways: async () => pathways,
    downloadId: null,
  });
  onTestFinished(async () => {
    playback.stopAll();
    await server.close();
  });
  const ask = (index: number) =>
    playback.handle(new Request(`http://layover.invalid/media/s/v-480p/${index}.m4s`));
  return { server, licenses, ask };
}
const plainOf = (index: number) => Buffer.from(video.plain.get(`v-480p/${index}`) ?? []);
const bodyOf = async (response: Response) => Buffer.from(await response.arrayBuffer());

test('each key is fetched once, and undoes what it encrypts', async () => {
  const { server, ask } = await playing();
  for (const index of [0, 1, 2]) expect(await bodyOf(await ask(index))).toEqual(plainOf(index));
  const asked = server.requests.map(({ path }) => path).filter((path) => path.startsWith('keys/'));
  expect(asked).toEqual(['keys/0.key', 'keys/1.key']);
});

test('a key that cannot be had is told by name; the player asks again, and so does this', async () => {
  const { server, ask } = await playing();
  server.misbehave = ({ path }) =>
    path.startsWith('keys/') ? { kind: 'status', status: 503, retryAfter: '7' } : undefined;
  const response = await ask(0);
  expect(response.status).toBe(503);
  expect(await response.json()).toEqual({
    code: 'cdn/no-key',
    details: { status: 503, retryAfterSeconds: 7 },
  });
  server.misbehave = () => undefined;
  expect(await bodyOf(await ask(0))).toEqual(plainOf(0));
});

test('a key at an address is no way around the license', async () => {
  const { licenses, ask } = await playing();
  licenses.refuse('license-expired');
  expect(await (await ask(0)).json()).toMatchObject({ code: 'license/expired' });
});
