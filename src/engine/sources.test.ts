import { expect, test } from 'vitest';
import { createFakeClock } from '../../testing/fake-clock.ts';
import { sampleSeries } from '../../testing/sample-titles.ts';
import type { VideoInTitle } from '../catalog/replica.ts';
import type { ServiceClient } from '../service/service-client.ts';
import { LayoverError } from '../shared/errors.ts';
import type { PlaybackStartAnswer, PlaybackStartBody } from '../shared/service-api.ts';
import { HOUR_MS, MINUTE_MS } from '../shared/units.ts';
import { createSources } from './sources.ts';

const series = sampleSeries('trains');
const manifest = [
  '#EXTM3U',
  '#EXT-X-TARGETDURATION:4',
  '#EXT-X-PLAYLIST-TYPE:VOD',
  '#EXTINF:4,',
  'trains-video-1/v-240p/1.m4s',
  '#EXT-X-ENDLIST',
].join('\n');

function world() {
  const clock = createFakeClock();
  const starts: PlaybackStartBody[] = [];
  const w = {
    clock,
    starts,
    /** Changes what the service answers. */
    spoil: (answer: PlaybackStartAnswer): PlaybackStartAnswer => answer,
    manifest,
    profileId: 'ana',
  };
  const service = {
    startPlayback: async (body: PlaybackStartBody) => {
      starts.push(body);
      return w.spoil({
        playbackId: `p${starts.length}`,
        videoId: 'trains-video-1',
        manifestUrl: 'http://oca-1.example/s/token/m.m3u8',
        integrityUrl: 'http://service.example/integrity.json',
        licenseUrl: 'http://service.example/licenses',
        resumePositionSeconds: 0,
        expiresAtMs: clock.now() + HOUR_MS,
        ocas: [{ ocaId: 'oca-1', baseUrl: `http://oca-1.example/s/token/`, size: 'small' as const }],
      });
    },
    manifestText: async () => w.manifest,
    integrity: async () => ({ files: {} }),
  } as Partial<ServiceClient> as ServiceClient;
  const sources = createSources({
    service,
    now: clock.now,
    deviceId: 'device-1',
    profileId: () => w.profileId,
    video: (videoId) => {
      if (videoId !== 'trains-video-1') throw new LayoverError('catalog/not-found');
      const episode = series.type === 'series' ? series.episodes[0]! : null;
      return { title: series, episode, durationSeconds: 4, nextVideoId: null } satisfies VideoInTitle;
    },
  });
  return { ...w, world: w, sources };
}

test('asks as who is watching, for the episode, and gives presentation and addresses', async () => {
  const { sources, starts } = world();
  const { presentation } = await sources.presentation('trains-video-1');
  expect(starts).toMatchObject([
    { profileId: 'ana', titleId: 'trains', episodeId: 'trains-e1', deviceId: 'device-1' },
  ]);
  expect(presentation.pathways).toEqual([{ id: 'oca-1', baseUrl: 'http://oca-1.example/s/token/' }]);
  expect(presentation.video[0]?.segments[0]?.path).toBe('trains-video-1/v-240p/1.m4s');
});

test('an answer is kept until five minutes before its addresses end', async () => {
  const { clock, sources, starts } = world();
  await sources.presentation('trains-video-1');
  clock.advance(HOUR_MS - 5 * MINUTE_MS - 1);
  await sources.presentation('trains-video-1');
  expect(starts).toHaveLength(1);
  clock.advance(1);
  await sources.presentation('trains-video-1');
  expect(starts).toHaveLength(2);
});

test('renewing asks anew, and what was kept is not trusted any more', async () => {
  const { sources, starts } = world();
  const { renewPathways } = await sources.presentation('trains-video-1');
  expect(await renewPathways()).toHaveLength(1);
  expect(starts).toHaveLength(2);
  await sources.presentation('trains-video-1');
  expect(starts).toHaveLength(3);
});

test('what one profile was allowed is forgotten for the next', async () => {
  const { sources, starts, world: w } = world();
  await sources.presentation('trains-video-1');
  sources.forget();
  w.profileId = 'kim';
  await sources.presentation('trains-video-1');
  expect(starts.map(({ profileId }) => profileId)).toEqual(['ana', 'kim']);
});

test('an answer about another video is refused and not kept', async () => {
  const { sources, starts, world: w } = world();
  w.spoil = (answer) => ({ ...answer, videoId: 'another' });
  await expect(sources.presentation('trains-video-1')).rejects.toMatchObject({ code: 'service/bad-answer' });
  w.spoil = (answer) => answer;
  await sources.presentation('trains-video-1');
  expect(starts).toHaveLength(2);
});

test.each(['<html>Welcome to the hotel</html>', '', '#EXTM3U'])(
  'a broken manifest (%j) is not kept',
  async (text) => {
    const { sources, world: w } = world();
    w.manifest = text;
    await expect(sources.presentation('trains-video-1')).rejects.toMatchObject({
      code: 'manifest/malformed',
    });
    w.manifest = manifest;
    expect((await sources.presentation('trains-video-1')).presentation.video).toHaveLength(1);
  },
);

test('a video that is not in the catalog is not asked for', async () => {
  const { sources, starts } = world();
  await expect(sources.presentation('nothing')).rejects.toMatchObject({ code: 'catalog/not-found' });
  expect(starts).toEqual([]);
});
