import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { expect, it, onTestFinished } from 'vitest';
import { makeBaseUrl } from '../../service/oca/address.ts';
import { createFakeNetwork } from '../../testing/fake-network.ts';
import { createFakePower } from '../../testing/fake-power.ts';
import { createLicenseWorld } from '../../testing/license-world.ts';
import { createRecordingLog } from '../../testing/recording-log.ts';
import { createSampleVideo } from '../../testing/sample-video.ts';
import { temporaryFolder } from '../../testing/temporary-folder.ts';
import { Settings } from '../shared/settings.ts';
import { createCdn } from '../cdn/cdn.ts';
import { openDatabase } from '../database/open.ts';
import { createSystemClock } from '../platform/clock.ts';
import { createPlayback } from '../playback/playback.ts';
import { storeMigrations } from '../store/migrations.ts';
import { createPresence } from '../store/presence.ts';
import { createStore } from '../store/store.ts';
import { createDownloads } from './downloads.ts';
import { downloadMigrations } from './migrations.ts';
import type { DownloadStatus } from './types.ts';

const videoId = 'film';
const secret = 'a secret of the whole fleet';
const random = (sizeBytes: number) => new Uint8Array(randomBytes(sizeBytes));

async function startOca(ocaId: string, media: string) {
  const main = path.resolve(import.meta.dirname, '../../service/oca/main.ts');
  const child = spawn(process.execPath, [main, '--id', ocaId, '--media', media], {
    env: { ...process.env, LAYOVER_OCA_SECRET: secret },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  onTestFinished(() => kill(child));
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  const { url } = JSON.parse(line) as { url: string };
  const address = (expiresAtSeconds: number) =>
    makeBaseUrl(url, { ocaId, videoId, expiresAtSeconds }, secret);
  return { ocaId, child, origin: new URL(url).origin, address };
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}

it('a video is downloaded though addresses expire and an OCA dies, and plays when everything is gone', async () => {
  const folder = temporaryFolder();
  const licensed = await createLicenseWorld();
  const { licenses } = licensed.open();
  const contentKey = licensed.issuer.contentKeyOf(videoId);
  const video = createSampleVideo(videoId, { segments: 40, segmentBytes: 60_000, contentKey });
  for (const [file, bytes] of video.files) {
    const place = path.join(folder, 'media', file);
    fs.mkdirSync(path.dirname(place), { recursive: true });
    fs.writeFileSync(place, bytes);
  }
  const ocas = await Promise.all(['oca-1', 'oca-2'].map((id) => startOca(id, path.join(folder, 'media'))));
  const pathways = (expiresAtSeconds: number) =>
    ocas.map(({ ocaId, address }) => ({ id: ocaId, baseUrl: address(expiresAtSeconds) }));
  const nowSeconds = Math.floor(Date.now() / 1000);
  let renewals = 0;
  const renewPathways = async () => {
    renewals += 1;
    return pathways(nowSeconds + 3600);
  };
  const presentation = { ...video.presentation, pathways: pathways(nowSeconds - 1) };

  // The OCA in use dies just before the fortieth request leaves: in the middle of a hundred.
  let requests = 0;
  const fatalFetch: typeof fetch = async (...args) => {
    requests += 1;
    if (requests === 40) await kill(ocas[0]!.child);
    return fetch(...args);
  };
  const log = createRecordingLog();
  const network = createFakeNetwork();
  const migrations = [...storeMigrations, ...downloadMigrations];
  const { database } = openDatabase({ folder: path.join(folder, 'user-data'), migrations, log });
  const { deviceSecret } = licensed.device;
  const downloadsFolder = path.join(folder, 'downloads');
  const store = createStore({ folder: downloadsFolder, database, deviceSecret, random, now: () => Date.now(), log });
  const clock = createSystemClock();
  const cdn = createCdn({ fetch: fatalFetch, clock, network, log, random });
  const sources = {
    presentation: async () => ({ presentation: { ...presentation, pathways: await renewPathways() }, renewPathways }),
  };
  const newId = () => randomUUID();
  const power = createFakePower();
  const downloads = createDownloads({
    database, store, licenses, cdn, clock, network, power, log, presence: createPresence(store, clock, power), sources, newId, random,
    accountId: () => 'account-1', rules: () => ({ ...Settings.parse({}).downloads, freeSpaceFloorBytes: 0 }), isPlaying: () => false,
  });

  const ended = new Promise<DownloadStatus>((resolve) => {
    downloads.onChange((change) => {
      if (change.type !== 'changed') return;
      if (change.download.state === 'completed' || change.download.state === 'failed') resolve(change.download);
    });
  });
  downloads.start();
  const { downloadId } = downloads.add(video.selection, presentation, { titleId: videoId });
  expect(await ended).toMatchObject({ state: 'completed', error: null, storedBytes: video.selection.size.bytes });
  expect(ocas[0]!.child.signalCode).toBe('SIGKILL');
  expect(renewals).toBeGreaterThanOrEqual(1);

  await kill(ocas[1]!.child);
  network.set(false);
  licensed.service.online = false;
  const playback = createPlayback({ store, licenses, cdn, log, newId });
  const offline = downloads.presentation(downloadId);
  const { sessionId, playlistPath, stored, verdict } = playback.start({
    videoId,
    presentation: offline,
    renewPathways: null,
    downloadId,
  });
  expect({ stored, allowed: verdict.allowed }).toEqual({ stored: 'all', allowed: true });
  const ask = (at: string) => playback.handle(new Request(new URL(at, 'http://layover.invalid')));
  const master = await (await ask(playlistPath)).text();
  for (const { renditionId } of video.selection.renditions) expect(master).toContain(`${renditionId}.m3u8`);

  const asked = requests;
  for (const [name, plain] of video.plain) {
    const [renditionId = '', index = ''] = name.split('/');
    const file = index === '-1' ? 'init.mp4' : `${index}.${renditionId === 's-en' ? 'vtt' : 'm4s'}`;
    const answer = await ask(`/media/${sessionId}/${renditionId}/${file}`);
    expect(Buffer.from(await answer.arrayBuffer()).equals(plain)).toBe(true);
  }
  expect(requests).toBe(asked);
  expect(playback.stats(sessionId).bySource.map(({ source }) => source)).toEqual(['store']);

  // At rest nothing of it lies in the clear, nor as the service encrypted it.
  const atRest = fs.readdirSync(downloadsFolder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => ({ name, bytes: fs.readFileSync(path.join(parentPath, name)) }));
  expect(atRest.filter(({ name }) => name.endsWith('.sealed'))).toHaveLength(3);
  const secrets = [...video.plain.values(), ...video.files.values(), contentKey];
  const isInClear = secrets.some((one) => atRest.some(({ bytes }) => bytes.includes(Buffer.from(one.subarray(0, 48)))));
  expect(isInClear).toBe(false);

  await downloads.remove(downloadId);
  expect(licenses.held()).toEqual([]);
  expect((await ask(`/media/${sessionId}/v-480p/0.m4s`)).status).toBe(403);
  playback.stopAll();
  await downloads.stop();
  database.close();
}); // prettier-ignore
