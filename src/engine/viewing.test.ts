import { describe, expect, test } from 'vitest';
import { createFakeClock } from '../../testing/fake-clock.ts';
import { createFakeLicenses } from '../../testing/fake-licenses.ts';
import { sampleFilm, sampleProfile } from '../../testing/sample-titles.ts';
import { createSampleVideo } from '../../testing/sample-video.ts';
import type { DownloadStatus } from '../download/types.ts';
import type { StartPlayback } from '../playback/types.ts';
import { LayoverError } from '../shared/errors.ts';
import type { ErrorCode } from '../shared/errors.ts';
import type { WatchPosition } from '../shared/progress.ts';
import type { Sync } from '../sync/sync.ts';
import type { Parts } from './parts.ts';
import { createViewings, startViewing } from './viewing.ts';
import { createStreamLicenses } from './stream-licenses.ts';
import { createWatching } from './watching.ts';

const sample = createSampleVideo('harbor-video', { segments: 2 });
const online = { ...sample.presentation, pathways: [{ id: 'oca-1', baseUrl: 'http://oca-1.example/' }] };
const remembered = { ...sample.presentation, pathways: [{ id: 'old', baseUrl: 'http://old.example/' }] };

/** The same under another key. */
const anew: typeof online = {
  ...online,
  video: online.video.map((rendition) => ({
    ...rendition,
    segments: rendition.segments.map((segment) => ({
      ...segment,
      encryption: {
        method: 'aes-128',
        ivHex: '0'.repeat(32),
        keyUri: 'urn:layover:content-key:harbor-video:2',
      },
      integrity: segment.integrity && { ...segment.integrity, sha256: 'ab'.repeat(32) },
    })),
  })),
};

function world() {
  const clock = createFakeClock();
  const licenses = createFakeLicenses(() => sample.contentKey);
  const positions = new Map<string, WatchPosition>();
  const recorded: { positionSeconds: number; withinMs: number | undefined }[] = [];
  const sync = {
    position: (profileId: string, videoId: string) => positions.get(`${profileId}/${videoId}`),
    record: (deed: { position: WatchPosition }, withinMs?: number) => {
      const { profileId, videoId, positionSeconds } = deed.position;
      positions.set(`${profileId}/${videoId}`, deed.position);
      recorded.push({ positionSeconds, withinMs });
    },
  } as unknown as Sync;
  const w = {
    licenses,
    positions,
    recorded,
    connection: 'online' as 'online' | 'offline' | 'service-unreachable',
    download: null as Partial<DownloadStatus> | null,
    /** The title is not in the catalog any more. */
    hasLeft: false,
    sourceError: null as ErrorCode | null,
    sourcesAsked: 0,
    /** What the service says. */
    now: online,
    doubts: 0,
    started: [] as StartPlayback[],
    viewings: createViewings(sync, clock.now),
  };
  const parts = {
    licenses,
    streamLicenses: createStreamLicenses(licenses),
    sync,
    viewings: w.viewings,
    watching: createWatching(clock),
    who: { required: () => sampleProfile, viewerOf: () => sampleProfile },
    catalog: {
      title: () => {
        if (w.hasLeft) throw new LayoverError('catalog/not-found');
        return sampleFilm('harbor');
      },
      video: () => {
        if (w.hasLeft) throw new LayoverError('catalog/not-found');
        return { title: sampleFilm('harbor'), episode: null, durationSeconds: 96, nextVideoId: null };
      },
    },
    connection: { state: () => w.connection, doubt: () => void (w.doubts += 1) },
    downloads: {
      forVideo: () => w.download,
      list: () => (w.download ? [w.download] : []),
      presentation: () => remembered,
    },
    sources: {
      presentation: async () => {
        w.sourcesAsked += 1;
        if (w.sourceError) throw new LayoverError(w.sourceError);
        return { presentation: w.now, renewPathways: async () => online.pathways };
      },
    },
    playback: {
      start: (input: StartPlayback) => {
        w.started.push(input);
        return { sessionId: 's1', playlistPath: '/media/s1/master.m3u8', durationSeconds: 96, stored: 'all' };
      },
    },
  } as unknown as Parts;
  return { ...w, w, start: () => startViewing(parts, 'harbor-video', undefined) };
}

describe('permission', () => {
  test('without a download a license for streaming is got', async () => {
    const { licenses, start, started } = world();
    expect(await start()).toMatchObject({ verdict: { allowed: true }, resumePositionSeconds: 0 });
    expect(licenses.calls).toEqual(['acquire harbor-video stream']);
    expect(started).toMatchObject([{ downloadId: null, presentation: online }]);
  });

  test.each(['online', 'offline'] as const)(
    'a download that expired is refused, %s too',
    async (connection) => {
      const { licenses, start, started, w } = world();
      await licenses.acquire('harbor-video', 'offline');
      licenses.refuse('rental-expired');
      Object.assign(w, { connection, download: { downloadId: 'd1', state: 'completed' } });
      await expect(start()).rejects.toMatchObject({ code: 'license/rental-expired' });
      expect(licenses.calls).toEqual(['acquire harbor-video offline']);
      expect(started).toEqual([]);
    },
  );

  test('a license that the service grants but that does not allow is refused', async () => {
    const { licenses, start } = world();
    licenses.refuse('not-allowed', { canRenew: false });
    await expect(start()).rejects.toMatchObject({ code: 'license/not-allowed' });
  });

  test('one for streaming serves the next time, until the video is under another key', async () => {
    const { licenses, start, w } = world();
    await start();
    await start();
    expect(licenses.calls).toEqual(['acquire harbor-video stream']);
    w.now = anew;
    await start();
    await start();
    expect(licenses.calls).toEqual(['acquire harbor-video stream', 'acquire harbor-video stream']);
  });

  test('offline and nothing held: the service’s absence is the reason, not the license', async () => {
    const { licenses, start } = world();
    licenses.serviceError = new LayoverError('network/offline');
    await expect(start()).rejects.toMatchObject({ code: 'network/offline' });
  });
});

