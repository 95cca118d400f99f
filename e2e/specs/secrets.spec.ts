import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { VideoRecord } from '../../service/encoder/drop.ts';
import { deviceSecretsOf, spellingsOf } from '../../testing/spellings.ts';
import type { Secret } from '../../testing/spellings.ts';
import { demoVideo } from '../support/catalog.ts';
import { findInMemory, heapSnapshotOf, renderersOf } from '../support/memory.ts';
import { expectPlaying } from '../support/picture.ts';
import { findSecrets } from '../support/plaintext.ts';
import { downloadLine, goToDownloads, openTitle, signIn, startDownload } from '../support/screens.ts';
import { expect, test } from '../support/test.ts';
import { recordTraffic, trafficOf } from '../support/traffic.ts';
import { useWorld } from '../support/use-world.ts';

const world = useWorld();
const episode = demoVideo('night-cartography-s1e2');
const NAME = 'Night Cartography · S1 E2 · Contour Lines';
let secrets: Secret[];

const inText = (text: Buffer | string, looked: readonly Secret[] = secrets): string[] =>
  looked.filter(({ bytes }) => Buffer.from(text).includes(bytes)).map(({ name }) => name);

test.beforeEach(({ host }) => {
  test.skip(host === 'electron', 'not run: there the system’s keychain seals device.json');
});

test('a download plays from the store, and everything said on the way is written down', async () => {
  const { page } = world;
  await recordTraffic(page);
  await page.reload();
  await signIn(page);
  await openTitle(page, 'Night Cartography');
  await startDownload(page, 'S1 E2 Contour Lines', '480p');
  await goToDownloads(page);
  const line = downloadLine(page, NAME);
  await expect(line).toContainText('Downloaded');
  await line.getByRole('link', { name: /^Play/ }).click();
  await page.getByRole('button', { name: 'Start now' }).click();
  await expectPlaying(page, episode.videoNumber);

  const record = path.join(world.serviceData, 'encodes', episode.videoId, 'video.json');
  const { contentKeyHex } = VideoRecord.parse(JSON.parse(await readFile(record, 'utf8')));
  secrets = [
    ...spellingsOf('content key', Buffer.from(contentKeyHex, 'hex')),
    ...(await deviceSecretsOf(world.userData)),
  ];
  expect(secrets).toHaveLength(15);
});

test('while it plays: no secret in what the window’s JavaScript holds', async () => {
  const { page } = world;
  const planted = spellingsOf('planted', randomBytes(16));
  await page.evaluate((text) => void Object.assign(window, { planted: text }), planted[1]?.bytes.toString());
  const snapshot = await heapSnapshotOf(page);
  expect(inText(snapshot, planted), 'the search finds what is there').toEqual(['planted, hex']);
  expect(inText(snapshot)).toEqual([]);
});

test('nor in the memory of its process, buffers and all', async () => {
  test.skip(process.getuid?.() !== 0, 'not run: only root may read another process');
  const { page } = world;
  const planted = spellingsOf('planted', randomBytes(16));
  await page.evaluate(
    (bytes) => void Object.assign(window, { planted: Uint8Array.from(bytes) }),
    [...(planted[0]?.bytes ?? [])],
  );
  const looks = renderersOf(world.userData).map((pid) => findInMemory(pid, [...planted, ...secrets]));
  expect(looks.flatMap(({ found }) => found)).toEqual(['planted, raw']);
});

test('nor in what window and engine told each other', async () => {
  const traffic = await trafficOf(world.page);
  expect(traffic).toContain('night-cartography');
  expect(traffic).toContain('playback/start');
  expect(inText(traffic)).toEqual([]);
});

test('nor in any file: not while it runs, not after a kill of window and engine', async () => {
  expect(await findSecrets(world.userData, secrets)).toEqual([]);
  await world.killApp();
  expect(await findSecrets(world.userData, secrets)).toEqual([]);
});
