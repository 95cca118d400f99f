import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { createCdn } from '../../src/cdn/cdn.ts';
import { openDatabase } from '../../src/database/open.ts';
import { createLicenses, licenseMigrations } from '../../src/license/licenses.ts';
import { createTrustedTime } from '../../src/license/trusted-time.ts';
import type { Licenses } from '../../src/license/types.ts';
import { untouched, verdict } from '../../src/license/verdict.ts';
import { createNodePlatform } from '../../src/platform/node-platform.ts';
import { createPlayback } from '../../src/playback/playback.ts';
import type { Presentation } from '../../src/shared/presentation.ts';
import { storeMigrations } from '../../src/store/migrations.ts';
import { createStore } from '../../src/store/store.ts';
import { createFakeLicenses } from '../../testing/fake-licenses.ts';
import { createLicenseIssuer, offlinePolicy } from '../../testing/license-issuer.ts';
import { createRecordingLog } from '../../testing/recording-log.ts';
import { loadTestDevice } from '../../testing/test-device.ts';

export interface LicenseInput {
  readonly folder: string;
  /**
   * `cold`: the first press of play after a start, signature and content key opened anew. `warm`: a later one. `free`: the
   * same path with licenses that allow everything and check nothing. `verdicts`: how many of them there are in a second.
   */
  readonly from: 'cold' | 'warm' | 'free' | 'verdicts';
}
export type LicenseOutput = Record<string, number>;

const PLAYS = 300;
const WARM_UP = 50;
const HELD = 100;
const SEGMENT_BYTES = 1024 * 1024;
const VERDICTS = 20_000;

const { folder, from } = JSON.parse(process.argv[2] ?? '{}') as LicenseInput;
const log = createRecordingLog();
const platform = createNodePlatform({ host: 'cli', version: '0', userData: folder, log });
const { database } = openDatabase({ folder, migrations: [...storeMigrations, ...licenseMigrations], log });
const device = await loadTestDevice();
const issuer = await createLicenseIssuer({ now: () => Date.now() });
const service = issuer.service(device, () => Date.now());
const trustedTime = createTrustedTime({ database, clock: platform.clock, log });
const openLicenses = () =>
  createLicenses({
    database,
    device,
    service,
    licenseKeys: () => issuer.publicKeys,
    accountId: () => 'account-1',
    trustedTime,
    log,
  });

const videoId = 'video-0';
const seconds = 4;
const presentation: Presentation = {
  durationSeconds: seconds,
  pathways: [],
  video: [
    {
      kind: 'video',
      id: 'v',
      bandwidthBitsPerSecond: 2_000_000,
      width: 1280,
      height: 720,
      codecs: 'avc1.64001f',
      segments: [{ index: 0, path: '0.m4s', startSeconds: 0, durationSeconds: seconds }],
    },
  ],
  audio: [],
  subtitles: [],
};

/** From the press of play to the first piece of the first segment: permission, session, playlists, segment. */
async function plays(open: () => Licenses): Promise<LicenseOutput> {
  const contentKey = issuer.contentKeyOf(videoId);
  const store = createStore({
    folder: path.join(folder, 'downloads'),
    database,
    deviceSecret: device.deviceSecret,
    random: (sizeBytes) => platform.random(sizeBytes),
    now: () => platform.clock.now(),
    log,
  });
  const trackId = 'd.v';
  await store.createTrack({ trackId, downloadId: 'd', videoId, renditionId: 'v', kind: 'video' }, contentKey);
  const track = store.unlock(trackId, contentKey);
  await track.put(0, randomBytes(SEGMENT_BYTES));
  track.close();
  const cdn = createCdn(platform);
  const times: number[] = [];
  for (let n = 0; n < WARM_UP + PLAYS; n += 1) {
    const licenses = open();
    const playback = createPlayback({ store, licenses, cdn, log, newId: () => 'session' });
    const startMs = performance.now();
    if (!licenses.verdict(videoId).allowed) throw new Error('refused');
    playback.start({ videoId, presentation, renewPathways: null, downloadId: 'd' });
    const ask = async (file: string): Promise<Response> => {
      const answer = await playback.handle(new Request(`http://local/media/session/${file}`));
      if (!answer.ok) throw new Error(`${file}: ${answer.status} ${await answer.text()}`);
      return answer;
    };
    await (await ask('master.m3u8')).text();
    await (await ask('v.m3u8')).text();
    const reader = (await ask('v/0.m4s')).body!.getReader();
    await reader.read();
    times.push(performance.now() - startMs);
    await reader.cancel();
    playback.stopAll();
  }
  await store.close();
  const sorted = times.slice(WARM_UP).sort((a, b) => a - b);
  const at = (part: number) => sorted[Math.floor((sorted.length - 1) * part)] ?? NaN;
  return { firstByteMs: at(0.5), firstByteP99Ms: at(0.99) };
}

/** As screens and the media handler ask, over the rows of a full library; and the pure function alone. */
function verdicts(licenses: Licenses): LicenseOutput {
  const perSecond = (ask: (n: number) => boolean): number => {
    for (let n = 0; n < VERDICTS / 4; n += 1) ask(n);
    const startMs = performance.now();
    let allowed = 0;
    for (let n = 0; n < VERDICTS; n += 1) allowed += Number(ask(n));
    if (allowed !== VERDICTS) throw new Error(`only ${allowed} were allowed`);
    return VERDICTS / ((performance.now() - startMs) / 1000);
  };
  const nowMs = Date.now();
  const grant = { issuedAtMs: nowMs, policy: offlinePolicy };
  return {
    verdictsPerSecond: perSecond((n) => licenses.verdict(`video-${n % HELD}`).allowed),
    pureVerdictsPerSecond: perSecond(
      (n) => verdict(grant, untouched, { nowMs: nowMs + n, isClockBehind: false }).allowed,
    ),
  };
}

async function found(): Promise<LicenseOutput> {
  if (from === 'free') {
    const free = createFakeLicenses(() => issuer.contentKeyOf(videoId));
    await free.acquire(videoId, 'offline');
    return plays(() => free);
  }
  const licenses = openLicenses();
  for (let n = 0; n < HELD; n += 1) await licenses.acquire(`video-${n}`, 'offline');
  if (from === 'verdicts') return verdicts(licenses);
  return plays(from === 'cold' ? openLicenses : () => licenses);
}

process.stdout.write(`${JSON.stringify(await found())}\n`);
database.close();
