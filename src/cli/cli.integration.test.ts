import { spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { email, password, startServiceWithFilm, trickling } from '../../testing/engine-world.ts';
import type { ServiceWithFilm } from '../../testing/engine-world.ts';
import { makeStrangersMedia, startOrigin, strangers } from '../../testing/strangers-media.ts';
import { named, noSignals } from '../../testing/systems.ts';
import { temporaryFolder } from '../../testing/temporary-folder.ts';
import type { DeviceView } from '../shared/contract.ts';
import { DAY_MS } from '../shared/units.ts';

const root = path.resolve(import.meta.dirname, '../..');
const main = path.join(root, 'src/cli/main.ts');
const bin = path.join(root, 'bin/layover.js');

interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs a command to its end, from a folder that has nothing to do with Layover. */
async function layover(
  args: string[],
  { node = process.execPath, script = main, env = {} } = {},
): Promise<Ran> {
  const child = spawn(node, [script, ...args], {
    cwd: os.tmpdir(),
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const [out, err, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { code, out, err };
}

test('a scenario of licenses is run without an engine, and one that does not hold says where', async () => {
  const scenario = path.join(root, 'src/lab/scenarios/rental-window.json');
  const held = await layover(['license', 'simulate', scenario, '--json']);
  expect([held.code, held.err]).toEqual([0, '']);
  expect(JSON.parse(held.out)).toMatchObject({ ok: true, failures: [] });

  const file = path.join(temporaryFolder(), 'wrong.json');
  const verdict = { allowed: false, reason: 'license-expired', since: '31d' };
  const steps = [{ do: 'acquire' }, { do: 'offline' }, { do: 'expect', at: '30d', verdict }];
  writeFileSync(file, JSON.stringify({ version: 1, title: 'Wrong', steps }));
  const failed = await layover(['license', 'simulate', file]);
  expect([failed.code, failed.err]).toEqual([1, '']);
  expect(failed.out).toContain('Step 3, at 30d:\n  reason: expected license-expired, was rental-expired');
  expect(failed.out).toContain('  since: expected 31d, was 30d');
});

describe('wrongly called', () => {
  test.each([
    [['frobnicate'], /unknown command 'frobnicate'/],
    [['status', '--frobnicate'], /unknown option '--frobnicate'/],
    [['title'], /missing required argument 'titleId'/],
    [['play', 'x'], /--verify/],
    [['play', 'x', '--verify', '--seconds', 'abc'], /--seconds/],
    [['play', 'x', '--verify', '--rendition', '../x'], /--rendition/],
    [['download', 'x', '--max-height', '-1'], /--max-height/],
    [['status', '--service', 'nonsense'], /--service/],
    [['status', '--service', 'ftp://service.example'], /--service/],
    [['status', '--qa-clock-offset-ms', 'soon'], /--qa-clock-offset-ms/],
    [['license', 'simulate', '/nowhere.json'], /nowhere.json cannot be read/],
    [['license', 'simulate', path.join(root, 'package.json')], /package.json: version: /],
    [['sign-in', 'nobody', '--password', 'x'], /not an email address/],
    [['sign-in', 'a@b.example'], /LAYOVER_PASSWORD/],
  ])('%j: one sentence, exit code 2, no stack trace', async (args, sentence) => {
    const data = temporaryFolder();
    const own = args.length > 1 && args[1] !== 'simulate' ? ['--data', data] : [];
    const words = await layover([...args, ...own], { env: { LAYOVER_PASSWORD: '' } });
    expect([words.code, words.out]).toEqual([2, '']);
    expect(words.err).toMatch(sentence);
    expect(words.err.trim().split('\n')).toHaveLength(1);
  });

  test.each([[['frobnicate', '--json']], [['status', '--json', '--service', 'nonsense']]])(
    '%j: the same as one JSON value',
    async (args) => {
      const { code, out } = await layover(args);
      expect(code).toBe(2);
      expect(JSON.parse(out)).toMatchObject({ error: { code: 'cli/usage' } });
    },
  );

  test('no command at all shows how; help is no mistake', async () => {
    expect(await layover([])).toMatchObject({ code: 2, out: '' });
    expect(await layover(['--help'])).toMatchObject({ code: 0, err: '' });
    expect((await layover(['play', '--help'])).out).toContain('--frames-out');
  });

  test('a folder that is a file, a settings file that is none', async () => {
    const folder = temporaryFolder();
    const file = path.join(folder, 'file');
    writeFileSync(file, '');
    const ran = await layover(['status', '--data', file, '--json']);
    expect(ran.code).toBe(1);
    expect(JSON.parse(ran.out)).toMatchObject({ error: { code: 'database/unwritable' } });
    writeFileSync(path.join(folder, 'settings.json'), '{"theme":');
    expect(await layover(['downloads', '--data', folder, '--json'])).toMatchObject({
      code: 0,
      out: '{"downloads":[]}\n',
    });
  });
});

describe('with nobody signed in, an address', () => {
  test('is opened, downloaded, played with its server gone, listed and forgotten', async () => {
    const media = temporaryFolder();
    await makeStrangersMedia(media, { seconds: 4 });
    const origin = await startOrigin(media);
    onTestFinished(() => origin.close());
    const data = ['--data', temporaryFolder(), '--json'];
    const said = async (...args: string[]) => {
      const ran = await layover([...args, ...data]);
      expect(ran).toMatchObject({ code: 0 });
      return JSON.parse(ran.out) as Record<string, unknown>;
    };
    const opened = await said('open', origin.url + strangers.rotating);
    expect(opened).toMatchObject({ name: 'keys', renditions: [{ size: { exact: false } }] });
    const id = String(opened.videoId);
    expect(await said('download', id)).toMatchObject({ state: 'completed' });
    await origin.close();
    expect(await said('play', id, '--verify')).toMatchObject({ frames: 100, stored: 'all' });
    expect(await said('opened')).toMatchObject({ addresses: [{ videoId: id }] });
    const refused = await layover(['open', 'file:///etc/passwd', ...data]);
    expect(refused.code).toBe(1);
    expect(JSON.parse(refused.out)).toMatchObject({ error: { code: 'address/scheme' } });
    await said('forget', id);
    expect(await said('downloads')).toEqual({ downloads: [] });
  });
});

describe('on a service', () => {
  let service: ServiceWithFilm;
  let data: string;
  beforeAll(async () => {
    service = await startServiceWithFilm();
  });
  afterAll(() => service.remove());
  beforeEach(async () => {
    await service.misbehave();
    data = temporaryFolder();
    const args = ['sign-in', email, '--service', service.running.apiUrl, '--data', data];
    const ran = await layover(args, { env: { LAYOVER_PASSWORD: password } });
    expect(ran).toMatchObject({ code: 0, err: '', out: `Signed in as ${email}.\n` });
  });
  const ask = (...args: string[]): Promise<Ran> => layover([...args, '--data', data, '--json']);

  test('every command answers with exactly one JSON value', async () => {
    const film = service.video.titleId;
    const inThreeDays = new Date(Date.now() + 3 * DAY_MS).toISOString();
    for (const args of [
      ['status'],
      ['browse', '--profile', 'Ana'],
      ['search', 'test film'],
      ['title', film],
      ['ocas', film],
      ['download', film, '--rendition', 'v-240p', '--audio', 'en', '--subtitles', 'fr'],
      ['downloads'],
      ['play', film, '--verify', '--seconds', '2'],
      ['license', film],
      ['license', film, '--renew'],
      ['license', 'clock'],
      ['devices'],
      ['trip', '--from', 'now', '--to', inThreeDays, '--renew', '--download'],
      ['sync'],
      ['remove', film],
    ]) {
      const ran = await ask(...args);
      expect([args, ran.code, ran.err.includes('    at ')]).toEqual([args, 0, false]);
      expect(JSON.parse(ran.out)).toBeTypeOf('object');
    }
    expect(JSON.parse((await ask('downloads')).out)).toEqual({ downloads: [] });
  });

  test('another device is signed out by its id', async () => {
    const second = temporaryFolder();
    const args = ['sign-in', email, '--service', service.running.apiUrl, '--data', second];
    await layover(args, { env: { LAYOVER_PASSWORD: password } });
    const { devices } = JSON.parse((await ask('devices')).out) as { devices: DeviceView[] };
    expect(devices[0]?.isThis).toBe(true);
    const latest = devices[1]?.deviceId ?? '';
    const left = JSON.parse((await ask('devices', 'remove', latest)).out) as { devices: DeviceView[] };
    expect(left).toMatchObject({ removed: latest });
    expect(left.devices.map(({ deviceId }) => deviceId)).not.toContain(latest);
    const signedOut = await layover(['devices', '--data', second, '--json']);
    expect([signedOut.code, JSON.parse(signedOut.out)]).toMatchObject([
      1,
      { error: { code: 'auth/signed-out' } },
    ]);
  });

  test('nobody’s token or key is in what it says or logs', async () => {
    const all: string[] = [];
    for (const name of ['status', 'downloads', 'license'])
      all.push(JSON.stringify(await layover([name, '--data', data, '--verbose'])));
    all.push(readFileSync(path.join(data, 'logs', 'layover.log'), 'utf8'));
    expect(all.join()).not.toMatch(/eyJ|Bearer/);
    expect(all.join()).not.toContain(service.video.record.contentKeyHex);
    expect(all.join()).not.toContain(password);
  });

  test.each([
    [['trip', '--from', 'now', '--to', '2001-01-01'], 1, 'trip/invalid'],
    [['trip', '--from', 'soon', '--to', 'later'], 2, 'cli/usage'],
    [['title', 'nothing'], 1, 'catalog/not-found'],
    [['title', 'not/an/id'], 2, 'cli/usage'],
    [['play', 'nothing', '--verify'], 1, 'catalog/not-found'],
    [['download', 'test-film:second'], 2, 'cli/usage'],
    [['download', 'test-film', '--rendition', 'v-9000p'], 2, 'cli/usage'],
    [['remove', 'test-film'], 1, 'download/unknown'],
    [['license', 'test-film'], 1, 'download/unknown'],
    [['browse', '--profile', 'Nobody'], 1, 'profile/unknown'],
    [['browse', '--profile', 'Ben:0000'], 1, 'profile/wrong-pin'],
  ])('%j ends with %i and %s', async (args, code, error) => {
    const ran = await ask(...args);
    expect([ran.code, JSON.parse(ran.out)]).toMatchObject([code, { error: { code: error } }]);
  });

  test.skipIf(noSignals).each([
    ['Ctrl-C on the engine’s own process', process.execPath, main, 1],
    ['Ctrl-C in a terminal, which also reaches the launcher that passes it on', process.execPath, main, 2],
    ['the launcher alone', process.execPath, bin, 1],
  ])(
    named('%s stops a download in an orderly way: 130, and what is stored stays', noSignals),
    async (_, node, script, times) => {
      await service.misbehave(trickling('v-480p/104857[89]'));
      const film = service.video.titleId;
      const child = spawn(node, [
        script,
        'download',
        film,
        '--rendition',
        'v-480p',
        '--json',
        '--data',
        data,
      ]);
      onTestFinished(() => void child.kill('SIGKILL'));
      const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
      const answer = text(child.stdout);
      let stored = 0;
      for await (const line of createInterface({ input: child.stderr })) {
        stored = (JSON.parse(line) as { storedBytes: number }).storedBytes;
        if (stored > 20_000) break;
      }
      child.stderr.resume();
      for (let n = 0; n < times; n += 1) child.kill('SIGINT');
      expect(await ended).toBe(130);
      expect(JSON.parse(await answer)).toMatchObject({ state: 'downloading' });
      const [view] = (JSON.parse((await ask('downloads')).out) as { downloads: { storedBytes: number }[] })
        .downloads;
      expect(view?.storedBytes).toBeGreaterThanOrEqual(stored);
      await service.misbehave();
      expect(JSON.parse((await ask('download', film)).out)).toMatchObject({ state: 'completed' });
    },
  );
});

/** Another Node than the pinned one, where the machine has one. */
const otherNode = (process.env['PATH'] ?? '')
  .split(path.delimiter)
  .filter((folder) => !folder.startsWith(root))
  .map((folder) => path.join(folder, process.platform === 'win32' ? 'node.exe' : 'node'))
  .find(existsSync);

const noOtherNode = otherNode ? undefined : 'no other Node is installed';

test.skipIf(noOtherNode)(
  named('the launcher works under the system’s own Node, from any folder', noOtherNode),
  async () => {
    const ran = await layover(['downloads', '--json', '--data', temporaryFolder()], {
      node: otherNode!,
      script: bin,
    });
    expect(ran).toEqual({ code: 0, out: '{"downloads":[]}\n', err: '' });
    expect((await layover(['frobnicate'], { node: otherNode!, script: bin })).code).toBe(2);
  },
);
