import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import net from 'node:net';
import path from 'node:path';
import { z } from 'zod';
import type { FaultRules } from '../../service/oca/faults.ts';
import { Title } from '../../src/shared/catalog.ts';
import type { Episode } from '../../src/shared/catalog.ts';
import { HomeView, PlaybackStats } from '../../src/shared/contract.ts';
import { DownloadView, StorageView } from '../../src/shared/downloads.ts';
import { ErrorValue } from '../../src/shared/errors.ts';
import { Verdict } from '../../src/shared/license.ts';
import { DAY_MS } from '../../src/shared/units.ts';
import { linkDemoCatalog } from '../demo-catalog.ts';
import { licenseSteps } from './licenses.ts';
import { layover, startService } from './processes.ts';
import type { LayoverRun, RunningService } from './processes.ts';
import type { createReport } from './report.ts';

const RENDITION = 'v-480p';
const MONTH_MS = 31 * DAY_MS;
const MONTH_LATER = ['--qa-clock-offset-ms', String(MONTH_MS)];

const Played = z.object({
  stored: z.enum(['all', 'some', 'none']),
  frames: z.int(),
  seconds: z.number(),
  bySource: PlaybackStats.shape.bySource,
});
const Failed = z.object({ error: ErrorValue });
const Downloads = z.object({ downloads: z.array(DownloadView) });
const Checked = Downloads.extend({ lastCheck: StorageView.shape.lastCheck.unwrap() });

