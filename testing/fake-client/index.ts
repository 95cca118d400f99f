import type { AppStatus, Client, EngineEvent, PlaybackStats } from '../../src/shared/contract.ts';
import type { DownloadView } from '../../src/shared/downloads.ts';
import { LayoverError } from '../../src/shared/errors.ts';
import { playablesOf } from '../../src/shared/catalog.ts';
import type { Profile, Row, RowItem, Title } from '../../src/shared/catalog.ts';
import type { WatchPosition } from '../../src/shared/progress.ts';
import { isCompleted } from '../../src/shared/progress.ts';
import { Settings } from '../../src/shared/settings.ts';
import { newDownload, notStarted, optionsFor, seededDownloads, titleOfVideo } from './downloads.ts';
import { eventStream } from './event-stream.ts';
import { titles } from './titles.ts';

export interface FakeClientOptions {
  /** What is found at the start. `empty`: signed in, with nothing downloaded. */
  scenario: 'signed-out' | 'who' | 'home' | 'offline' | 'empty';
  settings?: Partial<Settings>;
  now(): number;
  /** Drives downloads; without it they stand still until `advance` is called. */
  every?(ms: number, run: () => void): unknown;
}

const profiles: Profile[] = [
  { profileId: 'ana', name: 'Ana', avatar: 'sunrise', isKids: false, language: 'en', maturityLimit: '18', hasPin: false },
  { profileId: 'ben', name: 'Ben', avatar: 'mountain', isKids: false, language: 'en', maturityLimit: '18', hasPin: true },
  { profileId: 'kim', name: 'Kim', avatar: 'whale', isKids: true, language: 'en', maturityLimit: '7', hasPin: false },
]; // prettier-ignore

const account = { accountId: 'demo', email: 'traveler@layover.example', plan: 'premium' as const };
const freeBytes = 42_000_000_000;

/** The whole contract in memory. `emit` and `setStatus` play the engine's part; `calls` is what was asked. */
export interface FakeClient extends Client {
  emit(event: EngineEvent): void;
  setStatus(changes: Partial<AppStatus>): void;
  /** One step of every running download: a twentieth of it. */
  advance(): void;
  readonly calls: { name: string; input: unknown }[];
}

const playbackStats: PlaybackStats = {
  bySource: [
    { source: 'store', segments: 12, bytes: 18_400_000 },
    { source: 'oca-lisbon', segments: 5, bytes: 7_300_000 },
  ],
  ocas: [
    { ocaId: 'oca-lisbon', state: 'good', throughputBitsPerSecond: 48_000_000, latencyMs: 9 },
    { ocaId: 'oca-madrid', state: 'slow', throughputBitsPerSecond: 3_100_000, latencyMs: 84 },
    { ocaId: 'oca-paris', state: 'failed', throughputBitsPerSecond: null, latencyMs: null },
  ],
  lastError: null,
};

