import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  isCompleted,
  openEngine,
  played,
  reach,
  segments,
  signIn,
  smallest,
  startServiceWithFilm,
} from '../../testing/engine-world.ts';
import type { ServiceWithFilm } from '../../testing/engine-world.ts';
import { deviceSecretsOf, spellingsOf } from '../../testing/spellings.ts';
import type { Secret } from '../../testing/spellings.ts';
import { temporaryFolder } from '../../testing/temporary-folder.ts';

let service: ServiceWithFilm;
beforeAll(async () => {
  service = await startServiceWithFilm();
});
afterAll(() => service.remove());

/** "<file>: <secret>" of every file below the folder, the write-ahead log of the database among them. */
async function inFiles(folder: string, secrets: readonly Secret[]): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    // What a download is writing may be gone again.
    const bytes = await readFile(path.join(entry.parentPath, entry.name)).catch(() => Buffer.alloc(0));
    for (const secret of secrets)
      if (bytes.includes(secret.bytes)) found.push(`${entry.name}: ${secret.name}`);
  }
  return found;
}

test('content key and device keys: in no file, no log line, no answer, no crash report, at any time', async () => {
  const folder = temporaryFolder();
  const { videoId, titleId, record } = service.video;
  const engine = await openEngine({ folder, serviceUrl: service.running.apiUrl });
  const answers: unknown[] = [];
  const ending = new AbortController();
  const events = await engine.client.app.events(undefined, { signal: ending.signal });
  const listening = (async () => {
    for await (const event of events) answers.push(event);
  })().catch(() => undefined);
  await signIn(engine);
  const secrets = [
    ...spellingsOf('content key', Buffer.from(record.contentKeyHex, 'hex')),
    ...(await deviceSecretsOf(folder)),
  ];
  const { client } = engine;

  // Slow enough to look in the middle of it.
  await service.misbehave(segments({ kind: 'bandwidth', bytesPerSecond: 400_000 }));
  const { downloadId } = await client.downloads.add({ videoId, preferences: smallest });
  await reach(engine, downloadId, ({ storedBytes }) => storedBytes > 0);
  expect(
    (await readdir(folder)).some((name) => name.endsWith('-wal')),
    'a log of the database is there',
  ).toBe(true);
  expect(await inFiles(folder, secrets)).toEqual([]);
  await service.misbehave();
  await reach(engine, downloadId, isCompleted);
  const started = await client.playback.start({ videoId });
  await played(engine, started.playlistPath, ['v-240p', 'a-en']);
  answers.push(started, await client.playback.stats({ sessionId: started.sessionId }));
  answers.push(
    await client.playback.tick({
      sessionId: started.sessionId,
      positionSeconds: 9,
      watchedSeconds: 9,
      state: 'playing',
    }),
  );
  answers.push(await client.downloads.renewLicense({ downloadId }), await client.downloads.list());
  answers.push(
    await client.devices.list(),
    await client.catalog.title({ titleId }),
    await client.app.status(),
  );
  answers.push(await client.settings.read(), await client.storage.read());
  expect(await inFiles(folder, secrets)).toEqual([]);

  ending.abort();
  await listening;
  // How many events there are depends on how long it took.
  for (const type of ['status', 'download'])
    expect(answers).toContainEqual(expect.objectContaining({ type }));
  // What Node itself writes when a process dies.
  const report = JSON.stringify(process.report.getReport());
  const said = Buffer.from(JSON.stringify(answers) + JSON.stringify(engine.log.lines) + report);
  expect(said.includes(downloadId)).toBe(true);
  expect(secrets.filter(({ bytes }) => said.includes(bytes)).map(({ name }) => name)).toEqual([]);

  await engine.close();
  expect(await inFiles(folder, secrets)).toEqual([]);
  // The search finds what is there.
  const deviceId = (
    JSON.parse(await readFile(path.join(folder, 'device.json'), 'utf8')) as { deviceId: string }
  ).deviceId;
  expect(await inFiles(folder, [{ name: 'device id', bytes: Buffer.from(deviceId) }])).not.toEqual([]);
});
