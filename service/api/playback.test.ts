import { Parser } from 'm3u8-parser';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { film, ocaSecret, series, startTestService } from '../../testing/service-api.ts';
import type { Answered, SignedIn, TestService } from '../../testing/service-api.ts';
import { IntegrityAnswer, PlaybackStartAnswer } from '../../src/shared/service-api.ts';
import { HOUR_MS, MINUTE_MS } from '../../src/shared/units.ts';
import { checkPathname } from '../oca/address.ts';

let service: TestService;
let ana: SignedIn;
beforeEach(async () => {
  service = await startTestService();
  ana = await service.signIn();
  await service.publish(film('dune'), series('line', 2), film('grown-up', { maturityRating: '16' }), {
    title: film('us-only', { maturityRating: '18' }),
    countries: ['US'],
  });
});
afterEach(() => service.close());

const start = (who: SignedIn, titleId: string, more: Record<string, unknown> = {}): Promise<Answered> =>
  who.post('/playback/start', {
    profileId: 'profile-ana',
    titleId,
    deviceId: who.deviceId,
    clientCapabilities: { maxResolution: 1080, supportedCodecs: ['avc1'], drmSystems: [] },
    ...more,
  });
const below = (url: string) => url.replace(`${service.origin}/api/v1`, '');

describe('a start', () => {
  it('gives the OCAs that hold the video, nearest first, with addresses that they accept', async () => {
    const answer = PlaybackStartAnswer.parse((await start(ana, 'dune')).body);
    // The name has an even number of letters: the second small one holds it, the first does not.
    expect(answer.ocas.map(({ ocaId, size }) => [ocaId, size])).toEqual([
      ['oca-2', 'small'],
      ['oca-3', 'large'],
      ['oca-4', 'large'],
    ]);
    const atEnd = answer.expiresAtMs;
    expect(atEnd - service.clock.now()).toBeGreaterThanOrEqual(4 * HOUR_MS);
    for (const { ocaId, baseUrl } of answer.ocas) {
      const { pathname } = new URL(`${baseUrl}video-dune/v-240p/1.m4s`);
      const rest = 'video-dune/v-240p/1.m4s';
      expect(checkPathname(pathname, ocaId, ocaSecret, atEnd - 1)).toEqual({
        ok: true,
        videoId: 'video-dune',
        rest,
      });
      expect(checkPathname(pathname, ocaId, ocaSecret, atEnd)).toMatchObject({ code: 'address-expired' });
      expect(checkPathname(pathname, 'oca-9', ocaSecret, atEnd - 1)).toMatchObject({ code: 'bad-signature' });
    }
  });

  it('takes the episode asked for, else the first', async () => {
    expect((await start(ana, 'line')).body.videoId).toBe('video-line-e1');
    expect((await start(ana, 'line', { episodeId: 'line-e2' })).body.videoId).toBe('video-line-e2');
    expect((await start(ana, 'line', { episodeId: 'line-e3' })).status).toBe(404);
    expect((await start(ana, 'dune', { episodeId: 'line-e1' })).status).toBe(404);
  });

  it('goes on where the profile stopped, and from the beginning after the end', async () => {
    const { playbackId, resumePositionSeconds } = (await start(ana, 'dune')).body;
    expect(resumePositionSeconds).toBe(0);
    const report = (position: number) =>
      ana.post('/playback/progress', {
        playbackId,
        profileId: 'profile-ana',
        titleId: 'dune',
        position,
        duration: 100,
        timestamp: service.clock.now(),
      });
    expect((await report(42.5)).status).toBe(204);
    expect((await start(ana, 'dune')).body.resumePositionSeconds).toBe(42.5);
    expect((await start(ana, 'dune', { profileId: 'profile-ben' })).body.resumePositionSeconds).toBe(0);
    service.clock.advance(1000);
    await report(99);
    expect((await start(ana, 'dune')).body.resumePositionSeconds).toBe(0);
    service.clock.advance(1000);
    await report(5);
    expect((await start(ana, 'dune')).body.resumePositionSeconds, 'a look back').toBe(0);
    service.clock.advance(1000);
    await report(50);
    expect((await start(ana, 'dune')).body.resumePositionSeconds, 'watched again').toBe(50);
  });

  it('refuses in the order subscription, country, title, maturity', async () => {
    const lapsed = await service.signIn('lapsed@layover.example');
    const abroad = await service.signIn('abroad@layover.example');
    const cases: [SignedIn, string, string, number, string][] = [
      [lapsed, 'profile-lapsed', 'us-only', 403, 'subscription-inactive'],
      [lapsed, 'profile-lapsed', 'none', 403, 'subscription-inactive'],
      [ana, 'profile-kim', 'us-only', 451, 'not-in-country'],
      [ana, 'profile-kim', 'none', 404, 'not-found'],
      [ana, 'profile-kim', 'grown-up', 403, 'restricted'],
      [ana, 'profile-basic', 'dune', 404, 'unknown-profile'],
    ];
    for (const [who, profileId, titleId, status, code] of cases) {
      const answer = await start(who, titleId, { profileId });
      expect([answer.status, answer.body.code], `${profileId} ${titleId}`).toEqual([status, code]);
    }
    expect((await start(ana, 'grown-up')).status).toBe(200);
    expect((await start(abroad, 'us-only', { profileId: 'profile-abroad' })).status).toBe(200);
    expect((await start(ana, 'dune', { deviceId: 'another' })).body.code).toBe('unauthorized');
    expect((await start(ana, 'dune', { clientCapabilities: {} })).body.code).toBe('malformed');
  });

  it('says when no OCA holds the video', async () => {
    const empty = await startTestService({ ocas: () => [] });
    try {
      await empty.publish(film('dune'));
      const answer = await start(await empty.signIn(), 'dune');
      expect([answer.status, answer.body.code]).toEqual([503, 'no-oca']);
    } finally {
      await empty.close();
    }
  });

  it('gives ten OCAs at most', async () => {
    const many = await startTestService({
      ocas: () =>
        Array.from({ length: 14 }, (_, i) => ({
          ocaId: `oca-${i}`,
          url: `http://127.0.0.1:${9000 + i}`,
          size: 'large' as const,
          distance: 20 - i,
          holds: () => true,
        })),
    });
    try {
      await many.publish(film('dune'));
      const { ocas } = (await start(await many.signIn(), 'dune')).body as { ocas: { ocaId: string }[] };
      expect(ocas.map(({ ocaId }) => ocaId)).toEqual(
        [13, 12, 11, 10, 9, 8, 7, 6, 5, 4].map((i) => `oca-${i}`),
      );
    } finally {
      await many.close();
    }
  });
});

