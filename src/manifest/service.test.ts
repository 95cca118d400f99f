import { describe, expect, it } from 'vitest';
import { packagedVideo } from '../../testing/packaged-video.ts';
import { renditionsOf } from '../shared/presentation.ts';
import type { Presentation } from '../shared/presentation.ts';
import { attachIntegrity, loadPresentation } from './index.ts';

const video = packagedVideo('film-1', 5);
const pathways = [
  { id: 'oca-1', baseUrl: 'http://127.0.0.1:4001/s/film-1.1800000000.aaaa_AAA/' },
  { id: 'oca-2', baseUrl: 'http://127.0.0.1:4002/s/film-1.1800000000.bbbb-BBB/' },
];

/** The service as the client meets it: playlists behind the API, media on OCAs. */
function api(base: string, mpdBases: { id: string; baseUrl: string }[]): (url: string) => Promise<string> {
  const playback = 'http://127.0.0.1:4000/api/v1/playback/film-1/';
  return async (url) => {
    if (url === `${playback}manifest.mpd`) {
      const lines = mpdBases.map(
        (one) => `<BaseURL serviceLocation="${one.id}">${one.baseUrl}film-1/</BaseURL>`,
      );
      return video.mpd.replace(/(<MPD[^>]*>)/, `$1${lines.join('')}`);
    }
    if (url === `${playback}manifest.m3u8`)
      return video.multivariant.replaceAll(/([\w-]+)\/playlist\.m3u8/g, `${playback}$1.m3u8`);
    const id = /([\w-]+)\.m3u8$/.exec(url)?.[1] ?? '';
    const media = video.media.get(id);
    if (media === undefined) throw new Error(`asked for ${url}`);
    return media
      .replaceAll(/^(\d+\.\w+)$/gm, `${base}film-1/${id}/$1`)
      .replace('init.mp4', `${base}film-1/${id}/init.mp4`);
  };
}

const load = (file: string, base = pathways[0]?.baseUrl ?? '', mpdBases = pathways, given = pathways) =>
  loadPresentation({
    manifestUrl: `http://127.0.0.1:4000/api/v1/playback/film-1/${file}`,
    fetchText: api(base, mpdBases),
    pathways: given,
  });

const pathsOf = (presentation: Presentation) =>
  renditionsOf(presentation).map((one) => [one.id, one.init?.path, ...one.segments.map((s) => s.path)]);

