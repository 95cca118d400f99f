import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createApi } from '../service/api/create-api.ts';
import { openDatabase } from '../service/api/db/database.ts';
import { seedAccounts } from '../service/api/seed.ts';
import type { Api, ApiOptions } from '../service/api/create-api.ts';
import type { TitleDrop, VideoRecord } from '../service/encoder/drop.ts';
import type { OcaNode } from '../service/api/context.ts';
import type { Title } from '../src/shared/catalog.ts';
import { playablesOf } from '../src/shared/catalog.ts';
import type { SignInBody } from '../src/shared/service-api.ts';
import { createFakeClock } from './fake-clock.ts';
import type { FakeClock } from './fake-clock.ts';

export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Parsed when it was JSON. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly body: any;
}

export interface TestDevice {
  readonly deviceId: string;
  readonly publicKey: SignInBody['device']['publicKey'];
  readonly privateKey: ReturnType<typeof generateKeyPairSync>['privateKey'];
}

export interface SignedIn extends TestDevice {
  readonly token: string;
  readonly licenseKeys: { kid: string; x: string; kty: 'OKP'; crv: 'Ed25519' }[];
  get(path: string): Promise<Answered>;
  post(path: string, body: unknown): Promise<Answered>;
  put(path: string): Promise<Answered>;
  delete(path: string): Promise<Answered>;
}

export interface TestService {
  readonly api: Api;
  readonly clock: FakeClock;
  readonly dataDir: string;
  readonly origin: string;
  /** Below /api/v1. */
  request(method: string, path: string, init?: RequestInit): Promise<Answered>;
  signIn(email?: string, device?: TestDevice): Promise<SignedIn>;
  /** As whoever runs the service; below /api/v1/operator. */
  operator(method: string, path: string, body?: unknown): Promise<Answered>;
  /** Publishes titles as the encoder does, and waits until the service has them. */
  publish(...titles: (Title | { title: Title; countries?: string[] })[]): Promise<void>;
  withdraw(titleId: string): Promise<void>;
  close(): Promise<void>;
}

export const operatorToken = 'operator-token-that-is-long-enough-for-one';
export const ocaSecret = 'a secret that all OCAs share with it';
/** Of every video that `publish` makes. */
export const contentKeyHex = '00112233445566778899aabbccddeeff';

