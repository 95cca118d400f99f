import fc from 'fast-check';
import { Parser } from 'm3u8-parser';
import { describe, expect, it } from 'vitest';
import { arbitraryPresentation, arbitraryWildPresentation } from '../../../testing/arbitrary-presentation.ts';
import { isLayoverError } from '../../shared/errors.ts';
import { renditionsOf } from '../../shared/presentation.ts';
import type { Presentation, Rendition } from '../../shared/presentation.ts';
import { hls, writeMedia, writeMultivariant } from '../index.ts';

const base = 'https://cdn.example/film/';
const pathOf = (id: string) => `${id}/playlist.m3u8`;
const mediaText = (rendition: Rendition) => writeMedia(rendition, { pathOf: (fileName) => fileName });

function reread(presentation: Presentation, renditionIds?: string[]): Presentation {
  const texts = renditionsOf(presentation).map((one): [string, string] => [
    base + pathOf(one.id),
    mediaText(one),
  ]);
  return hls.presentation(
    writeMultivariant(presentation, { pathOf, renditionIds }),
    `${base}master.m3u8`,
    new Map(texts),
  );
}

/** What HLS cannot say: a bandwidth is that of video and sound together, and subtitles have none. */
function asHlsTells(presentation: Presentation): Presentation {
  const onlyAudio = presentation.video.length === 0;
  const sound = presentation.audio.length > 0 ? 128_000 : 0;
  return {
    ...presentation,
    video: presentation.video.map((one) => ({
      ...one,
      bandwidthBitsPerSecond: one.bandwidthBitsPerSecond + sound,
    })),
    audio: presentation.audio.map((one) => ({
      ...one,
      bandwidthBitsPerSecond: onlyAudio ? one.bandwidthBitsPerSecond : 0,
    })),
  };
}

describe('written playlists', () => {
  it('say, when read again, what was written', () => {
    fc.assert(
      fc.property(arbitraryWildPresentation, (presentation) => {
        const read = reread(presentation);
        expect(read).toEqual(asHlsTells(presentation));
        // And again, with what HLS can say.
        const texts = (one: Presentation) => renditionsOf(one).map(mediaText);
        expect(texts(read)).toEqual(texts(presentation));
      }),
      { numRuns: 400 },
    );
  });

  it('name only the renditions asked for', () => {
    fc.assert(
      fc.property(arbitraryPresentation, fc.infiniteStream(fc.boolean()), (presentation, coins) => {
        const kept = renditionsOf(presentation).filter(() => coins.next().value);
        const ids = kept.map((one) => one.id);
        if (kept.every((one) => one.kind === 'subtitles')) {
          expect(() => reread(presentation, ids)).toThrow(
            expect.toSatisfy((error) => isLayoverError(error, 'selection/nothing')),
          );
        } else {
          expect(renditionsOf(reread(presentation, ids)).map((one) => one.id)).toEqual(ids);
        }
      }),
    );
  });

  it('are read alike by m3u8-parser', () => {
    fc.assert(
      fc.property(arbitraryPresentation, (presentation) => {
        const parser = new Parser();
        parser.push(writeMultivariant(presentation, { pathOf }));
        parser.end();
        const { playlists = [], mediaGroups } = parser.manifest;
        if (presentation.video.length > 0)
          expect(new Set(playlists.map((one: { uri: string }) => one.uri))).toEqual(
            new Set(presentation.video.map((one) => pathOf(one.id))),
          );
        for (const playlist of playlists) {
          const group = mediaGroups.AUDIO[playlist.attributes.AUDIO];
          expect(group).toBeDefined();
          // Every member has the codec that the variant states.
          for (const member of Object.values<{ uri: string }>(group)) {
            const audio = presentation.audio.find((one) => pathOf(one.id) === member.uri);
            expect(playlist.attributes.CODECS.split(',')).toContain(audio?.codecs);
          }
        }
        const written = Object.values<Record<string, { uri: string }>>(mediaGroups.AUDIO).flatMap((group) =>
          Object.values(group).map((one) => one.uri),
        );
        expect(written.toSorted()).toEqual(presentation.audio.map((one) => pathOf(one.id)).toSorted());
        for (const rendition of renditionsOf(presentation)) {
          const media = new Parser();
          media.push(mediaText(rendition));
          media.end();
          expect(media.manifest).toMatchObject({ endList: true, playlistType: 'VOD', mediaSequence: 0 });
          expect(media.manifest.segments.map((one: { duration: number }) => one.duration)).toEqual(
            // It takes a duration of nothing for one hundredth of a second.
            rendition.segments.map((one) => one.durationSeconds || 0.01),
          );
          for (const { duration } of media.manifest.segments)
            expect(Math.round(duration)).toBeLessThanOrEqual(media.manifest.targetDuration);
        }
      }),
      { numRuns: 50 },
    );
  });

  it('look so', () => {
    const presentation: Presentation = {
      durationSeconds: 4,
      pathways: [{ id: 'origin', baseUrl: base }],
      video: [{ kind: 'video', id: 'v', bandwidthBitsPerSecond: 1000.5, width: 640, height: 360, frameRate: 24, codecs: 'avc1.4d401e', segments: [] }],
      audio: [{ kind: 'audio', id: 'a', bandwidthBitsPerSecond: 100, language: 'en', name: 'The "best"\nsound', codecs: 'mp4a.40.2', channels: 2, isDefault: true, segments: [] }],
      subtitles: [{ kind: 'subtitles', id: 's', bandwidthBitsPerSecond: 0, language: 'es', name: 'Español', isDefault: false, isForced: true, segments: [] }],
    }; // prettier-ignore
    expect(writeMultivariant(presentation, { pathOf }).split('\n')).toEqual([
      '#EXTM3U',
      '#EXT-X-VERSION:7',
      '#EXT-X-INDEPENDENT-SEGMENTS',
      `#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="audio-1",LANGUAGE="en",NAME="The 'best' sound",DEFAULT=YES,AUTOSELECT=YES,CHANNELS="2",URI="a/playlist.m3u8"`,
      '#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="subtitles",LANGUAGE="es",NAME="Español",DEFAULT=NO,AUTOSELECT=YES,FORCED=YES,URI="s/playlist.m3u8"',
      '#EXT-X-STREAM-INF:BANDWIDTH=1101,CODECS="avc1.4d401e,mp4a.40.2",RESOLUTION=640x360,FRAME-RATE=24.000,AUDIO="audio-1",SUBTITLES="subtitles"',
      'v/playlist.m3u8',
      '',
    ]);
    const segment = { index: 3, path: 'x', startSeconds: 0, durationSeconds: 4.5 };
    const rendition = { ...presentation.video[0], init: segment, segments: [segment] } as Rendition;
    expect(writeMedia(rendition, { pathOf: (fileName) => `v/${fileName}` }).split('\n')).toEqual(
      ['#EXTM3U', '#EXT-X-VERSION:7', '#EXT-X-TARGETDURATION:5', '#EXT-X-MEDIA-SEQUENCE:0', '#EXT-X-PLAYLIST-TYPE:VOD', '#EXT-X-MAP:URI="v/init.mp4"', '#EXTINF:4.500000,', 'v/3.m4s', '#EXT-X-ENDLIST', ''], // prettier-ignore
    );
  });
});
