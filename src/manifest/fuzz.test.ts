import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packagedVideo } from '../../testing/packaged-video.ts';
import { isLayoverError } from '../shared/errors.ts';
import { Presentation } from '../shared/presentation.ts';
import { loadPresentation } from './index.ts';

const video = packagedVideo('film-1', 2);
const manifestUrl = 'https://cdn.example/film-1/manifest';
const mediaText = video.media.get('v-240p') ?? '';

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

const shards = ['#EXTM3U\n', '#EXT-X-KEY:METHOD=', '#EXTINF:', 'URI="', ',', '"', '\n', '-1', '0', '1e999', '99999999999999999999', '$', '$Number%099d$', '<', '/>', '&#0;', '&lt;', '<![CDATA[', '<!--', '--><', 'r="-1"', 'd="0"', '__proto__', 'constructor="1"', 'PT1E9S', 'P', '\u0000', '\uFEFF', '\uD800', '<MPD>', '</MPD>', '<Period>', 'http://[', 'data:,', '//', '?', '../']; // prettier-ignore

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
  it('unchanged, all three are read', async () => {
    expect(
      await Promise.all([video.multivariant, video.mpd, mediaText].map((text) => outcomeOf(text))),
    ).toEqual(
      ['read', 'read', 'read'], // prettier-ignore
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
