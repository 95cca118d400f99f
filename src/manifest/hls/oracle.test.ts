import fc from 'fast-check';
import { Parser } from 'm3u8-parser';
import { describe, expect, it } from 'vitest';
import { renditionsOf } from '../../shared/presentation.ts';
import type { ByteRange, Segment } from '../../shared/presentation.ts';
import { presentation, startReading } from './presentation.ts';

/* What an independent parser makes of the same text, on playlists with everything in them. */

const url = 'https://cdn.example/show/index.m3u8?token=t%2F1';
const hex = fc.bigInt({ min: 0n, max: (1n << 128n) - 1n }).map((iv) => iv.toString(16).padStart(32, '0'));
const range = fc.record({ length: fc.integer({ min: 1, max: 1e9 }), offset: fc.nat(1e9) });
const file = fc.constantFrom('a.ts', 'b/c.ts?x=1,2', '../d.ts', '{$folder}/e-{$token}.ts', 'https://{$host}/f.ts', '//g.example/h.ts'); // prettier-ignore
const noise = fc.constantFrom('', '# a comment', '#EXT-X-UNKNOWN:WHAT="ever",YES', '#EXT-X-PROGRAM-DATE-TIME:2026-01-01T00:00:00Z', '#EXT-X-DATERANGE:ID="x",START-DATE="2026-01-01T00:00:00Z",X-COM="y"', '#EXT-X-START:TIME-OFFSET=-4.5', '#EXT-X-BITRATE:1200', '#EXT-X-INDEPENDENT-SEGMENTS'); // prettier-ignore
const key = fc.oneof(
  fc.constant('METHOD=NONE'),
  fc.record({ name: fc.constantFrom('k/1', 'k?x={$token}', 'https://keys.example/2'), iv: fc.option(hex) }).map(({ name, iv }) => `METHOD=AES-128,URI="${name}"${iv === null ? '' : `,IV=0x${iv}`}`), // prettier-ignore
);

interface Piece {
  readonly seconds: number;
  readonly file: string;
  readonly range: { length: number; offset: number } | null;
  readonly isNext: boolean;
  readonly isDiscontinuity: boolean;
  readonly key: string | null;
  readonly map: { file: string; range: { length: number; offset: number } | null } | null;
  readonly noise: string;
}
const piece: fc.Arbitrary<Piece> = fc.record({
  seconds: fc.integer({ min: 1, max: 12_000_000 }).map((micros) => micros / 1e6),
  file,
  range: fc.option(range),
  isNext: fc.boolean(),
  isDiscontinuity: fc.boolean(),
  key: fc.option(key, { freq: 3 }),
  map: fc.option(fc.record({ file, range: fc.option(range) }), { freq: 3 }),
  noise,
});
const written = ({ length, offset }: { length: number; offset: number }) => `${length}@${offset}`;

/** Init segments in all or in none: mixed with other files they are refused, and untold IVs with them. */
function textOf(pieces: readonly Piece[], hasMaps: boolean, firstNumber: number, end: string): string {
  const lines = ['#EXTM3U', '#EXT-X-TARGETDURATION:12', `#EXT-X-MEDIA-SEQUENCE:${firstNumber}`, '#EXT-X-DEFINE:NAME="folder",VALUE="x/y"', '#EXT-X-DEFINE:QUERYPARAM="token"', '#EXT-X-DEFINE:NAME="host",VALUE="media.example"']; // prettier-ignore
  let before: Piece | undefined;
  for (const [at, one] of pieces.entries()) {
    const isNext = one.isNext && one.range !== null && before?.range != null;
    const map = one.map ?? (at === 0 ? { file: 'i.mp4', range: null } : null);
    if (one.key !== null && (!hasMaps || /NONE|IV=/.test(one.key))) lines.push(`#EXT-X-KEY:${one.key}`);
    if (one.isDiscontinuity) lines.push('#EXT-X-DISCONTINUITY');
    if (hasMaps && map) lines.push(`#EXT-X-MAP:URI="${map.file}"${map.range ? `,BYTERANGE="${written(map.range)}"` : ''}`); // prettier-ignore
    lines.push(one.noise, `#EXTINF:${one.seconds},${one.isNext ? 'A title, with "signs"' : ''}`);
    if (one.range) lines.push(`#EXT-X-BYTERANGE:${isNext ? one.range.length : written(one.range)}`);
    const name = isNext && before ? before.file : one.file;
    lines.push(name);
    before = { ...one, file: name };
  }
  return [...lines, '#EXT-X-ENDLIST'].join(end) + end;
}