/** For screens under development and their tests: a catalog, downloads that move, no engine. */
export function createFakeClient(options: FakeClientOptions): FakeClient {
  const { now, scenario } = options;
  const isIn = scenario !== 'signed-out';
  let settings = Settings.parse({ serviceUrl: 'https://service.layover.example', ...options.settings });
  let status: AppStatus = {
    host: 'browser',
    version: '0.1.0',
    connection: scenario === 'offline' ? 'offline' : 'online',
    secretsProtection: 'file',
    notices: [],
    account: isIn ? account : null,
    profile: isIn && scenario !== 'who' ? (profiles[0] ?? null) : null,
    pendingMutations: scenario === 'offline' ? 2 : 0,
    nowMs: now(),
  };
  const downloads = new Map<string, DownloadView>();
  if (scenario === 'home' || scenario === 'offline')
    for (const download of seededDownloads(now())) downloads.set(download.downloadId, download);
  const positions = new Map<string, WatchPosition>();
  const listed = new Set(['night-cargo', 'paper-moons']);
  const ratings = new Map<string, 0 | 1>();
  const stream = eventStream<EngineEvent>();
  const calls: FakeClient['calls'] = [];

  const mark = (videoId: string, positionSeconds: number, durationSeconds: number) => {
    positions.set(videoId, {
      profileId: 'ana',
      videoId,
      positionSeconds,
      durationSeconds,
      completed: isCompleted(positionSeconds, durationSeconds),
      watchedAtMs: now() + positions.size,
    });
  };
  if (isIn) {
    mark('gate-forty-s1e1', 2_450, 2_460);
    mark('gate-forty-s1e2', 600, 2_640);
    mark('harbor-lights-s1e1', 900, 2_460);
    mark('cold-front-film', 5_100, 6_720);
  }

  const setStatus: FakeClient['setStatus'] = (changes) => {
    status = { ...status, ...changes, nowMs: now() };
    stream.emit({ type: 'status', status });
  };
  const put = (download: DownloadView) => {
    downloads.set(download.downloadId, download);
    stream.emit({ type: 'download', download });
    return download;
  };
  const get = (downloadId: string) => {
    const download = downloads.get(downloadId);
    if (!download) throw new LayoverError('download/unknown');
    return download;
  };
  const titleBy = (titleId: string) => {
    const title = titles.find((each) => each.titleId === titleId);
    if (!title) throw new LayoverError('catalog/not-found');
    return title;
  };
  const requireOnline = () => {
    if (status.connection !== 'online') throw new LayoverError('network/offline');
  };
  const advance = () => {
    for (const download of downloads.values()) {
      if (download.state === 'queued') put({ ...download, state: 'downloading' });
      if (download.state !== 'downloading') continue;
      const total = download.selection.size.bytes;
      const storedBytes = Math.min(total, download.storedBytes + Math.ceil(total / 20));
      const rate = 6_400_000;
      put(
        storedBytes === total
          ? { ...download, storedBytes, state: 'completed', rateBytesPerSecond: 0, secondsLeft: null }
          : { ...download, storedBytes, rateBytesPerSecond: rate, secondsLeft: (total - storedBytes) / rate },
      );
    }
  };
  options.every?.(1_000, advance);

  const client: Client = {
    app: {
      status: async () => ({ ...status, nowMs: now() }),
      probe: async () => status,
      // oRPC's own iterator class has private parts; what is promised of it is that it can be iterated.
      events: async (_input, call) => stream.open(call?.signal) as never,
    },
    auth: {
      signIn: async ({ password }) => {
        requireOnline();
        if (password !== 'layover-demo') throw new LayoverError('auth/wrong-credentials');
        setStatus({ account, profile: null });
        return status;
      },
      signOut: async () => {
        setStatus({ account: null, profile: null });
        return status;
      },
    },
    profiles: {
      list: async () => profiles,
      choose: async ({ profileId, pin }) => {
        const profile = profiles.find((each) => each.profileId === profileId);
        if (!profile) throw new LayoverError('profile/unknown');
        if (profile.hasPin && pin !== '1234') throw new LayoverError('profile/wrong-pin');
        setStatus({ profile });
        return status;
      },
    },
    catalog: {
      home: async () => ({
        rows: rowsOf([...positions.keys()], listed),
        positions: [...positions.values()],
        refreshedAtMs: now(),
      }),
      search: async ({ q }) =>
        titles
          .filter((title) =>
            [title.name, title.description, ...title.genres, ...title.cast].some((words) =>
              words.toLowerCase().includes(q.toLowerCase()),
            ),
          )
          .map(itemOf),
      title: async ({ titleId }) => {
        const title = titleBy(titleId);
        const videoIds = new Set(playablesOf(title).map((each) => each.videoId));
        return {
          title,
          positions: [...positions.values()].filter((each) => videoIds.has(each.videoId)),
          listed: listed.has(titleId),
          rating: ratings.get(titleId) ?? null,
        };
      },
      setListed: async (input) => {
        if (input.listed) listed.add(input.titleId);
        else listed.delete(input.titleId);
        stream.emit({ type: 'changed', what: 'my-list' });
        return {};
      },
      rate: async ({ titleId, rating }) => {
        if (rating === null) ratings.delete(titleId);
        else ratings.set(titleId, rating);
        return {};
      },
    },
    playback: {
      start: async ({ videoId }) => {
        const title = titleOfVideo(videoId);
        const all = playablesOf(title);
        const at = all.findIndex((each) => each.videoId === videoId);
        const playable = all[at];
        const download = [...downloads.values()].find((each) => each.videoId === videoId);
        if (!download) requireOnline();
        return {
          sessionId: `p-${videoId}`,
          videoId,
          titleId: title.titleId,
          titleName: title.name,
          episode: playable?.episode ?? null,
          nextVideoId: all[at + 1]?.videoId ?? null,
          playlistPath: `/media/p-${videoId}/master.m3u8`,
          resumePositionSeconds: positions.get(videoId)?.positionSeconds ?? 0,
          durationSeconds: playable?.durationSeconds ?? 1,
          stored: download ? (download.state === 'completed' ? 'all' : 'some') : 'none',
          verdict: download?.verdict ?? {
            allowed: true,
            playableUntilMs: null,
            startByMs: null,
            finishWithinSeconds: null,
            limitedBy: 'none',
            firstPlayAtMs: null,
            canRenew: false,
          },
        };
      },
      tick: async ({ sessionId, positionSeconds }) => {
        const videoId = sessionId.slice(2);
        mark(videoId, positionSeconds, positions.get(videoId)?.durationSeconds ?? 2_460);
        return { verdict: notStarted(now()) };
      },
      stop: async () => {
        stream.emit({ type: 'changed', what: 'progress' });
        return {};
      },
      probe: async () => playbackStats,
      stats: async () => playbackStats,
    },
    downloads: {
      options: async ({ videoId, preferences }) =>
        optionsFor(videoId, preferences ?? settings.downloadPreferences, freeBytes),
      add: async ({ videoId, preferences }) => put(newDownload(videoId, preferences, now())),
      list: async () => [...downloads.values()],
      pause: async ({ downloadId }) => put({ ...get(downloadId), state: 'paused', rateBytesPerSecond: 0 }),
      resume: async ({ downloadId }) => put({ ...get(downloadId), state: 'queued', error: null }),
      remove: async ({ downloadId }) => {
        downloads.delete(downloadId);
        stream.emit({ type: 'download-removed', downloadId });
        return {};
      },
      renewLicense: async ({ downloadId }) => {
        requireOnline();
        return put({ ...get(downloadId), verdict: notStarted(now()) });
      },
      storage: async () => ({
        folder: '/home/ana/.local/share/Layover/downloads',
        usedBytes: [...downloads.values()].reduce((sum, each) => sum + each.storedBytes, 0),
        freeBytes,
      }),
    },
    sync: {
      now: async () => {
        requireOnline();
        return { sent: 0, pending: 0, pulledRevision: 1 };
      },
    },
    settings: {
      read: async () => settings,
      write: async (patch) => {
        settings = Settings.parse({ ...settings, ...patch });
        return settings;
      },
    },
  };
  return Object.assign(recorded(client, calls), { emit: stream.emit, setStatus, advance, calls });
}

