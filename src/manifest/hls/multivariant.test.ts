import { describe, expect, it } from 'vitest';
import { refusal, vod } from '../../../testing/playlists.ts';
import type { ErrorCode } from '../../shared/errors.ts';
import { parseMultivariant } from './multivariant.ts';
import { pathwaysOf } from './pathways.ts';
import { presentation, startReading } from './presentation.ts';

const url = 'https://cdn.example/show/master.m3u8';
const mediaPlaylistUrls = (text: string, from: string) => startReading(text, from).mediaPlaylistUrls;

describe('a multivariant playlist', () => {
  const text = [
    '#EXTM3U',
    '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="aac",NAME="English",LANGUAGE="en",DEFAULT=YES,CHANNELS="2",URI="audio/en.m3u8"',
    '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="ec3",NAME="English",LANGUAGE="en",CHANNELS="16/JOC",URI="audio/en-ec3.m3u8"',
    '#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="s",NAME="Español",LANGUAGE="es",FORCED=YES,URI="subs/es.m3u8"',
    '#EXT-X-MEDIA:TYPE=CLOSED-CAPTIONS,GROUP-ID="cc",NAME="CC",INSTREAM-ID="CC1"',
    '#EXT-X-STREAM-INF:BANDWIDTH=3384000,CODECS="avc1.64001f,ec-3",RESOLUTION=1280x720,FRAME-RATE=23.976,AUDIO="ec3",SUBTITLES="s"',
    'video/hi.m3u8',
    '#EXT-X-STREAM-INF:BANDWIDTH=3128000,CODECS="avc1.64001f,mp4a.40.2",RESOLUTION=1280x720,FRAME-RATE=23.976,AUDIO="aac",SUBTITLES="s"',
    'video/hi.m3u8',
    '#EXT-X-STREAM-INF:BANDWIDTH=900000,CODECS="avc1.4d401f,mp4a.40.2",RESOLUTION=640x360,AUDIO="aac"',
    'video/lo.m3u8',
    '#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=86000,URI="iframe.m3u8"',
  ].join('\n');
  const read = (changed = text) => {
    const piece = vod('#EXTINF:4,', '0.bin');
    return presentation(changed, url, new Map(mediaPlaylistUrls(changed, url).map((one) => [one, piece])));
  };

  it('turns combinations into renditions, each playlist once', () => {
    const { video, audio, subtitles } = read();
    expect(mediaPlaylistUrls(text, url)).toHaveLength(5);
    expect(video).toMatchObject([
      { id: 'lo', bandwidthBitsPerSecond: 900_000, height: 360, codecs: 'avc1.4d401f' },
      { id: 'hi', bandwidthBitsPerSecond: 3_128_000, height: 720, codecs: 'avc1.64001f', frameRate: 23.976 },
    ]);
    expect(audio).toMatchObject([
      { id: 'en', codecs: 'mp4a.40.2', channels: 2, isDefault: true },
      { id: 'en-ec3', codecs: 'ec-3', channels: 16, isDefault: false },
    ]);
    expect(subtitles).toMatchObject([{ id: 'es', name: 'Español', isForced: true }]);
  });

  it('keeps the sound that is inside a variant', () => {
    const muxed = read('#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=9,CODECS="avc1.4d401f,mp4a.40.2"\nv.m3u8');
    expect(muxed.video[0]?.codecs).toBe('avc1.4d401f,mp4a.40.2');
    expect(muxed.audio).toEqual([]);
  });

  it('keeps one language in the pictures beside others that are not', () => {
    const mixed = read(
      [
        '#EXTM3U',
        '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="English",LANGUAGE="en",DEFAULT=YES',
        '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="Français",LANGUAGE="fra",URI="fr.m3u8"',
        '#EXT-X-STREAM-INF:BANDWIDTH=9,CODECS="avc1.4d401f,mp4a.40.2",AUDIO="a"',
        'v.m3u8',
      ].join('\n'),
    );
    expect(mixed.video).toMatchObject([
      { codecs: 'avc1.4d401f,mp4a.40.2', muxedAudio: { language: 'en', name: 'English', isDefault: true } },
    ]);
    expect(mixed.audio).toMatchObject([{ language: 'fr', codecs: 'mp4a.40.2', isDefault: false }]);
  });

  it('leaves out sound alone where every picture has its own', () => {
    const thin = '#EXT-X-STREAM-INF:BANDWIDTH=64000,CODECS="mp4a.40.2"\nthin.m3u8';
    const muxed = '#EXT-X-STREAM-INF:BANDWIDTH=900000,CODECS="avc1.4d401f,mp4a.40.2"\nv.m3u8';
    const silent = muxed.replace(',mp4a.40.2', '');
    expect(read(`#EXTM3U\n${thin}\n${muxed}`).audio).toEqual([]);
    expect(read(`#EXTM3U\n${thin}\n${silent}`).audio).toHaveLength(1);
  });

  it('takes variants that say nothing for sound when their files can be nothing else', () => {
    const text = '#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=64000\na.m3u8';
    const told = presentation(
      text,
      url,
      new Map([[new URL('a.m3u8', url).href, vod('#EXTINF:4,', '0.mp3')]]),
    );
    expect(told).toMatchObject({ video: [], audio: [{ container: 'packed-audio', bandwidthBitsPerSecond: 64_000 }] }); // prettier-ignore
  });

  it('knows “no captions” from silence about them', () => {
    const variant = (more: string) => read(`#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=9${more}\nv.m3u8`);
    expect(variant(',CLOSED-CAPTIONS=NONE').closedCaptions).toEqual([]);
    expect(variant('').closedCaptions).toBeUndefined();
  });

  it('leaves out variants of still frames, unless there is nothing else', () => {
    const text = '#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=9\nv.m3u8\n#EXT-X-STREAM-INF:BANDWIDTH=1\nstill.m3u8'; // prettier-ignore
    const still = vod('#EXT-X-I-FRAMES-ONLY', '#EXTINF:4,', '0.ts');
    const both = new Map([
      [new URL('v.m3u8', url).href, vod('#EXTINF:4,', '0.ts')],
      [new URL('still.m3u8', url).href, still],
    ]);
    expect(presentation(text, url, both).video).toMatchObject([{ bandwidthBitsPerSecond: 9 }]);
    both.set(new URL('v.m3u8', url).href, still);
    expect(refusal(() => presentation(text, url, both)).reason).toContain('still frames');
  });

  it('hands variables down to media playlists that import them', () => {
    const text =
      '#EXTM3U\n#EXT-X-DEFINE:NAME="dir",VALUE="deep"\n#EXT-X-STREAM-INF:BANDWIDTH=9\n{$dir}/v.m3u8';
    const [named = ''] = mediaPlaylistUrls(text, url);
    expect(named).toBe('https://cdn.example/show/deep/v.m3u8');
    const having = (define: string) =>
      presentation(text, url, new Map([[named, vod(define, '#EXTINF:4,', '{$dir}.ts')]]));
    expect(having('#EXT-X-DEFINE:IMPORT="dir"').video[0]?.segments[0]?.path).toBe('deep/deep.ts');
    expect(refusal(() => having('')).reason).toContain('not defined');
    expect(refusal(() => having('#EXT-X-DEFINE:IMPORT="nothing"')).reason).toContain('comes from nowhere');
    expect(refusal(() => having('#EXT-X-DEFINE:QUERYPARAM="nothing"')).reason).toContain(
      'comes from nowhere',
    );
    const twice = '#EXT-X-DEFINE:NAME="dir",VALUE="1"\n#EXT-X-DEFINE:IMPORT="dir"';
    expect(refusal(() => having(twice)).reason).toContain('twice');
  });

  it('gives the same ids when the same renditions stand in another order', () => {
    const alternates = [6, 2].map((channels, at) => `#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="g${channels}",NAME="English",LANGUAGE="en",CHANNELS="${channels}",URI="${'!'.repeat(at + 1)}.m3u8"`); // prettier-ignore
    const variants = ['#EXT-X-STREAM-INF:BANDWIDTH=9,AUDIO="g2"', 'v.m3u8'];
    const ids = (lines: string[]) =>
      new Map(read(['#EXTM3U', ...lines, ...variants].join('\n')).audio.map((one) => [one.channels, one.id]));
    expect(ids(alternates)).toEqual(new Map([[2, 'a-en'], [6, 'a-en-2']])); // prettier-ignore
    expect(ids(alternates.toReversed())).toEqual(ids(alternates));
    const stable = alternates.map((line, at) => `${line},STABLE-RENDITION-ID="sound-${at}"`);
    const named = read(['#EXTM3U', ...stable, '#EXT-X-STREAM-INF:BANDWIDTH=9,AUDIO="g2",STABLE-VARIANT-ID="film"', 'v.m3u8'].join('\n')); // prettier-ignore
    expect([...named.video, ...named.audio].map(({ id }) => id)).toEqual(['film', 'sound-0', 'sound-1']);
  });

  it('takes a variant of sound only as sound', () => {
    const only = read('#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=128000,CODECS="mp4a.40.2"\na.m3u8');
    expect(only.audio).toMatchObject([{ kind: 'audio', language: 'und', bandwidthBitsPerSecond: 128_000 }]);
    expect(only.durationSeconds).toBe(4);
  });

  it('makes ids of its own where names collide or are not safe', () => {
    const collide = text.replaceAll(
      /(audio|subs|video)\/[\w-]+\.m3u8/g,
      (name) => `${name.replace('.m3u8', '')}!/.m3u8`,
    );
    const ids = [...read(collide).video, ...read(collide).audio, ...read(collide).subtitles].map(
      (one) => one.id,
    );
    expect(ids).toEqual(['v-360p', 'v-720p', 'a-en', 'a-en-2', 's-es']);
  });

  it.each<[string, ErrorCode]>([
    ['#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1', 'manifest/malformed'],
    ['#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\n#EXT-X-STREAM-INF:BANDWIDTH=2\nv.m3u8', 'manifest/malformed'],
    ['#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=many\nv.m3u8', 'manifest/malformed'],
    ['#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nv.m3u8\nw.m3u8', 'manifest/malformed'],
    ['#EXTM3U\n#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=1,URI="x"', 'manifest/malformed'],
  ])('%j is refused as %s', (changed, code) => {
    expect(refusal(() => read(changed)).code).toBe(code);
  });

  it('refuses more variants, renditions and address than any has', () => {
    const variants = (count: number) =>
      Array.from({ length: count }, (_, at) => `#EXT-X-STREAM-INF:BANDWIDTH=1\nv${at}`).join('\n');
    expect(refusal(() => read(`#EXTM3U\n${variants(257)}`)).reason).toContain('renditions');
    expect(refusal(() => read(`#EXTM3U\n${variants(4_097)}`)).reason).toContain('variants');
    expect(refusal(() => read(`#EXTM3U\n#EXT-X-STREAM-INF:A=1\n${'v'.repeat(5_000)}`)).reason).toContain(
      'length',
    );
  });

  it('tells description, subtitles for the deaf, captions, brightness and steering', () => {
    const told = read(
      [
        '#EXTM3U',
        '#EXT-X-CONTENT-STEERING:SERVER-URI="steer",PATHWAY-ID="b"',
        '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="Described",LANGUAGE="en",CHARACTERISTICS="public.accessibility.describes-video",URI="ad.m3u8"',
        '#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="s",NAME="SDH",LANGUAGE="en",CHARACTERISTICS="public.accessibility.transcribes-spoken-dialog,public.accessibility.describes-music-and-sound",URI="sdh.m3u8"',
        '#EXT-X-MEDIA:TYPE=CLOSED-CAPTIONS,GROUP-ID="cc",NAME="CC",LANGUAGE="eng",INSTREAM-ID="CC1"',
        '#EXT-X-STREAM-INF:BANDWIDTH=9,VIDEO-RANGE=PQ,AUDIO="a",SUBTITLES="s",CLOSED-CAPTIONS="cc"',
        'v.m3u8',
      ].join('\n'),
    );
    expect(told).toMatchObject({
      video: [{ videoRange: 'PQ' }],
      audio: [{ isAudioDescription: true }],
      subtitles: [{ isHardOfHearing: true }],
      closedCaptions: [{ instreamId: 'CC1', language: 'en', name: 'CC' }],
      contentSteering: { serverUri: 'https://cdn.example/show/steer', pathwayId: 'b' },
    });
  });

  it('takes the same streams in other places for pathways', () => {
    const pathwayed = (id: string, host: string) => [
      `#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a-${id}",NAME="English",LANGUAGE="en",URI="${host}/show/a/en.m3u8"`,
      `#EXT-X-STREAM-INF:BANDWIDTH=9,PATHWAY-ID="${id}",AUDIO="a-${id}"`,
      `${host}/show/v/9.m3u8`,
      `#EXT-X-STREAM-INF:BANDWIDTH=20,PATHWAY-ID="${id}",AUDIO="a-${id}"`,
      `${host}/show/v/20.m3u8`,
    ];
    const lines = ['#EXTM3U', ...pathwayed('one', 'https://one.example'), ...pathwayed('two', 'https://two.example/x')]; // prettier-ignore
    const found = read(lines.join('\n'));
    expect(found.pathways).toEqual([
      { id: 'one', baseUrl: 'https://one.example/' },
      { id: 'two', baseUrl: 'https://two.example/x/' },
    ]);
    expect(found.video).toHaveLength(2);
    expect(found.audio).toHaveLength(1);
    expect(found.video[0]?.segments[0]?.path).toBe('show/v/0.bin');
  });

  it('makes no pathway of a place that has something else, or has it elsewhere', () => {
    const places = (other: string) =>
      read(
        [
          '#EXTM3U',
          '#EXT-X-STREAM-INF:BANDWIDTH=9,RESOLUTION=640x360,PATHWAY-ID="a"',
          'https://a.example/s/v.m3u8',
          `#EXT-X-STREAM-INF:BANDWIDTH=9,PATHWAY-ID="b",${other}`,
        ].join('\n'),
      ).pathways.map(({ id }) => id);
    expect(places('RESOLUTION=640x360\nhttps://b.example/s/v.m3u8')).toEqual(['a', 'b']);
    expect(places('RESOLUTION=1280x720\nhttps://b.example/s/v.m3u8')).toEqual(['origin']);
    expect(places('RESOLUTION=640x360\nhttps://b.example/s/w.m3u8')).toEqual(['origin']);
  });

  it('knows a lone pathway by its name and place where a steering server may clone it', () => {
    const steering = '#EXT-X-CONTENT-STEERING:SERVER-URI="s"';
    const variant = (file: string) =>
      `#EXT-X-STREAM-INF:BANDWIDTH=${file.length},PATHWAY-ID="a"\nhttps://a.example/film/${file}`;
    const text = ['#EXTM3U', steering, variant('hi/v.m3u8'), variant('low/v.m3u8')].join('\n');
    expect(pathwaysOf(parseMultivariant(text, url), url).pathways).toEqual([
      { id: 'a', baseUrl: 'https://a.example/film/' },
    ]);
  });

  it('takes redundant streams for pathways, and different ones on one host for what they are', () => {
    const variants = (...urls: string[]) =>
      read(['#EXTM3U', ...urls.flatMap((one) => ['#EXT-X-STREAM-INF:BANDWIDTH=9', one])].join('\n'));
    const backup = variants('https://a.example/s/v.m3u8', 'https://b.example/s/v.m3u8');
    expect(backup.pathways.map(({ id }) => id)).toEqual(['origin', 'backup-1']);
    expect(backup.video).toHaveLength(1);
    expect(variants('https://a.example/1.m3u8', 'https://a.example/2.m3u8').video).toHaveLength(2);
  });

  it('says when a playlist was not brought', () => {
    expect(refusal(() => presentation(text, url, new Map())).reason).toContain('missing');
  });
});
