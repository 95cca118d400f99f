import { createDecipheriv } from 'node:crypto';
import { cp, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { compactDecrypt, decodeJwt } from 'jose';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { contentKeyHex, film, startTestService } from '../../testing/service-api.ts';
import type { Answered, SignedIn, TestService } from '../../testing/service-api.ts';
import { LicenseClaims } from '../../src/shared/license.ts';
import { IntegrityAnswer } from '../../src/shared/service-api.ts';
import { VideoRecord } from '../encoder/drop.ts';
import { encryptSegment, integrityOf, ivOf } from '../encoder/encryption.ts';
import { layoutOf } from '../encoder/layout.ts';
import { finishRekeyings, rekey } from './rekey.ts';

let service: TestService;
let device: SignedIn;
const videoId = 'video-dune';
const [init, first] = [Buffer.from('an init segment'), Buffer.from('a segment of pictures, in the clear')];

beforeEach(async () => {
  service = await startTestService();
  await service.publish(film('dune'));
  await encode(service.dataDir);
  device = await service.signIn();
});
afterEach(() => service.close());

/** Real files under the key that the test service gives to every video. */
async function encode(dataDir: string): Promise<void> {
  const layout = layoutOf(dataDir);
  const folder = path.join(layout.media, videoId, 'v-240p');
  const sealed = encryptSegment(first, Buffer.from(contentKeyHex, 'hex'), 1);
  await writeFile(path.join(folder, 'init.mp4'), init);
  await writeFile(path.join(folder, '1.m4s'), sealed);
  const files = {
    [`${videoId}/v-240p/init.mp4`]: integrityOf(init, init.length),
    [`${videoId}/v-240p/1.m4s`]: integrityOf(sealed, first.length),
  };
  await writeFile(path.join(layout.encodes, videoId, 'integrity.json'), JSON.stringify({ files }));
}

/** Whether files, digests, key and manifests are of one encode; gives its key. */
async function keyOfWhatLiesThere(dataDir: string): Promise<string> {
  const layout = layoutOf(dataDir);
  const text = (...names: string[]) => readFile(path.join(dataDir, ...names), 'utf8');
  const record = VideoRecord.parse(JSON.parse(await text('encodes', videoId, 'video.json')));
  const { files } = IntegrityAnswer.parse(JSON.parse(await text('encodes', videoId, 'integrity.json')));
  const sealed = await readFile(path.join(layout.media, videoId, 'v-240p', '1.m4s'));
  expect(files[`${videoId}/v-240p/1.m4s`]).toEqual(integrityOf(sealed, first.length));
  const decipher = createDecipheriv('aes-128-cbc', Buffer.from(record.contentKeyHex, 'hex'), ivOf(1));
  expect(Buffer.concat([decipher.update(sealed), decipher.final()])).toEqual(first);
  expect(await readFile(path.join(layout.media, videoId, 'v-240p', 'init.mp4'))).toEqual(init);
  expect(await readdir(path.join(layout.encodes, videoId))).not.toContain('rekeyed');
  return record.contentKeyHex;
}

const rotate = (id: string) => service.operator('POST', '/content-keys', { videoId: id, reason: 'a leak' });
const acquire = (who: SignedIn, more: Record<string, unknown> = {}) =>
  who.post('/licenses', { videoId, deviceId: who.deviceId, purpose: 'offline', ...more });
async function opened(who: SignedIn, answer: Answered): Promise<{ licenseId: string; keyHex: string }> {
  expect(answer.status, answer.text).toBe(200);
  const claims = LicenseClaims.parse(decodeJwt(answer.body.license as string));
  const { plaintext } = await compactDecrypt(claims.sealedContentKey, who.privateKey);
  return { licenseId: claims.licenseId, keyHex: Buffer.from(plaintext).toString('hex') };
}

it('is other bytes under another key; what is out keeps the old key, also at renewal and in its place', async () => {
  const before = await opened(device, await acquire(device));
  const stranger = await service.signIn('abroad@layover.example');
  expect((await rotate(videoId)).status).toBe(200);
  const now = await keyOfWhatLiesThere(service.dataDir);
  expect(now).not.toBe(contentKeyHex);
  const renewed = await device.post(`/licenses/${before.licenseId}/renew`, { deviceId: device.deviceId });
  expect((await opened(device, renewed)).keyHex).toBe(contentKeyHex);
  const other = await service.signIn();
  const inPlaceOf = before.licenseId;
  expect((await opened(other, await acquire(other))).keyHex).toBe(now);
  expect((await opened(other, await acquire(other, { inPlaceOf }))).keyHex).toBe(contentKeyHex);
  expect((await opened(stranger, await acquire(stranger, { inPlaceOf }))).keyHex).toBe(now);
  expect((await opened(other, await acquire(other, { inPlaceOf: 'none' }))).keyHex).toBe(now);
});

it('names each key by another name in the manifest, and stands in the audit log', async () => {
  const uris = async () => {
    const { text } = await device.get(`/playback/${videoId}/v-240p.m3u8`);
    return [...text.matchAll(/URI="(urn:[^"]+)"/g)].map(([, uri]) => uri);
  };
  await device.post('/playback/start', {
    profileId: 'profile-ana',
    titleId: 'dune',
    deviceId: device.deviceId,
    clientCapabilities: { maxResolution: 2160, supportedCodecs: [], drmSystems: [] },
  });
  expect(await uris()).toEqual([`urn:layover:content-key:${videoId}`]);
  const ids = [await rotate(videoId), await rotate(videoId)].map(({ body }) => body.contentKeyId as string);
  expect(new Set(ids).size).toBe(2);
  expect(await uris()).toEqual([`urn:layover:content-key:${videoId}:${ids[1]?.slice(0, 12)}`]);
  const { entries } = (await service.operator('GET', '/audit')).body as { entries: object[] };
  expect(entries.slice(-2)).toMatchObject([{}, { kind: 'content-key-rotated', reason: 'a leak', videoId }]);
  expect((await rotate('video-none')).status).toBe(404);
});

it('of two at once comes one after the other', async () => {
  const answers = await Promise.all([rotate(videoId), rotate(videoId), rotate(videoId)]);
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
  await keyOfWhatLiesThere(service.dataDir);
});

it('that cannot be read leaves the video as it was', async () => {
  const file = path.join(service.dataDir, 'media', videoId, 'v-240p', '1.m4s');
  const whole = await readFile(file);
  await writeFile(file, whole.subarray(0, 7));
  expect((await rotate(videoId)).status).toBe(500);
  await writeFile(file, whole);
  expect(await keyOfWhatLiesThere(service.dataDir)).toBe(contentKeyHex);
});

it.each([
  [['media', 'integrity.json', 'video.json']],
  [['integrity.json', 'video.json']],
  [['video.json']],
  [[]],
])(
  'that was killed while it was put in its place is put there at the next start: left were %j',
  async (left: string[]) => {
    const [keyHex, old] = ['ab'.repeat(16), path.join(service.dataDir, 'old')];
    const layout = layoutOf(service.dataDir);
    const places: Record<string, string> = {
      media: path.join(layout.media, videoId),
      'integrity.json': path.join(layout.encodes, videoId, 'integrity.json'),
      'video.json': path.join(layout.encodes, videoId, 'video.json'),
    };
    const ready = path.join(layout.encodes, videoId, 'rekeyed');
    await mkdir(old);
    for (const name of left) await cp(places[name] ?? '', path.join(old, name), { recursive: true });
    await rekey(layout, videoId, { keyHex, keyId: 'abab' });
    await mkdir(ready);
    for (const name of left) {
      await rename(places[name] ?? '', path.join(ready, name));
      await rename(path.join(old, name), places[name] ?? '');
    }
    await finishRekeyings(layout);
    expect(await keyOfWhatLiesThere(service.dataDir)).toBe(keyHex);
    await rm(old, { recursive: true });
  },
);
