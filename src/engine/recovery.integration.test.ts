import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
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
import { temporaryFolder } from '../../testing/temporary-folder.ts';
import type { OpenEngine, ServiceWithFilm } from '../../testing/engine-world.ts';

let service: ServiceWithFilm;
let folder: string;
beforeAll(async () => {
  service = await startServiceWithFilm();
  folder = await mkdtemp(path.join(os.tmpdir(), 'layover-recovery-'));
});
afterAll(async () => {
  await service.remove();
  await rm(folder, { recursive: true, force: true });
});

const open = () => openEngine({ folder, serviceUrl: service.running.apiUrl });
const codes = async ({ client }: OpenEngine) => (await client.app.status()).notices.map(({ code }) => code);

test('a keychain that lost its key: signed in again, everything plays, and nothing is downloaded again', async () => {
  const { videoId } = service.video;
  const first = await open();
  await signIn(first);
  const added = await first.client.downloads.add({ videoId, preferences: smallest });
  const { selection } = await reach(first, added.downloadId, isCompleted);
  const renditionIds = selection.renditions.map(({ renditionId }) => renditionId);
  const start = await first.client.playback.start({ videoId });
  const before = await played(first, start.playlistPath, renditionIds);
  await first.client.playback.tick({ sessionId: start.sessionId, positionSeconds: 10, watchedSeconds: 10, state: 'playing' }); // prettier-ignore
  const [{ verdict: played1 } = { verdict: null }] = await first.client.downloads.list();
  await first.close();

  // Copied to another machine, its key file included: nothing opens there, and nothing plays.
  const elsewhere = temporaryFolder();
  await cp(folder, elsewhere, { recursive: true });
  const copy = await openEngine({
    folder: elsewhere,
    serviceUrl: service.running.apiUrl,
    machineId: 'another machine',
  });
  expect(await codes(copy)).toContain('device/secret-unreadable');
  expect(await copy.client.downloads.list()).toMatchObject([
    { state: 'completed', verdict: { allowed: false } },
  ]);
  // The sign-in was sealed, too.
  await expect(copy.client.playback.start({ videoId })).rejects.toMatchObject({ code: 'auth/signed-out' });
  await copy.close();

  await rm(path.join(folder, 'secret.key'));
  await (await open()).close();
  // In the run that finds it out as in each later one: who was signed in sees what is locked, and why.
  const second = await open();
  expect(await codes(second)).toContain('device/secret-unreadable');
  expect(await second.client.app.status()).toMatchObject({
    account: { mustSignInAgain: true },
    profile: { name: 'Ana' },
  });
  expect(await second.client.downloads.list()).toMatchObject([
    { state: 'completed', verdict: { allowed: false } },
  ]);
  // No OCA gives a byte from here on: what plays was here all the time.
  await service.misbehave({ fault: { kind: 'status', code: 503 } });
  await signIn(second);
  expect(await codes(second)).toContain('device/recovered');
  expect(await codes(second)).not.toContain('device/secret-unreadable');
  await reach(second, added.downloadId, (view) => view.verdict.allowed);
  const [view] = await second.client.downloads.list();
  expect(view).toMatchObject({ state: 'completed' });
  // And it wins back no time.
  expect(view?.verdict).toMatchObject({
    firstPlayAtMs: played1?.allowed ? played1.firstPlayAtMs : Number.NaN,
  });
  const again = await second.client.playback.start({ videoId });
  expect(await played(second, again.playlistPath, renditionIds)).toEqual(before);
  await second.close();
  expect((await readdir(folder)).filter((name) => name.startsWith('device.json'))).toEqual([
    'device.json',
    'device.json.unreadable-1',
  ]);

  const third = await open();
  expect(await codes(third)).toEqual([]);
  const last = await third.client.playback.start({ videoId });
  expect(await played(third, last.playlistPath, renditionIds)).toEqual(before);
  await third.close();
});
