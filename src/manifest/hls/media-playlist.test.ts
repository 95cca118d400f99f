import { describe, expect, it } from 'vitest';
import { refusal, vod } from '../../../testing/playlists.ts';
import type { ErrorCode } from '../../shared/errors.ts';
import { presentation, startReading } from './presentation.ts';

const url = 'https://cdn.example/show/master.m3u8';
const mediaPlaylistUrls = (text: string, from: string) => startReading(text, from).mediaPlaylistUrls;
const media = (text: string) => presentation(text, url, new Map());
const lone = (text: string) => media(text).video[0];

describe('a media playlist given directly', () => {
  it('is one rendition, timed by its durations', () => {
    const read = media(
      vod('#EXTINF:4.004,Title, with comma', 'a/0.ts', '', '# comment', '#EXTINF:3', 'a/1.ts'),
    );
    expect(mediaPlaylistUrls(vod('#EXTINF:4,', '0.ts'), url)).toEqual([]);
    expect(read.durationSeconds).toBe(7.004);
    expect(read.pathways).toEqual([{ id: 'origin', baseUrl: 'https://cdn.example/show/' }]);
    expect(read.video[0]).toMatchObject({ id: 'a', kind: 'video', bandwidthBitsPerSecond: 0 });
    expect(read.video[0]?.segments).toEqual([
      { index: 0, path: 'a/0.ts', startSeconds: 0, durationSeconds: 4.004 },
      { index: 1, path: 'a/1.ts', startSeconds: 4.004, durationSeconds: 3 },
    ]);
    expect(media(vod('#EXTINF:4,', 'x/0.aac')).audio[0]).toMatchObject({ language: 'und', isDefault: true });
  });

  it('reads CRLF, a byte order mark and a query', () => {
    const text = `\uFEFF${vod('#EXTINF:4,', '0.ts?a=1,2#part')}`.replaceAll('\n', '\r\n');
    expect(lone(text)?.segments[0]?.path).toBe('0.ts?a=1,2');
  });

  it('continues byte ranges, of map and segments', () => {
    const rendition = lone(
      vod('#EXT-X-MAP:URI="f.mp4",BYTERANGE="700"', '#EXT-X-BYTERANGE:100@700', '#EXTINF:4,', 'f.mp4', '#EXTINF:4,', '#EXT-X-BYTERANGE:50', 'f.mp4'), // prettier-ignore
    );
    expect(rendition?.init).toMatchObject({ index: -1, byteRange: { offsetBytes: 0, lengthBytes: 700 } });
    expect(rendition?.segments.map((segment) => segment.byteRange)).toEqual([
      { offsetBytes: 700, lengthBytes: 100 },
      { offsetBytes: 800, lengthBytes: 50 },
    ]);
  });

  it('takes the IV from the key, else from the 64-bit sequence number; METHOD=NONE ends it', () => {
    const rendition = lone(
      vod(
        '#EXT-X-MEDIA-SEQUENCE:18446744073709551615', '#EXT-X-MAP:URI="i.mp4"',
        '#EXT-X-KEY:METHOD=AES-128,URI="keys/1"', '#EXTINF:4,', '0', '#EXTINF:4,', '1',
        '#EXT-X-KEY:METHOD=AES-128,URI="urn:Key:1",IV=0xAbC', '#EXTINF:4,', '2',
        '#EXT-X-KEY:METHOD=NONE', '#EXTINF:4,', '3',
      ), // prettier-ignore
    );
    expect(rendition?.init?.encryption).toBeUndefined();
    expect(rendition?.segments.map((segment) => segment.encryption)).toEqual([
      {
        method: 'aes-128',
        keyUri: 'https://cdn.example/show/keys/1',
        ivHex: `${'0'.repeat(16)}${'f'.repeat(16)}`,
      },
      {
        method: 'aes-128',
        keyUri: 'https://cdn.example/show/keys/1',
        ivHex: `${'0'.repeat(15)}1${'0'.repeat(16)}`,
      },
      { method: 'aes-128', keyUri: 'urn:Key:1', ivHex: 'abc'.padStart(32, '0') },
      undefined,
    ]);
  });

  it('decrypts an init segment that stands after the key, if its IV is known', () => {
    const after = (iv: string) =>
      vod(`#EXT-X-KEY:METHOD=AES-128,URI="k"${iv}`, '#EXT-X-MAP:URI="i.mp4"', '#EXTINF:4,', '0.m4s');
    expect(lone(after(',IV=0x1'))?.init?.encryption?.ivHex).toBe('1'.padStart(32, '0'));
    // Without one, players agree only where the playlist begins with number 0.
    expect(lone(after(''))?.init?.encryption?.ivHex).toBe('0'.repeat(32));
    const later = after('').replace('#EXT-X-KEY', '#EXT-X-MEDIA-SEQUENCE:7\n#EXT-X-KEY');
    expect(refusal(() => media(later)).reason).toContain('no IV');
  });

  it.each<[string, ErrorCode, string]>([
    ['', 'manifest/malformed', 'empty'],
    [' \n\t', 'manifest/malformed', 'empty'],
    ['<!DOCTYPE html><html><body>404</body></html>', 'manifest/malformed', 'web page'],
    ['#EXTM3U', 'manifest/malformed', 'neither'],
    ['#EXTINF:4,\n0.ts\n#EXT-X-ENDLIST', 'manifest/malformed', '#EXTM3U'],
    [vod('0.ts'), 'manifest/malformed', 'line 3'],
    [vod('#EXTINF:four,', '0.ts'), 'manifest/malformed', 'line 3'],
    [vod('#EXTINF:-4,', '0.ts'), 'manifest/malformed', 'line 3'],
    [vod('#EXTINF:4,'), 'manifest/malformed', 'no address'],
    [vod(), 'manifest/malformed', 'no segments'],
    [vod('#EXTINF:4,', '#EXT-X-BYTERANGE:5', '0.ts'), 'manifest/malformed', 'begins nowhere'],
    [vod('#EXTINF:4,', '#EXT-X-BYTERANGE:0@5', '0.ts'), 'manifest/malformed', 'byte range'],
    [vod('#EXTINF:4,', 'http://[bad'), 'manifest/malformed', 'address'],
    [vod('#EXTINF:4,', 'file:///etc/passwd'), 'manifest/unsupported', 'scheme'],
    [vod('#EXT-X-MAP:BYTERANGE="5"', '#EXTINF:4,', '0.ts'), 'manifest/malformed', 'URI'],
    [vod('#EXT-X-KEY:METHOD=AES-128', '#EXTINF:4,', '0.ts'), 'manifest/malformed', 'key'],
    [vod('#EXT-X-KEY:METHOD=AES-128,URI="k",IV=17', '#EXTINF:4,', '0.ts'), 'manifest/malformed', 'IV'],
    [vod('#EXT-X-KEY:METHOD=SAMPLE-AES,URI="k"', '#EXTINF:4,', '0.ts'), 'manifest/unsupported', 'SAMPLE-AES'],
    [
      vod('#EXT-X-KEY:METHOD=AES-128,URI="k",KEYFORMAT="com.x"', '#EXTINF:4,', '0.ts'),
      'manifest/unsupported',
      'com.x',
    ],
    [vod('#EXT-X-KEY:METHOD="AES-128', '#EXTINF:4,', '0.ts'), 'manifest/malformed', 'attribute'],
    [vod('#EXTINF:4,', '0.ts', '#EXT-X-MAP:URI="b"', '#EXTINF:4,', '1'), 'manifest/unsupported', 'MP4'],
    [vod('#EXT-X-GAP', '#EXTINF:4,', '0.ts'), 'manifest/unsupported', 'gaps'],
    [vod('#EXT-X-I-FRAMES-ONLY', '#EXTINF:4,', '0.ts'), 'manifest/unsupported', 'still frames'],
    [vod('#EXT-X-SKIP:SKIPPED-SEGMENTS=3', '#EXTINF:4,', '0.ts'), 'manifest/live', ''],
    [vod('#EXTINF:4,', '{$nowhere}.ts'), 'manifest/malformed', 'not defined'],
    ['#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\n0.ts', 'manifest/live', ''],
    ['#EXTM3U\n#EXT-X-PLAYLIST-TYPE:VOD\n#EXTINF:4,\n0.ts', 'manifest/malformed', 'end is missing'],
    [vod('#EXT-X-STREAM-INF:BANDWIDTH=1', 'v.m3u8', '#EXTINF:4,', '0.ts'), 'manifest/malformed', 'mixes'],
  ])('%j is refused as %s (%s)', (text, code, reason) => {
    const refused = refusal(() => media(text));
    expect(refused.code).toBe(code);
    expect(refused.reason).toContain(reason);
  });

  it.each([
    ['no end, but nothing can follow', '#EXTM3U\n#EXT-X-PLAYLIST-TYPE:VOD\n#EXTINF:4,\n0.ts\n'],
    ['an event that is over', '#EXTM3U\n#EXT-X-PLAYLIST-TYPE:EVENT\n#EXTINF:4,\n0.ts\n#EXT-X-ENDLIST'],
    ['a low-latency event that is over', '#EXTM3U\n#EXT-X-PART-INF:PART-TARGET=1\n#EXT-X-PART:DURATION=1,URI="p"\n#EXTINF:4,\n0.ts\n#EXT-X-ENDLIST'], // prettier-ignore
  ])('reads %s', (_, text) => {
    expect(lone(text)?.segments).toHaveLength(1);
  });

  it('reads several init segments, each once, and which segment needs which', () => {
    const rendition = lone(
      vod(
        '#EXT-X-MAP:URI="a.mp4"', '#EXTINF:4,', '0', '#EXT-X-DISCONTINUITY', '#EXT-X-MAP:URI="b.mp4"',
        '#EXTINF:4,', '1', '#EXT-X-DISCONTINUITY', '#EXT-X-MAP:URI="a.mp4"', '#EXTINF:4,', '2',
      ), // prettier-ignore
    );
    expect(rendition?.init).toMatchObject({ index: -1, path: 'a.mp4' });
    expect(rendition?.laterInits).toMatchObject([{ index: -2, path: 'b.mp4' }]);
    expect(rendition?.segments.map(({ initIndex, isDiscontinuity }) => [initIndex, isDiscontinuity])).toEqual(
      [
        [undefined, undefined],
        [-2, true],
        [undefined, true],
      ],
    );
  });

  it('reads gaps, variables and what MPEG-TS is called', () => {
    const rendition = lone(
      vod('#EXT-X-DEFINE:NAME="a",VALUE="x"', '#EXT-X-GAP', '#EXTINF:4,', '0.ts', '#EXTINF:4,', '{$a}/1.ts'),
    );
    expect(rendition).toMatchObject({ container: 'mpeg-ts' });
    expect(rendition?.segments).toMatchObject([{ isGap: true }, { path: 'x/1.ts' }]);
    expect(media(vod('#EXTINF:4,', 'x/0.aac')).audio[0]?.container).toBe('packed-audio');
  });

  it('takes of several key systems the one that needs none, and names the others when it is missing', () => {
    const widevine = '#EXT-X-KEY:METHOD=SAMPLE-AES,URI="data:x",KEYFORMAT="urn:uuid:edef8ba9-79d6-4ace-a3c8-27dcd51d21ed"'; // prettier-ignore
    const own = '#EXT-X-KEY:METHOD=AES-128,URI="k"';
    expect(lone(vod(widevine, own, '#EXTINF:4,', '0.ts'))?.segments[0]?.encryption?.keyUri).toBe(
      'https://cdn.example/show/k',
    );
    expect(refusal(() => media(vod(widevine, '#EXTINF:4,', '0.ts'))).reason).toContain('Widevine');
  });

  it('refuses what is beyond the bounds', () => {
    const many = Array.from({ length: 100_001 }, () => '#EXTINF:1,\nx').join('\n');
    expect(refusal(() => media(vod(many)))).toMatchObject({ code: 'manifest/unsupported' });
    expect(refusal(() => media(`#EXTM3U\n${' '.repeat(8 * 1024 * 1024)}`)).reason).toContain('8 MiB');
  });
});