/** The same client, each call written down first. */
function recorded(client: Client, calls: FakeClient['calls']): Client {
  const folders = Object.entries(
    client as unknown as Record<string, Record<string, (...all: unknown[]) => unknown>>,
  );
  return Object.fromEntries(
    folders.map(([folder, procedures]) => [
      folder,
      Object.fromEntries(
        Object.entries(procedures).map(([name, procedure]) => [
          name,
          (...all: unknown[]) => {
            calls.push({ name: `${folder}.${name}`, input: all[0] });
            return procedure(...all);
          },
        ]),
      ),
    ]),
  ) as unknown as Client;
}

function itemOf(title: Title): RowItem {
  const { titleId, type, name, releaseYear, artworkVersion } = title;
  const [first] = playablesOf(title);
  return {
    titleId,
    type,
    name,
    releaseYear,
    artworkVersion,
    matchScore: 90,
    durationSeconds: first?.durationSeconds ?? 0,
  };
}

function rowsOf(watchedVideoIds: string[], listed: Set<string>): Row[] {
  const watched = titles.filter((title) =>
    playablesOf(title).some((each) => watchedVideoIds.includes(each.videoId)),
  );
  const rows: Row[] = [
    { kind: 'continue-watching', items: watched.map(itemOf) },
    { kind: 'top-picks', items: titles.map(itemOf) },
    { kind: 'my-list', items: titles.filter((title) => listed.has(title.titleId)).map(itemOf) },
    { kind: 'because-you-watched', because: 'Cold Front', items: titles.slice(2).map(itemOf) },
    { kind: 'top-10', items: titles.toSorted((a, b) => b.popularity - a.popularity).map(itemOf) },
  ];
  return rows.filter((row) => row.items.length > 0);
}