describe('manifests as the service serves them', () => {
  it.each(['manifest.m3u8', 'manifest.mpd'])('%s gives ids, paths, languages, keys and IVs', async (file) => {
    const presentation = await load(file);
    expect(presentation.pathways).toEqual(pathways);
    expect(presentation.durationSeconds).toBeCloseTo(22.5, 3);
    expect(renditionsOf(presentation).map((one) => one.id)).toEqual(
      ['v-240p', 'v-480p', 'v-720p', 'a-en', 'a-es', 's-en', 's-es', 's-fr'], // prettier-ignore
    );
    const [, , best] = presentation.video;
    expect(best).toMatchObject({ width: 1280, height: 720, frameRate: 24, codecs: 'avc1.64001f' });
    expect(best?.init).toEqual({
      index: -1,
      path: 'film-1/v-720p/init.mp4',
      startSeconds: 0,
      durationSeconds: 0,
    });
    expect(best?.segments[1]).toEqual({
      index: 1,
      path: `film-1/v-720p/${2 * 2 ** 20 + 2}.m4s`,
      startSeconds: 4,
      durationSeconds: 4,
      encryption: {
        method: 'aes-128',
        keyUri: 'urn:layover:content-key:film-1',
        ivHex: '00000000000000000000000000200002',
      },
    });
    expect(best?.segments.at(-1)).toMatchObject({ index: 5, startSeconds: 20, durationSeconds: 2.5 });
    expect(presentation.audio[1]).toMatchObject({
      language: 'es',
      name: 'Español',
      codecs: 'mp4a.40.2',
      channels: 2,
      isDefault: false, // prettier-ignore
    });
    expect(presentation.audio[0]?.isDefault).toBe(true);
    expect(presentation.subtitles[1]).toMatchObject({ language: 'es', isForced: false });
    expect(presentation.subtitles[1]?.segments).toHaveLength(1);
    expect(presentation.subtitles[1]?.segments[0]).toMatchObject({ startSeconds: 0, durationSeconds: 22.5 });
  });

  it('says the same in both dialects', async () => {
    const [hls, dash] = [await load('manifest.m3u8'), await load('manifest.mpd')];
    expect(pathsOf(hls)).toEqual(pathsOf(dash));
    const flat = (presentation: Presentation) => renditionsOf(presentation).flatMap((one) => one.segments);
    const [fromHls, fromDash] = [flat(hls), flat(dash)];
    for (const [at, segment] of fromHls.entries()) {
      expect(segment.encryption).toEqual(fromDash[at]?.encryption);
      expect(segment.startSeconds).toBeCloseTo(fromDash[at]?.startSeconds ?? NaN, 4);
      expect(segment.durationSeconds).toBeCloseTo(fromDash[at]?.durationSeconds ?? NaN, 4);
    }
  });

  it.each(['manifest.m3u8', 'manifest.mpd'])(
    '%s signed at another moment still gives relative paths',
    async (file) => {
      const other = pathways.map((one) => ({
        ...one,
        baseUrl: one.baseUrl.replace('1800000000.', '1800000077.z'),
      }));
      expect(pathsOf(await load(file, other[0]?.baseUrl, other))).toEqual(pathsOf(await load(file)));
    },
  );

  it('takes the one BaseURL of several that a pathway holds', async () => {
    const [first, second] = pathways;
    const presentation = await load('manifest.mpd', undefined, pathways, second ? [second] : []);
    expect(first?.id).not.toBe(presentation.pathways[0]?.id);
    expect(presentation.video[0]?.segments[0]?.path).toBe('film-1/v-240p/1.m4s');
  });

  it('takes addresses that no pathway holds as they are', async () => {
    const presentation = await load('manifest.m3u8', 'http://elsewhere.example/x/');
    expect(presentation.video[0]?.segments[0]?.path).toBe('http://elsewhere.example/x/film-1/v-240p/1.m4s');
  });

  it('needs no pathways: they are where the files are', async () => {
    const files = new Map([['http://oca.example/film-1/master.m3u8', video.multivariant]]);
    for (const [id, text] of video.media) files.set(`http://oca.example/film-1/${id}/playlist.m3u8`, text);
    files.set('http://oca.example/film-1/manifest.mpd', video.mpd);
    for (const name of ['master.m3u8', 'manifest.mpd']) {
      const presentation = await loadPresentation({
        manifestUrl: `http://oca.example/film-1/${name}?token=1`,
        fetchText: async (url) => files.get(url.replace(/\?.*/, '')) ?? Promise.reject(new Error(url)),
      });
      expect(presentation.pathways).toEqual([{ id: 'origin', baseUrl: 'http://oca.example/film-1/' }]);
      expect(presentation.video.map((one) => one.id)).toEqual(['v-240p', 'v-480p', 'v-720p']);
      expect(presentation.video[0]?.segments[0]?.path).toBe('v-240p/1.m4s');
    }
  });

  it('gives the pathways of the MPD where none are given', async () => {
    const presentation = await loadPresentation({
      manifestUrl: 'http://127.0.0.1:4000/api/v1/playback/film-1/manifest.mpd',
      fetchText: api('', pathways),
    });
    expect(presentation.pathways).toEqual(
      pathways.map((one) => ({ ...one, baseUrl: `${one.baseUrl}film-1/` })),
    );
    expect(presentation.video[0]?.init?.path).toBe('v-240p/init.mp4');
  });

  it('goes on from where a request was sent on to', async () => {
    const text = '#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=9\nv.m3u8';
    const media = '#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\n0.ts\n#EXT-X-ENDLIST';
    const asked: string[] = [];
    const presentation = await loadPresentation({
      manifestUrl: 'https://short.example/x',
      fetchText: async (url) => {
        asked.push(url);
        return url.endsWith('.m3u8')
          ? { text: media, url: url.replace('v.m3u8', 'there/v.m3u8') }
          : { text, url: 'https://cdn.example/film/index' };
      },
    });
    expect(asked).toEqual(['https://short.example/x', 'https://cdn.example/film/v.m3u8']);
    expect(presentation.pathways).toEqual([{ id: 'origin', baseUrl: 'https://cdn.example/film/' }]);
    expect(presentation.video[0]?.segments[0]?.path).toBe('there/0.ts');
  });

  it('asks for few playlists at once, and for no more after one failed', async () => {
    const variants = Array.from({ length: 40 }, (_, at) => `#EXT-X-STREAM-INF:BANDWIDTH=9\n${at}.m3u8`);
    let underWay = 0;
    let most = 0;
    let asked = 0;
    const fetchText = async (url: string) => {
      if (url.endsWith('/master')) return ['#EXTM3U', ...variants].join('\n');
      most = Math.max(most, ++underWay);
      await Promise.resolve();
      underWay--;
      if (++asked === 10) throw new Error('the network');
      return '#EXTM3U\n#EXTINF:4,\n0.ts\n#EXT-X-ENDLIST';
    };
    await expect(loadPresentation({ manifestUrl: 'http://x.example/master', fetchText })).rejects.toThrow('the network'); // prettier-ignore
    expect(most).toBe(6);
    expect(asked).toBeLessThan(20);
  });

  it('lets through what fetching throws', async () => {
    const failure = new Error('the network');
    const fetchText = async () => Promise.reject(failure);
    await expect(loadPresentation({ manifestUrl: 'http://x.example/', fetchText })).rejects.toBe(failure);
  });
});