/** The traveler's day, told step by step; every check reads what a process really answered. */
export async function travel(report: ReturnType<typeof createReport>, folder: string): Promise<void> {
  const serviceData = path.join(folder, 'service');
  const userData = path.join(folder, 'user');
  const framesOut = path.join(folder, 'frames.txt');
  await mkdir(serviceData, { recursive: true });
  await mkdir(userData, { recursive: true });
  let service: RunningService | undefined;
  let episode: Episode | undefined;
  let title: Title | undefined;

  /** Runs a command to its end and reads its answer; throws what it reported when it failed. */
  async function ask<T>(answer: z.ZodType<T>, ...args: string[]): Promise<T> {
    const { code, answer: said } = await layover(userData, args).ended;
    if (code !== 0) throw new Error(`layover ${args.join(' ')} ended with ${code}: ${JSON.stringify(said)}`);
    return answer.parse(said);
  }
  const videoId = () => known(episode).videoId;
  const fleet = () => known(service);
  const nearest = () => known(fleet().ocas[0]);

  try {
    await report.step('prepare the catalog', async () => {
      await linkDemoCatalog(serviceData);
      return 'demo catalog encoded or found';
    });
    await report.step('start service and OCAs', async () => {
      service = await startService(serviceData, ['--no-encode']);
      return `${service.apiUrl}, ${service.ocas.length} OCAs`;
    });
    await report.step('sign in', async () => {
      const args = ['sign-in', 'traveler@layover.example', '--password', 'layover-demo'];
      await ask(z.object({ account: z.object({ email: z.string() }) }), ...args, '--service', fleet().apiUrl);
      return 'traveler@layover.example';
    });
    await report.step('pick an episode', async () => {
      const home = await ask(HomeView, 'browse', '--profile', 'Ana');
      const items = home.rows.flatMap((row) => row.items);
      const item = known(items.find(({ type }) => type === 'series'));
      ({ title } = await ask(z.object({ title: Title }), 'title', item.titleId));
      episode = await firstHeldByNearest(title, serviceData, nearest().ocaId);
      return `${title.name}: ${episode.name} (${videoId()})`;
    });
    await report.step('probe OCAs', async () => {
      const { ocas } = await ask(PlaybackStats.pick({ ocas: true }), 'ocas', videoId());
      const good = ocas.filter(({ state }) => state === 'good');
      if (good.length < 2) throw new Error(`only ${good.length} OCAs are good: ${JSON.stringify(ocas)}`);
      return ocas
        .map(({ ocaId, state, latencyMs }) => `${ocaId} ${state} ${latencyMs?.toFixed(1)} ms`)
        .join(', ');
    });
    await report.step('stream ten seconds', async () => {
      const played = await ask(Played, 'play', videoId(), '--verify', '--seconds', '10');
      if (played.stored !== 'none' || played.frames < 240) throw new Error(JSON.stringify(played));
      return `${played.frames} frames from ${sourcesOf(played)}`;
    });

    let run: LayoverRun | undefined;
    let storedAtKill = 0;
    await report.step('download one rendition', async () => {
      // As slow as a hotel; and no OCA gives the last segment, so that there is a middle in which things go wrong.
      const last = await lastSegment(path.join(serviceData, 'media', videoId(), RENDITION));
      await misbehave(fleet().ocas, [
        { fault: { kind: 'bandwidth', bytesPerSecond: 400_000 } },
        { match: `${RENDITION}/${last}$`, fault: { kind: 'status', code: 503 } },
      ]);
      const args = [
        'download',
        videoId(),
        '--rendition',
        RENDITION,
        '--audio',
        'en,es',
        '--subtitles',
        'en,fr',
      ];
      run = layover(userData, args);
      const view = await until(run, (seen) => seen.storedBytes >= seen.selection.size.bytes * 0.15);
      return `${view.storedBytes} of ${view.selection.size.bytes} bytes${view.selection.size.exact ? '' : ' (about)'}`;
    });
    await report.step('kill the nearest OCA', async () => {
      process.kill(nearest().pid, 'SIGKILL');
      await refused(nearest().url);
      const view = await until(known(run), (seen) => seen.storedBytes >= seen.selection.size.bytes * 0.4);
      return `${nearest().ocaId} is gone, the download is at ${view.storedBytes} bytes`;
    });
    await report.step('kill the app', async () => {
      const view = await until(known(run), (seen) => seen.storedBytes >= seen.selection.size.bytes * 0.5);
      known(run).child.kill('SIGKILL');
      await known(run).ended;
      storedAtKill = view.storedBytes;
      return `SIGKILL at ${storedAtKill} bytes`;
    });
    await report.step('resume', async () => {
      await misbehave(fleet().ocas.slice(1), []);
      const { downloads } = await ask(Downloads, 'downloads');
      const found = known(downloads.find((view) => view.videoId === videoId()));
      if (found.storedBytes < storedAtKill)
        throw new Error(`${storedAtKill - found.storedBytes} bytes were lost`);
      const view = await ask(DownloadView, 'download', videoId());
      if (view.storedBytes !== view.selection.size.bytes) throw new Error(JSON.stringify(view));
      return `went on from ${found.storedBytes}, complete at ${view.storedBytes} bytes`;
    });

    await report.step('take the season by rule', async () => {
      const all = await ask(Downloads, 'download', known(title).titleId, '--season', '1', '--data-saver');
      const whole = all.downloads.filter(({ state }) => state === 'completed');
      if (whole.length < 2 || whole.length < all.downloads.length) throw new Error(JSON.stringify(all));
      return `${whole.length} episodes are here`;
    });
    await report.step('move the downloads', async () => {
      const moved = await ask(StorageView, 'storage', 'move', path.join(userData, 'drive'));
      if (moved.move !== null || moved.usedBytes === 0) throw new Error(JSON.stringify(moved));
      return `${moved.usedBytes} bytes in ${path.basename(moved.folder)}`;
    });
    await report.step('damage and repair', async () => {
      await damage(path.join(userData, 'drive'));
      const found = await ask(Checked, 'storage', 'check', '--repair');
      const whole = found.downloads.filter(({ state }) => state === 'completed');
      if (found.lastCheck.damagedSegments !== 1 || whole.length !== 1) throw new Error(JSON.stringify(found));
      return '1 segment was found damaged, and fetched again';
    });

    await report.step('stop service and OCAs', async () => {
      const { apiUrl, ocas } = fleet();
      await fleet().stop();
      await Promise.all([apiUrl, ...ocas.map(({ url }) => url)].map(refused));
      return 'every port refuses';
    });
    await report.step('play offline', async () => {
      const args = ['play', videoId(), '--verify', '--rendition', RENDITION, '--frames-out', framesOut];
      const played = await ask(Played, ...args);
      if (played.bySource.some(({ source }) => source !== 'store')) throw new Error(sourcesOf(played));
      const frames = await compareFrames(framesOut, serviceData, videoId());
      return `${frames} frames, each equal to the source encode, from ${sourcesOf(played)}`;
    });
    await report.step('let the license run out', async () => {
      const verdict = await licenseOf(...MONTH_LATER);
      if (verdict.allowed) throw new Error(`still allowed: ${JSON.stringify(verdict)}`);
      return `31 days later: ${verdict.reason}`;
    });
    await report.step('see it refused', async () => {
      const { code, answer } = await layover(userData, ['play', videoId(), '--verify', ...MONTH_LATER]).ended;
      const { error } = Failed.parse(answer);
      if (code !== 1 || !error.code.startsWith('license/')) throw new Error(JSON.stringify(answer));
      return error.code;
    });

    await report.step('come back', async () => {
      service = await startService(serviceData, ['--no-encode', ...MONTH_LATER]);
      const status = await ask(z.object({ connection: z.literal('online') }), 'status', ...MONTH_LATER);
      return status.connection;
    });
    await report.step('renew', async () => {
      const verdict = await licenseOf('--renew', ...MONTH_LATER);
      if (!verdict.allowed) throw new Error(verdict.reason);
      return 'allowed again, nothing downloaded again';
    });
    await report.step('play again', async () => {
      const args = [
        'play',
        videoId(),
        '--verify',
        '--rendition',
        RENDITION,
        '--seconds',
        '12',
        ...MONTH_LATER,
      ];
      const played = await ask(Played, ...args);
      if (played.bySource.some(({ source }) => source !== 'store')) throw new Error(sourcesOf(played));
      return `${played.frames} frames from ${sourcesOf(played)}`;
    });
    await report.step('sync progress', async () => {
      const { pending } = await ask(z.object({ pending: z.int() }), 'sync', ...MONTH_LATER);
      if (pending !== 0) throw new Error(`${pending} still wait`);
      return 'nothing waits';
    });
    await report.step('see it in Continue Watching', async () => {
      const { titleId } = known(title);
      const here = watching(await ask(HomeView, 'browse', ...MONTH_LATER));
      const there = watching(await homeOfService(fleet().apiUrl));
      if (!here.includes(titleId) || here.join() !== there.join())
        throw new Error(`here: ${here.join()}; at the service: ${there.join()}`);
      return `${here.join(', ')} on both sides`;
    });
    await licenseSteps(report, () => ({
      apiUrl: fleet().apiUrl,
      dataDir: serviceData,
      drive: path.join(userData, 'drive'),
      titleId: known(title).titleId,
      videoId: videoId(),
      nowMs: Date.now() + MONTH_MS,
      run: (...args) => layover(userData, [...args, ...MONTH_LATER]),
      ask: (answer, ...args) => ask(answer, ...args, ...MONTH_LATER),
    }));
  } finally {
    await service?.stop();
  }

  async function licenseOf(...args: string[]): Promise<Verdict> {
    const answer = z.object({ licenses: z.array(z.object({ verdict: Verdict })).length(1) });
    const { licenses } = await ask(answer, 'license', videoId(), ...args);
    return known(licenses[0]).verdict;
  }
}