/** A real service in this process: a real socket, a real database in a folder of its own, a clock that stands. */
export async function startTestService(options: Partial<ApiOptions> = {}): Promise<TestService> {
  const dataDir = options.dataDir ?? (await seededFolder());
  const clock = createFakeClock();
  const ocas = [oca(1, 'small'), oca(2, 'small'), oca(3, 'large'), oca(4, 'large')];
  const api = await createApi({ dataDir, clock, ocas: () => ocas, ocaSecret, operatorToken, ...options });
  await api.app.listen({ host: '127.0.0.1', port: 0 });
  const origin = api.app.listeningOrigin;

  async function request(method: string, below: string, init: RequestInit = {}): Promise<Answered> {
    const response = await fetch(`${origin}/api/v1${below}`, { method, ...init });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.startsWith('application/json');
    return {
      status: response.status,
      headers: response.headers,
      text,
      body: isJson ? JSON.parse(text) : undefined,
    };
  }

  return {
    api,
    clock,
    dataDir,
    origin,
    request,
    async signIn(email = 'traveler@layover.example', device = makeDevice()) {
      const { deviceId, publicKey } = device;
      const answer = await request('POST', '/auth/sign-in', {
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          email,
          password: 'layover-demo',
          device: { deviceId, name: 'A laptop', publicKey },
        }),
      });
      if (answer.status !== 200) throw new Error(answer.text);
      const token = answer.body.accessToken as string;
      const headers = { authorization: `Bearer ${token}` };
      return {
        ...device,
        token,
        licenseKeys: answer.body.licenseKeys,
        get: (below) => request('GET', below, { headers }),
        post: (below, body) =>
          request('POST', below, {
            headers: { ...headers, 'content-type': 'application/json' },
            body: JSON.stringify(body),
          }),
        put: (below) => request('PUT', below, { headers }),
        delete: (below) => request('DELETE', below, { headers }),
      };
    },
    operator: (method, below, body) =>
      request(method, `/operator${below}`, {
        headers: {
          authorization: `Bearer ${operatorToken}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
    async publish(...titles) {
      for (const given of titles) {
        const { title, countries } = 'title' in given ? given : { title: given, countries: undefined };
        for (const { videoId, durationSeconds } of playablesOf(title))
          await writeVideo(dataDir, title.titleId, videoId, durationSeconds);
        const drop: TitleDrop = { format: 1, title, ...(countries ? { countries } : {}) };
        await writeWhole(path.join(dataDir, 'titles', `${title.titleId}.json`), JSON.stringify(drop));
      }
      await api.scanTitles();
    },
    async withdraw(titleId) {
      await rm(path.join(dataDir, 'titles', `${titleId}.json`));
      await api.scanTitles();
    },
    async close() {
      await api.app.close();
      if (options.dataDir === undefined) await rm(dataDir, { recursive: true, force: true });
    },
  };
}

let seeded: Promise<Buffer> | undefined;

/** Hashing the passwords of the seed takes longer than most tests: done once, then copied. */
async function seededFolder(): Promise<string> {
  const makeFolder = () => mkdtemp(path.join(tmpdir(), 'layover-service-'));
  seeded ??= (async () => {
    const folder = await makeFolder();
    const database = openDatabase(path.join(folder, 'service.db'));
    await seedAccounts(database);
    database.close();
    const bytes = await readFile(path.join(folder, 'service.db'));
    await rm(folder, { recursive: true });
    return bytes;
  })();
  const folder = await makeFolder();
  await writeFile(path.join(folder, 'service.db'), await seeded);
  return folder;
}

function oca(distance: number, size: OcaNode['size']): OcaNode {
  return {
    ocaId: `oca-${distance}`,
    url: `http://127.0.0.1:${9000 + distance}`,
    size,
    distance,
    holds: (videoId) => size === 'large' || videoId.length % 2 === distance % 2,
  };
}

export function makeDevice(deviceId = `device-${randomUUID()}`): TestDevice {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { x = '', y = '' } = publicKey.export({ format: 'jwk' });
  return { deviceId, publicKey: { kty: 'EC', crv: 'P-256', x, y }, privateKey };
}

const facts = {
  description: 'Nothing much happens.',
  releaseYear: 2024,
  maturityRating: 'all',
  genres: ['Drama'],
  cast: ['Ines Alba'],
  audioLanguages: ['en'],
  subtitleLanguages: [],
  popularity: 0.5,
  artworkVersion: 'a1',
} as const;

export function film(titleId: string, more: Partial<Extract<Title, { type: 'film' }>> = {}): Title {
  return {
    ...facts,
    genres: [...facts.genres],
    cast: [...facts.cast],
    audioLanguages: ['en'],
    subtitleLanguages: [],
    titleId,
    name: titleId,
    type: 'film',
    videoId: `video-${titleId}`,
    durationSeconds: 100,
    ...more,
  };
}

export function series(
  titleId: string,
  episodes: number,
  more: Partial<Extract<Title, { type: 'series' }>> = {},
): Title {
  return {
    ...facts,
    genres: [...facts.genres],
    cast: [...facts.cast],
    audioLanguages: ['en'],
    subtitleLanguages: [],
    titleId,
    name: titleId,
    type: 'series',
    episodes: Array.from({ length: episodes }, (_, index) => ({
      episodeId: `${titleId}-e${index + 1}`,
      videoId: `video-${titleId}-e${index + 1}`,
      durationSeconds: 60,
      seasonNumber: 1,
      episodeNumber: index + 1,
      name: `Episode ${index + 1}`,
      description: '',
    })),
    ...more,
  };
}

/** Manifests, digests and key of a video as the encoder lays them down, but without segments. */
async function writeVideo(
  dataDir: string,
  titleId: string,
  videoId: string,
  durationSeconds: number,
): Promise<void> {
  const media = path.join(dataDir, 'media', videoId);
  const encode = path.join(dataDir, 'encodes', videoId);
  const record: VideoRecord = {
    format: 1,
    videoId,
    titleId,
    contentKeyHex,
    durationSeconds,
    frameRate: 24,
    frameCount: durationSeconds * 24,
    renditions: [
      {
        id: 'v-240p',
        kind: 'video',
        bandwidthBitsPerSecond: 300_000,
        width: 426,
        height: 240,
        codecs: 'avc1.64001e',
      },
    ],
    sizeBytes: 1000,
  };
  const digest = { sizeBytes: 10, plainBytes: 10, sha256: 'ab'.repeat(32) };
  await writeWhole(path.join(encode, 'video.json'), JSON.stringify(record));
  await writeWhole(
    path.join(encode, 'integrity.json'),
    JSON.stringify({
      files: { [`${videoId}/v-240p/init.mp4`]: digest, [`${videoId}/v-240p/1.m4s`]: digest },
    }),
  );
  await writeWhole(
    path.join(media, 'master.m3u8'),
    [
      '#EXTM3U',
      '#EXT-X-VERSION:7',
      '#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="subtitles",NAME="English",LANGUAGE="en",URI="s-en/playlist.m3u8"',
      '#EXT-X-STREAM-INF:BANDWIDTH=300000,CODECS="avc1.64001e",RESOLUTION=426x240,SUBTITLES="subtitles"',
      'v-240p/playlist.m3u8',
      '',
    ].join('\n'),
  );
  await writeWhole(
    path.join(media, 'v-240p', 'playlist.m3u8'),
    [
      '#EXTM3U',
      '#EXT-X-VERSION:7',
      '#EXT-X-TARGETDURATION:4',
      '#EXT-X-MEDIA-SEQUENCE:1',
      '#EXT-X-PLAYLIST-TYPE:VOD',
      '#EXT-X-MAP:URI="init.mp4"',
      `#EXT-X-KEY:METHOD=AES-128,URI="urn:layover:content-key:${videoId}"`,
      '#EXTINF:4.000000,',
      '1.m4s',
      '#EXT-X-ENDLIST',
      '',
    ].join('\n'),
  );
  await writeWhole(
    path.join(media, 'manifest.mpd'),
    [
      '<?xml version="1.0" encoding="UTF-8"?>',
      '<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" profiles="urn:mpeg:dash:profile:isoff-live:2011"',
      '  type="static" minBufferTime="PT4S" mediaPresentationDuration="PT4.000S">',
      '  <Period id="0" start="PT0S" duration="PT4.000S">',
      '    <AdaptationSet id="0" contentType="video" mimeType="video/mp4" segmentAlignment="true">',
      '      <Representation id="v-240p" bandwidth="300000" codecs="avc1.64001e" width="426" height="240">',
      '        <SegmentTemplate timescale="24" startNumber="1" initialization="v-240p/init.mp4" media="v-240p/$Number$.m4s">',
      '          <SegmentTimeline>',
      '            <S t="0" d="96"/>',
      '          </SegmentTimeline>',
      '        </SegmentTemplate>',
      '      </Representation>',
      '    </AdaptationSet>',
      '  </Period>',
      '</MPD>',
      '',
    ].join('\n'),
  );
}

async function writeWhole(file: string, text: string): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(`${file}.tmp`, text);
  await rename(`${file}.tmp`, file);
}