describe('manifests', () => {
  it('lead over the service to the nearest OCA, by the addresses of the start', async () => {
    const started = PlaybackStartAnswer.parse((await start(ana, 'dune')).body);
    service.clock.advance(37 * MINUTE_MS);
    const master = await ana.get(below(started.manifestUrl));
    expect(master.headers.get('content-type')).toContain('application/vnd.apple.mpegurl');
    const [variant] = parse(master.text).playlists ?? [];
    expect(variant?.uri).toBe(`${service.origin}/api/v1/playback/video-dune/v-240p.m3u8`);
    expect(master.text).toContain(`URI="${service.origin}/api/v1/playback/video-dune/s-en.m3u8"`);

    const media = await ana.get(below(variant?.uri ?? ''));
    const [segment] = parse(media.text).segments ?? [];
    const base = started.ocas[0]?.baseUrl ?? '';
    expect(segment?.uri).toBe(`${base}video-dune/v-240p/1.m4s`);
    expect(segment?.map?.uri).toBe(`${base}video-dune/v-240p/init.mp4`);
    expect(segment?.key?.uri).toBe('urn:layover:content-key:video-dune');

    const dash = await ana.get(below(started.manifestUrl.replace('.m3u8', '.mpd')));
    expect(dash.headers.get('content-type')).toContain('application/dash+xml');
    const bases = [...dash.text.matchAll(/<BaseURL serviceLocation="([^"]+)">([^<]+)<\/BaseURL>/g)];
    expect(bases.map(([, ocaId, url]) => [ocaId, url])).toEqual(
      started.ocas.map(({ ocaId, baseUrl }) => [ocaId, `${baseUrl}video-dune/`]),
    );
    expect(dash.text.indexOf('<BaseURL')).toBeLessThan(dash.text.indexOf('<Period'));
  });

  it('have fresh addresses once those of the start are over, or without a start', async () => {
    const baseOf = async (who: SignedIn) =>
      parse((await who.get('/playback/video-dune/v-240p.m3u8')).text).segments?.[0]?.uri;
    const first = PlaybackStartAnswer.parse((await start(ana, 'dune')).body);
    expect(await baseOf(ana)).toContain(first.ocas[0]?.baseUrl);
    service.clock.setWall(first.expiresAtMs);
    const fresh = await baseOf(ana);
    const check = checkPathname(new URL(fresh ?? '').pathname, 'oca-2', ocaSecret, first.expiresAtMs);
    expect(check).toMatchObject({ ok: true });
    expect(await baseOf(await service.signIn())).toBe(fresh);
  });

  it('and digests are for those who may watch', async () => {
    const lapsed = await service.signIn('lapsed@layover.example');
    for (const file of ['manifest.m3u8', 'manifest.mpd', 'v-240p.m3u8', 'integrity.json']) {
      expect((await ana.get(`/playback/video-dune/${file}`)).status).toBe(200);
      expect((await lapsed.get(`/playback/video-dune/${file}`)).status).toBe(403);
      expect((await ana.get(`/playback/video-us-only/${file}`)).status).toBe(451);
      expect((await ana.get(`/playback/video-none/${file}`)).status).toBe(404);
    }
    expect((await ana.get('/playback/video-dune/v-999p.m3u8')).status).toBe(404);
    const { files } = IntegrityAnswer.parse((await ana.get('/playback/video-dune/integrity.json')).body);
    expect(Object.keys(files)).toEqual(['video-dune/v-240p/init.mp4', 'video-dune/v-240p/1.m4s']);
  });
});

function parse(text: string) {
  const parser = new Parser();
  parser.push(text);
  parser.end();
  return parser.manifest;
}