type Rows = Pick<HomeView, 'rows'>;
const watching = (home: Rows): string[] =>
  home.rows
    .filter((row) => row.kind === 'continue-watching')
    .flatMap((row) => row.items.map((item) => item.titleId));

const sourcesOf = (played: z.infer<typeof Played>): string =>
  played.bySource.map(({ source, segments }) => `${source} (${segments} segments)`).join(', ');

function known<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('an earlier step gave nothing');
  return value;
}

/** The first progress that satisfies; fails when the run ends before. */
function until(run: LayoverRun, satisfies: (view: DownloadView) => boolean): Promise<DownloadView> {
  return new Promise((resolve, reject) => {
    run.onProgress((value) => {
      const view = DownloadView.safeParse(value);
      if (view.success && satisfies(view.data)) resolve(view.data);
    });
    void run.ended.then(({ answer }) =>
      reject(new Error(`the download ended first: ${JSON.stringify(answer)}`)),
    );
  });
}

/** The name of the file of a rendition's last segment. */
async function lastSegment(folder: string): Promise<string> {
  const files = (await readdir(folder)).filter((name) => name.endsWith('.m4s'));
  return known(files.toSorted((a, b) => Number.parseInt(a) - Number.parseInt(b)).at(-1));
}

/** From now on these OCAs misbehave so; no rules: well again. */
async function misbehave(ocas: RunningService['ocas'], rules: FaultRules['rules']): Promise<void> {
  for (const { controlUrl } of ocas) {
    const body = JSON.stringify({ rules } satisfies FaultRules);
    const answer = await fetch(controlUrl, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body,
    });
    if (!answer.ok) throw new Error(`${controlUrl}: ${answer.status} ${await answer.text()}`);
  }
}