interface TheirRange {
  length: number;
  offset: number;
}
interface TheirSegment {
  uri: string;
  duration: number;
  discontinuity?: boolean;
  byterange?: TheirRange;
  key?: { uri: string; iv?: Uint32Array };
  map?: { uri: string; byterange?: TheirRange };
}

const rangeOf = (one: TheirRange | undefined): ByteRange | undefined =>
  one && { offsetBytes: one.offset, lengthBytes: one.length };
const ivOf = (words: Uint32Array) => [...words].map((word) => word.toString(16).padStart(8, '0')).join('');
const absolute = (reference: string) => new URL(reference, url).href;

describe('m3u8-parser and we agree', () => {
  it('on media playlists', () => {
    const lineEnd = fc.constantFrom('\n', '\r\n');
    const first = fc.nat(1e6);
    fc.assert(
      fc.property(
        fc.array(piece, { minLength: 1, maxLength: 8 }),
        fc.boolean(),
        first,
        lineEnd,
        (...made) => {
          const text = textOf(...made);
          const [rendition] = renditionsOf(presentation(text, url, new Map()));
          const parser = new Parser({ uri: url });
          parser.push(text);
          parser.end();
          const theirs = parser.manifest.segments as TheirSegment[];
          const inits = new Map([rendition?.init, ...(rendition?.laterInits ?? [])].flatMap((init) => (init ? [[init.index, init]] : []))); // prettier-ignore
          const ours = rendition?.segments ?? [];
          expect(ours).toHaveLength(theirs.length);
          for (const [at, one] of theirs.entries()) {
            const mine = ours[at] as Segment;
            expect(absolute(mine.path)).toBe(absolute(one.uri));
            expect(mine.durationSeconds).toBe(one.duration);
            expect(mine.isDiscontinuity ?? false).toBe(one.discontinuity ?? false);
            expect(mine.byteRange).toEqual(rangeOf(one.byterange));
            expect(mine.encryption?.keyUri).toBe(one.key && absolute(one.key.uri));
            const iv = one.key && (one.key.iv ? ivOf(one.key.iv) : (made[2] + at).toString(16).padStart(32, '0')); // prettier-ignore
            expect(mine.encryption?.ivHex).toBe(iv);
            const init = inits.get(mine.initIndex ?? -1);
            expect(init && absolute(init.path)).toBe(one.map && absolute(one.map.uri));
            expect(init?.byteRange).toEqual(rangeOf(one.map?.byterange));
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  it('on multivariant playlists', () => {
    const language = fc.constantFrom('en', 'es', 'pt-BR', 'zh-Hans');
    const bandwidth = fc.integer({ min: 1, max: 25_000_000 });
    const alternates = fc.uniqueArray(
      fc.record({
        type: fc.constantFrom('AUDIO', 'SUBTITLES', 'CLOSED-CAPTIONS'),
        group: fc.constantFrom('one', 'two'),
        language,
        isDefault: fc.boolean(),
        isForced: fc.boolean(),
        hasUri: fc.boolean(),
      }),
      { maxLength: 8, selector: ({ type, group, language: spoken }) => `${type} ${group} ${spoken}` },
    );
    const variants = fc.array(
      fc.record({ bandwidth, height: fc.integer({ min: 1, max: 2160 }), rate: fc.constantFrom('23.976', '25', '59.94'), codecs: fc.constantFrom('avc1.64001f,mp4a.40.2', 'hvc1.2.4.L123.B0,ec-3'), group: fc.constantFrom('one', 'two', null), noise }), // prettier-ignore
      { minLength: 1, maxLength: 6 },
    );
    fc.assert(
      fc.property(alternates, variants, fc.boolean(), (media, streams, isSteered) => {
        const lines = ['#EXTM3U', '#EXT-X-DEFINE:NAME="v",VALUE="video"', '#EXT-X-SESSION-DATA:DATA-ID="x",VALUE="y"', '#EXT-X-SESSION-KEY:METHOD=SAMPLE-AES,URI="skd://x",KEYFORMAT="com.apple.streamingkeydelivery"']; // prettier-ignore
        if (isSteered) lines.push('#EXT-X-CONTENT-STEERING:SERVER-URI="steer?x={$v}",PATHWAY-ID="p"');
        const yes = (is: boolean) => (is ? 'YES' : 'NO');
        media.forEach((one, at) =>
          lines.push(
            `#EXT-X-MEDIA:TYPE=${one.type},GROUP-ID="${one.group}",NAME="${one.type}, ${at}",LANGUAGE="${one.language}",DEFAULT=${yes(one.isDefault)},AUTOSELECT=YES${one.type === 'SUBTITLES' ? `,FORCED=${yes(one.isForced)}` : ''}${one.type === 'CLOSED-CAPTIONS' ? `,INSTREAM-ID="SERVICE${at + 1}"` : one.hasUri ? `,URI="m/${at}.m3u8"` : ''}`,
          ),
        );
        streams.forEach((one, at) =>
          lines.push(
            one.noise,
            `#EXT-X-STREAM-INF:BANDWIDTH=${one.bandwidth},AVERAGE-BANDWIDTH=${one.bandwidth},RESOLUTION=${one.height * 2}x${one.height},FRAME-RATE=${one.rate},CODECS="${one.codecs}"${one.group ? `,AUDIO="${one.group}",SUBTITLES="${one.group}"` : ''}`,
            `{$v}/${at}.m3u8`,
            `#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=1,URI="still/${at}.m3u8"`,
          ),
        );
        const text = lines.join('\n');
        const parser = new Parser({ uri: url });
        parser.push(text);
        parser.end();
        const { manifest } = parser;
        const reading = startReading(text, url);
        for (const named of reading.mediaPlaylistUrls)
          reading.add(named, `#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\n${named}.seg\n#EXT-X-ENDLIST\n`);
        const read = reading.presentation();
        const base = read.pathways[0]?.baseUrl ?? '';
        const playlistOf = ({ segments }: { segments: Segment[] }) =>
          new URL(segments[0]?.path ?? '', base).href.replace(/\.seg$/, '');

        const videos = new Map(read.video.map((one) => [playlistOf(one), one]));
        expect(manifest.playlists).toHaveLength(videos.size);
        for (const one of manifest.playlists) {
          const mine = videos.get(absolute(one.uri));
          expect(mine?.bandwidthBitsPerSecond).toBe(one.attributes.BANDWIDTH);
          expect({ width: mine?.width, height: mine?.height }).toEqual(one.attributes.RESOLUTION);
          expect(mine?.frameRate).toBe(one.attributes['FRAME-RATE']);
          expect(one.attributes.CODECS.split(',')).toEqual(
            expect.arrayContaining(mine?.codecs.split(',') ?? []),
          );
        }
        const groups = manifest.mediaGroups as Record<string, Record<string, Record<string, Theirs>>>;
        const theirs = (type: string) => Object.values(groups[type] ?? {}).flatMap((group) => Object.entries(group)); // prettier-ignore
        const named = (type: string) => theirs(type).filter(([, { uri }]) => uri !== undefined).map(([name, one]) => [absolute(one.uri ?? ''), name, one.language, one.default]).sort(); // prettier-ignore
        const ours = (some: readonly ((typeof read.audio)[0] | (typeof read.subtitles)[0])[]) => some.map((one) => [playlistOf(one), one.name, one.language, one.isDefault]).sort(); // prettier-ignore
        expect(ours(read.audio)).toEqual(named('AUDIO'));
        expect(ours(read.subtitles)).toEqual(named('SUBTITLES'));
        const forced = theirs('SUBTITLES').filter(([, { forced: is, uri }]) => is && uri !== undefined).map(([name]) => name); // prettier-ignore
        expect(read.subtitles.filter(({ isForced }) => isForced).map(({ name }) => name).sort()).toEqual(forced.sort()); // prettier-ignore
        expect((read.closedCaptions ?? []).map(({ instreamId, name }) => [instreamId, name]).sort()).toEqual(theirs('CLOSED-CAPTIONS').map(([name, one]) => [one.instreamId, name]).sort()); // prettier-ignore
        const steering = manifest.contentSteering as { serverUri: string; pathwayId: string } | undefined;
        expect(read.contentSteering).toEqual(steering && { serverUri: absolute(steering.serverUri), pathwayId: steering.pathwayId }); // prettier-ignore
      }),
      { numRuns: 300 },
    );
  });
});

interface Theirs {
  uri?: string;
  language: string;
  default: boolean;
  forced?: boolean;
  instreamId?: string;
}
