import { cp, mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  isCompleted,
  openEngine,
  played,
  reach,
  signIn,
  smallest,
  startServiceWithFilm,
} from '../../testing/engine-world.ts';
import type { OpenEngine, ServiceWithFilm } from '../../testing/engine-world.ts';
import { operate as operateOn } from '../../testing/operator.ts';
import type { DownloadView } from '../shared/downloads.ts';

let service: ServiceWithFilm;
let folder: string;
beforeAll(async () => {
  service = await startServiceWithFilm();
  folder = await mkdtemp(path.join(os.tmpdir(), 'layover-check-in-'));
});
afterAll(async () => {
  await service.remove();
  await rm(folder, { recursive: true, force: true });
});

const user = () => path.join(folder, 'user');
const open = () => openEngine({ folder: user(), serviceUrl: service.running.apiUrl });
const operate = (...what: [below: string, body: object, method?: 'POST' | 'PUT']) =>
  operateOn({ apiUrl: service.running.apiUrl, dataDir: service.dataDir }, ...what);
/** Until a meeting with the service is over that began after this was called. */
async function met({ log }: OpenEngine, from: number): Promise<void> {
  while (!log.lines.slice(from).some(({ event }) => event === 'license/met'))
    await new Promise((resolve) => setTimeout(resolve, 20));
}
const noticesOf = async ({ client }: OpenEngine) =>
  (await client.app.status()).notices.map(({ code }) => code);

test('an older folder is found out, new keys are learned, and what was taken back is locked: with the real service', async () => {
  const { videoId } = service.video;
  const first = await open();
  await signIn(first);
  const { downloadId } = await first.client.downloads.add({ videoId, preferences: smallest });
  await reach(first, downloadId, isCompleted);
  await first.close();
  const backup = path.join(folder, 'backup');
  await cp(user(), backup, { recursive: true });

  // Watched, and told to the service.
  const second = await open();
  await met(second, 0);
  const before = second.log.lines.length;
  const { sessionId } = await second.client.playback.start({ videoId });
  await second.client.playback.tick({ sessionId, positionSeconds: 10, watchedSeconds: 10, state: 'playing' });
  const [watched] = await second.client.downloads.list();
  await met(second, before);
  await second.close();

  await rm(user(), { recursive: true });
  await cp(backup, user(), { recursive: true });
  const third = await open();
  await met(third, 0);
  expect(await noticesOf(third)).toEqual(['license/replay-found']);
  const firstPlayOf = (view?: DownloadView) =>
    view?.verdict.allowed ? view.verdict.firstPlayAtMs : undefined;
  const [restored] = await third.client.downloads.list();
  expect(firstPlayOf(watched)).toEqual(expect.any(Number));
  expect(firstPlayOf(restored)).toBe(firstPlayOf(watched));
  await third.close();

  // Another key signs from now on: it is learned from the one that is trusted, and what it signs is believed.
  await operate('signing-keys', { reason: 'a test' });
  const fourth = await open();
  await met(fourth, 0);
  expect(await noticesOf(fourth)).toEqual([]);
  const renewed = await fourth.client.downloads.renewLicense({ downloadId });
  expect(firstPlayOf(renewed)).toBeNull();
  const again = await fourth.client.playback.start({ videoId });
  expect((await played(fourth, again.playlistPath, ['v-240p'])).size).toBeGreaterThan(0);
  await fourth.close();

  await operate('revocations', { which: { titleId: service.video.titleId }, reason: 'a test' });
  const fifth = await open();
  await met(fifth, 0);
  const [taken] = await fifth.client.downloads.list();
  expect(taken).toMatchObject({ state: 'completed', verdict: { allowed: false, reason: 'revoked' } });
  await expect(fifth.client.playback.start({ videoId })).rejects.toMatchObject({ code: 'license/revoked' });
  await expect(fifth.client.downloads.renewLicense({ downloadId })).rejects.toMatchObject({
    code: 'license/revoked',
  });

  // Lifted: by hand at once, and by itself at the next meeting.
  await operate('revocations/lift', { which: { titleId: service.video.titleId }, reason: 'a test' });
  expect(await fifth.client.downloads.renewLicense({ downloadId })).toMatchObject({
    state: 'completed',
    verdict: { allowed: true },
  });
  await fifth.close();
  await operate('revocations', { which: { titleId: service.video.titleId }, reason: 'a test' });
  const sixth = await open();
  await met(sixth, 0);
  expect(await sixth.client.downloads.list()).toMatchObject([{ verdict: { reason: 'revoked' } }]);
  await sixth.close();
  await operate('revocations/lift', { which: { titleId: service.video.titleId }, reason: 'a test' });
  const seventh = await open();
  while (!(await seventh.client.downloads.list())[0]?.verdict.allowed)
    await new Promise((resolve) => setTimeout(resolve, 20));
  const back = await seventh.client.playback.start({ videoId });
  expect(back.stored).toBe('all');
  expect((await played(seventh, back.playlistPath, ['v-240p'])).size).toBeGreaterThan(0);

  // The plan includes less than is stored: nothing is lost before its time.
  const terms = { titleId: service.video.titleId, reason: 'a test' };
  await operate('terms', { ...terms, terms: { maxHeight: 100 } }, 'PUT');
  await expect(seventh.client.downloads.renewLicense({ downloadId })).rejects.toMatchObject({
    code: 'license/too-tall',
  });
  expect(await seventh.client.downloads.list()).toMatchObject([{ verdict: { allowed: true } }]);
  const small = await seventh.client.playback.start({ videoId });
  expect((await played(seventh, small.playlistPath, ['v-240p'])).size).toBeGreaterThan(0);
  await operate('terms', { ...terms, terms: null }, 'PUT');
  expect(await seventh.client.downloads.renewLicense({ downloadId })).toMatchObject({
    verdict: { allowed: true },
  });
  await seventh.close();
});