/** One bit of one sealed video changes, as on a disk that grows old. */
async function damage(folder: string): Promise<void> {
  const names = await readdir(folder, { recursive: true });
  const file = path.join(folder, known(names.find((name) => /v-.*\.sealed$/.test(name))));
  const bytes = await readFile(file);
  const middle = Math.floor(bytes.length / 2);
  bytes[middle] = (bytes[middle] ?? 0) ^ 1;
  await writeFile(file, bytes);
}

/** Resolves once nothing listens there any more. */
async function refused(url: string): Promise<void> {
  const { hostname, port } = new URL(url);
  for (;;) {
    const listens = await new Promise<boolean>((resolve) => {
      const socket = net.connect(Number(port), hostname);
      socket.once('connect', () => resolve(true));
      socket.once('error', () => resolve(false));
      socket.once('close', () => socket.destroy());
      socket.once('connect', () => socket.destroy());
    });
    if (!listens) return;
  }
}

/** Small OCAs hold a part: the journey wants an episode that the nearest one has. */
async function firstHeldByNearest(title: Title, serviceData: string, ocaId: string): Promise<Episode> {
  if (title.type !== 'series') throw new Error('not a series');
  const held = await readFile(path.join(serviceData, 'ocas', `${ocaId}.holds.json`), 'utf8').then(
    (text) => z.array(z.string()).parse(JSON.parse(text)),
    () => undefined,
  );
  return known(title.episodes.find(({ videoId }) => !held || held.includes(videoId)));
}

/** Every decoded frame against the digests that the encoder wrote of its own encode. Returns how many. */
async function compareFrames(framesOut: string, serviceData: string, videoId: string): Promise<number> {
  const source = await readFile(
    path.join(serviceData, 'encodes', videoId, 'frames', `${RENDITION}.framemd5`),
    'utf8',
  );
  const wanted = source.split('\n').flatMap((line) => /^0,.*,\s*([0-9a-f]{32})$/.exec(line)?.[1] ?? []);
  const shown = (await readFile(framesOut, 'utf8'))
    .trim()
    .split('\n')
    .map((line) => line.split(' ')[1]);
  if (shown.length !== wanted.length)
    throw new Error(`${shown.length} frames shown, ${wanted.length} encoded`);
  const wrong = wanted.findIndex((md5, i) => md5 !== shown[i]);
  if (wrong >= 0) throw new Error(`frame ${wrong} differs`);
  return shown.length;
}

/** What the service itself says, asked by hand: the client's word alone would prove nothing. */
async function homeOfService(apiUrl: string): Promise<Rows> {
  const call = async (at: string, init: RequestInit): Promise<unknown> => {
    const answer = await fetch(`${apiUrl}/api/v1${at}`, init);
    if (!answer.ok) throw new Error(`${at}: ${answer.status}`);
    return answer.json();
  };
  const jwk = await crypto.subtle.generateKey({ name: 'ECDH', namedCurve: 'P-256' }, true, ['deriveBits']);
  const { kty, crv, x, y } = await crypto.subtle.exportKey('jwk', jwk.publicKey);
  const signIn = await call('/auth/sign-in', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      email: 'traveler@layover.example',
      password: 'layover-demo',
      device: { deviceId: 'journey-observer', name: 'Journey', publicKey: { kty, crv, x, y } },
    }),
  });
  const { accessToken } = z.object({ accessToken: z.string() }).parse(signIn);
  const headers = { authorization: `Bearer ${accessToken}` };
  const { profiles } = z
    .object({ profiles: z.array(z.object({ profileId: z.string(), name: z.string() })) })
    .parse(await call('/profiles', { headers }));
  const ana = known(profiles.find(({ name }) => name === 'Ana'));
  return HomeView.pick({ rows: true }).parse(
    await call(`/browse/home?profileId=${ana.profileId}`, { headers }),
  );
}