describe('attachIntegrity', () => {
  it('adds sizes and digests by path, and the bandwidths that HLS does not tell', async () => {
    const presentation = await load('manifest.m3u8');
    const [english] = presentation.audio;
    const files = Object.fromEntries(
      [english?.init, ...(english?.segments ?? [])].map((segment) => [
        segment?.path ?? '',
        { sizeBytes: 45_000, plainBytes: 44_999, sha256: 'ab'.repeat(32) },
      ]),
    );
    const attached = attachIntegrity(presentation, files);
    expect(attached.audio[0]?.init?.integrity?.sizeBytes).toBe(45_000);
    expect(attached.audio[0]?.segments.every((one) => one.integrity?.plainBytes === 44_999)).toBe(true);
    expect(english?.bandwidthBitsPerSecond).toBe(0);
    expect(attached.audio[0]?.bandwidthBitsPerSecond).toBeCloseTo((6 * 45_000 * 8) / 22.5, -2);
    expect(attached.audio[1]).toEqual(presentation.audio[1]);
    expect(attached.video).toEqual(presentation.video);
  });

  it('knows a range that is the whole file, and later init segments', async () => {
    const presentation = await load('manifest.m3u8');
    const whole = { sizeBytes: 9, plainBytes: 9, sha256: 'ab'.repeat(32) };
    const later = { index: -2, path: 'later.mp4', startSeconds: 0, durationSeconds: 0 };
    const ranged = presentation.video.slice(0, 1).map((one) => ({
      ...one,
      laterInits: [later],
      segments: one.segments.map((s) => ({ ...s, byteRange: { offsetBytes: 0, lengthBytes: 9 } })),
    }));
    const path = ranged[0]?.segments[0]?.path ?? '';
    const [read] = attachIntegrity({ ...presentation, video: ranged }, { [path]: whole, 'later.mp4': whole }).video; // prettier-ignore
    expect(read?.segments[0]).toMatchObject({ path, integrity: whole });
    expect(read?.segments[0]).not.toHaveProperty('byteRange');
    expect(read?.segments[1]).toEqual(ranged[0]?.segments[1]);
    expect(read?.laterInits).toEqual([{ ...later, integrity: whole }]);
  });

  it('leaves ranges of a file alone, and is not fooled by inherited names', async () => {
    const presentation = await load('manifest.m3u8');
    const ranged = presentation.video.map((one) => ({
      ...one,
      segments: one.segments.map((s) => ({
        ...s,
        path: 'toString',
        byteRange: { offsetBytes: 0, lengthBytes: 9 },
      })),
    }));
    const whole = { sizeBytes: 1, plainBytes: 1, sha256: 'ab'.repeat(32) };
    const attached = attachIntegrity(
      { ...presentation, video: ranged },
      Object.fromEntries([['toString', whole]]),
    );
    expect(attached.video).toEqual(ranged);
    expect(attachIntegrity({ ...presentation, video: ranged }, {}).video).toEqual(ranged);
  });
});