describe('where the bytes come from', () => {
  const withLicense = async () => {
    const one = world();
    await one.licenses.acquire('harbor-video', 'offline');
    return one;
  };

  test.each([
    ['completed', 'online', remembered, 0],
    ['completed', 'offline', remembered, 0],
    ['downloading', 'offline', remembered, 0],
    ['paused', 'service-unreachable', remembered, 0],
    ['downloading', 'online', online, 1],
  ] as const)('%s and %s', async (state, connection, presentation, asked) => {
    const { start, started, w } = await withLicense();
    Object.assign(w, { connection, download: { downloadId: 'd1', state } });
    await start();
    expect(started).toMatchObject([{ downloadId: 'd1' }]);
    expect(started[0]?.presentation).toBe(presentation);
    expect(w.sourcesAsked).toBe(asked);
  });

  test('a download of another encoding: all is streamed, and under another key by a license of its own', async () => {
    const { licenses, start, started, w } = await withLicense();
    Object.assign(w, { now: anew, download: { downloadId: 'd1', state: 'paused' } });
    await start();
    expect(started).toMatchObject([{ downloadId: null, presentation: anew, licensedBy: 'stream' }]);
    expect(licenses.calls).toEqual(['acquire harbor-video offline', 'acquire harbor-video stream']);
    w.connection = 'offline';
    await start();
    expect(started[1]).toMatchObject({ downloadId: 'd1', presentation: remembered });
    expect(started[1]?.licensedBy).toBeUndefined();
  });

  test('a service that went away just now: what is stored plays, and the connection is looked into', async () => {
    const { start, started, w } = await withLicense();
    Object.assign(w, { download: { downloadId: 'd1', state: 'paused' }, sourceError: 'service/unreachable' });
    await start();
    expect(started[0]?.presentation).toBe(remembered);
    expect(w.doubts).toBe(1);
    w.sourceError = null;
    expect(await started[0]?.renewPathways?.()).toEqual(online.pathways);
  });

  test.each(['completed', 'paused'] as const)(
    'a title that left the catalog: what is stored of it (%s) plays under its own name',
    async (state) => {
      const { start, started, w } = await withLicense();
      const name = { titleName: 'Harbor', artworkVersion: '1', maturityRating: 'all' as const };
      const episode = { seasonNumber: 1, episodeNumber: 2, name: 'Fog' };
      const download = {
        downloadId: 'd1',
        titleId: 'harbor',
        durationSeconds: 96,
        name: { ...name, episode },
      };
      Object.assign(w, { download: { ...download, state }, hasLeft: true, sourceError: 'catalog/not-found' });
      expect(await start()).toMatchObject({
        titleId: 'harbor',
        titleName: 'Harbor',
        episode: { episodeId: 'harbor-video', name: 'Fog' },
        nextVideoId: null,
        durationSeconds: 96,
      });
      expect(started[0]?.presentation).toBe(remembered);
      w.download = null;
      await expect(start()).rejects.toMatchObject({ code: 'catalog/not-found' });
    },
  );

  test('a sign-in that is over: what is stored plays', async () => {
    const { start, started, w } = await withLicense();
    Object.assign(w, { download: { downloadId: 'd1', state: 'paused' }, sourceError: 'auth/signed-out' });
    await start();
    expect(started[0]?.presentation).toBe(remembered);
  });

  test('a refusal of the service is a refusal, also with something stored', async () => {
    const { start, started, w } = await withLicense();
    Object.assign(w, {
      download: { downloadId: 'd1', state: 'paused' },
      sourceError: 'auth/subscription-inactive',
    });
    await expect(start()).rejects.toMatchObject({ code: 'auth/subscription-inactive' });
    expect(started).toEqual([]);
  });
});

describe('ticks', () => {
  const tick = (positionSeconds: number, state: 'playing' | 'paused' | 'ended' = 'playing') => ({
    sessionId: 's1',
    positionSeconds,
    watchedSeconds: 1,
    state,
  });

  test('become the position of who began to watch; a pause is told at once', async () => {
    const { positions, recorded, start, viewings } = world();
    await start();
    viewings.record(tick(12));
    viewings.record(tick(20, 'paused'));
    expect(positions.get('ana/harbor-video')).toMatchObject({ positionSeconds: 20, completed: false });
    expect(recorded).toEqual([
      { positionSeconds: 12, withinMs: 30_000 },
      { positionSeconds: 20, withinMs: undefined },
    ]);
    expect(await start()).toMatchObject({ resumePositionSeconds: 20 });
  });

  test('opening a video is not yet watching it; going back to its beginning is', async () => {
    const { recorded, start, viewings } = world();
    await start();
    viewings.record(tick(0));
    expect(recorded).toEqual([]);
    viewings.record(tick(5));
    viewings.record(tick(0));
    expect(recorded.map(({ positionSeconds }) => positionSeconds)).toEqual([5, 0]);
  });

  test('what was finished begins anew', async () => {
    const { start, viewings } = world();
    await start();
    viewings.record(tick(96, 'ended'));
    expect(await start()).toMatchObject({ resumePositionSeconds: 0 });
  });

  test('of a session that ended are refused', async () => {
    const { recorded, start, viewings } = world();
    await start();
    viewings.end('s1');
    expect(() => viewings.record(tick(5))).toThrowError(
      expect.objectContaining({ code: 'playback/unknown-session' }),
    );
    expect(recorded).toEqual([]);
  });
});
