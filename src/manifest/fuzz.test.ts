import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packagedVideo } from '../../testing/packaged-video.ts';
import { isLayoverError } from '../shared/errors.ts';
import { Presentation } from '../shared/presentation.ts';
import { loadPresentation } from './index.ts';

const video = packagedVideo('film-1', 2);
const manifestUrl = 'https://cdn.example/film-1/manifest?q=1';
const mediaText = video.media.get('v-240p') ?? '';

/** With all that strangers write. */
const wildMultivariant = [
  '#EXTM3U',
  '#EXT-X-DEFINE:NAME="dir",VALUE="deep"',
  '#EXT-X-CONTENT-STEERING:SERVER-URI="steer",PATHWAY-ID="b"',
  '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="Described",LANGUAGE="en",CHANNELS="6",CHARACTERISTICS="public.accessibility.describes-video",URI="ad.m3u8"',
  '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="English",LANGUAGE="eng",DEFAULT=YES',
  '#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="s",NAME="Español",LANGUAGE="es",FORCED=YES,URI="es.m3u8"',
  '#EXT-X-MEDIA:TYPE=CLOSED-CAPTIONS,GROUP-ID="c",NAME="CC",INSTREAM-ID="SERVICE1"',
  ...['a', 'b'].flatMap((host) => [
    `#EXT-X-STREAM-INF:BANDWIDTH=900000,CODECS="avc1.4d401f,mp4a.40.2",RESOLUTION=640x360,VIDEO-RANGE=PQ,AUDIO="a",SUBTITLES="s",CLOSED-CAPTIONS="c",PATHWAY-ID="${host}"`,
    `https://${host}.example/{$dir}/v.m3u8`,
  ]),
  '#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=1,URI="still.m3u8"',
].join('\n');
const wildMedia = [
  '#EXTM3U',
  '#EXT-X-MEDIA-SEQUENCE:0',
  '#EXT-X-DEFINE:QUERYPARAM="q"',
  '#EXT-X-KEY:METHOD=AES-128,URI="k"',
  '#EXT-X-KEY:METHOD=SAMPLE-AES,URI="skd://x",KEYFORMAT="com.apple.streamingkeydelivery"',
  '#EXT-X-MAP:URI="i.mp4",BYTERANGE="700@0"',
  '#EXTINF:4.004,',
  '#EXT-X-BYTERANGE:100@700',
  'f.mp4?{$q}',
  '#EXT-X-BYTERANGE:50',
  '#EXTINF:4,A title',
  'f.mp4?{$q}',
  '#EXT-X-DISCONTINUITY',
  '#EXT-X-KEY:METHOD=NONE',
  '#EXT-X-MAP:URI="j.mp4"',
  '#EXT-X-GAP',
  '#EXTINF:4,',
  'g.mp4',
  '#EXT-X-KEY:METHOD=AES-128,URI="https://keys.example/2",IV=0x0123456789abcdef0123456789abcdef',
  '#EXTINF:4,',
  'h.mp4',
  '#EXT-X-ENDLIST',
].join('\n');

/** Whatever the text: a presentation that its schema accepts, or an error that says what is wrong with it. */
async function outcomeOf(text: string, media = mediaText): Promise<'read' | 'refused'> {
  try {
    const fetchText = async (url: string) => (url === manifestUrl ? text : media);
    Presentation.parse(await loadPresentation({ manifestUrl, fetchText }));
    return 'read';
  } catch (error) {
    if (isLayoverError(error, 'manifest/malformed', 'manifest/unsupported', 'manifest/live'))
      return 'refused';
    throw error;
  }
}

const shards = ['#EXTM3U\n', '#EXT-X-KEY:METHOD=', '#EXTINF:', 'URI="', ',', '"', '\n', '-1', '0', '1e999', '99999999999999999999', '$', '$Number%099d$', '<', '/>', '&#0;', '&lt;', '<![CDATA[', '<!--', '--><', 'r="-1"', 'd="0"', '__proto__', 'constructor="1"', 'PT1E9S', 'P', '\u0000', '\uFEFF', '\uD800', '{$', '{$dir}', '{$q}', '#EXT-X-DEFINE:NAME="q",VALUE="{$q}{$q}"\n', '#EXT-X-MAP:URI="i"\n', '#EXT-X-GAP\n', '#EXT-X-DISCONTINUITY\n', '#EXT-X-BYTERANGE:1\n', '#EXT-X-KEY:METHOD=NONE\n', '\r', '<MPD>', '</MPD>', '<Period>', 'http://[', 'data:,', '//', '?', '../']; // prettier-ignore

/** A text with a few cuts, doublings and strange insertions. */
function mutated(source: string): fc.Arbitrary<string> {
  const edit = fc.record({
    at: fc.nat(source.length),
    length: fc.nat(40),
    insert: fc.oneof(fc.constantFrom(...shards), fc.string({ maxLength: 8 }), fc.constant('')),
    repeat: fc.integer({ min: 0, max: 3 }),
  });
  return fc.array(edit, { minLength: 1, maxLength: 5 }).map((edits) =>
    edits.reduce((text, { at, length, insert, repeat }) => {
      const cut = text.slice(at, at + length);
      return text.slice(0, at) + insert + cut.repeat(repeat) + text.slice(at + length);
    }, source),
  );
}

describe('any text is a presentation or a manifest error', () => {
  it('unchanged, all are read', async () => {
    expect(
      await Promise.all(
        [video.multivariant, wildMultivariant, wildMedia, video.mpd, mediaText].map((text) =>
          outcomeOf(text),
        ),
      ),
    ).toEqual(
      ['read', 'read', 'read', 'read', 'read'], // prettier-ignore
    );
  });

  it('random text', async () => {
    const parts = fc.array(fc.oneof(fc.constantFrom(...shards), fc.string()), { maxLength: 30 });
    const text = parts.map((some) => some.join(''));
    const begun = fc.tuple(fc.constantFrom('', '#EXTM3U\n', '<MPD>', '<?xml version="1.0"?><MPD>'), text);
    await fc.assert(
      fc.asyncProperty(begun, async ([start, rest]) => {
        await outcomeOf(start + rest);
      }),
      { numRuns: 1500 },
    );
  });

  it.each([
    ['multivariant playlist', video.multivariant],
    ['media playlist', mediaText],
    ['multivariant playlist with everything', wildMultivariant],
    ['media playlist with everything', wildMedia],
    ['MPD', video.mpd],
  ])('mutated %s', async (_, source) => {
    const seen = { read: 0, refused: 0 };
    await fc.assert(
      fc.asyncProperty(mutated(source), async (text) => {
        seen[await outcomeOf(text)]++;
      }),
      { numRuns: 700 },
    );
    // Both happen, so the mutations reach behind the first check.
    expect(seen.read).toBeGreaterThan(0);
    expect(seen.refused).toBeGreaterThan(0);
  });

  it('a good multivariant playlist over mutated media playlists', async () => {
    await fc.assert(
      fc.asyncProperty(mutated(mediaText), async (text) => {
        await outcomeOf(video.multivariant, text);
      }),
      { numRuns: 300 },
    );
  });
});
