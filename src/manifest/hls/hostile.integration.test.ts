import { describe, expect, it } from 'vitest';
import { parseInChild } from '../../../testing/parse-in-child.ts';
import { vod } from '../../../testing/playlists.ts';

/*
 * A megabyte of whatever is worst, in a process whose heap may hold 64 MiB: it must end, as a presentation or
 * as an error that says why.
 */

const MIB = 1024 * 1024;
const many = (count: number, piece: (at: number) => string) => Array.from({ length: count }, (_, at) => piece(at)).join('\n'); // prettier-ignore
/** As many of them as make a megabyte. */
function fill(piece: (at: number) => string, lengthBytes = MIB): string {
  const pieces: string[] = [];
  for (let length = 0, at = 0; length < lengthBytes; at++) {
    const text = piece(at);
    pieces.push(text);
    length += text.length + 1;
  }
  return pieces.join('\n');
}
const segment = '#EXTINF:1,\nx';
const multivariant = (...lines: string[]) => ['#EXTM3U', ...lines].join('\n');
const variant = (attributes = '', address = 'v') => `#EXT-X-STREAM-INF:BANDWIDTH=1${attributes}\n${address}`;
const sound = (more: string) => `#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="x"${more}`;
const key = (at: number | string) => `#EXT-X-KEY:METHOD=AES-128,URI="k${at}"`;
const good = vod(segment);
const long = 'x'.repeat(4_000);

const media: [string, string][] = [
  ['segments', vod(fill(() => segment))],
  ['segments with numbers for IVs', vod(key(''), fill(() => segment))],
  ['a key for each segment', vod(fill((at) => `${key(at)}\n${segment}`))],
  ['an init segment for each segment', vod(fill((at) => `#EXT-X-MAP:URI="${at}"\n${segment}`))],
  ['an init segment with a key for each segment', vod(fill((at) => `${key(at)},IV=0x${at}\n#EXT-X-MAP:URI="${at}"\n${segment}`))],
  ['init segments that nothing needs', vod(fill((at) => `#EXT-X-MAP:URI="${at}"`), segment)],
  ['two init segments turn about', vod(fill((at) => `#EXT-X-MAP:URI="${at % 2}"\n${segment}`))],
  ['byte ranges', vod('#EXTINF:1,\n#EXT-X-BYTERANGE:1@0\nx', fill(() => '#EXTINF:1,\n#EXT-X-BYTERANGE:1\nx'))],
  ['gaps', vod(fill(() => `#EXT-X-GAP\n${segment}`))],
  ['discontinuities', vod(fill(() => `#EXT-X-DISCONTINUITY\n${segment}`))],
  ['key formats without number', vod(fill((at) => `${key('')},KEYFORMAT="${at}"`), segment)],
  ['long addresses', vod(fill((at) => `#EXTINF:1,\n${at}${long}`))],
  ['long addresses by a variable', vod(`#EXT-X-DEFINE:NAME="a",VALUE="${long}"`, fill((at) => `#EXTINF:1,\n{$a}${at}`))],
  ['addresses by a variable, as long as are read', vod(`#EXT-X-DEFINE:NAME="a",VALUE="${'x'.repeat(250)}"`, fill((at) => `#EXTINF:1,\n{$a}${at}`))],
  ['a variable that doubles', vod(many(64, (at) => `#EXT-X-DEFINE:NAME="v${at}",VALUE="{$v${at - 1}}{$v${at - 1}}"`).replace('{$v-1}{$v-1}', 'xx'), segment)],
  ['a variable that is itself', vod('#EXT-X-DEFINE:NAME="a",VALUE="{$a}"', segment)],
  ['variables without number', vod(fill((at) => `#EXT-X-DEFINE:NAME="v${at}",VALUE=""`), segment)],
  ['references without number', vod('#EXT-X-DEFINE:NAME="a",VALUE=""', `#EXTINF:1,\n${'{$a}'.repeat(MIB / 4)}`)],
  ['references that never end', vod(`#EXTINF:1,\n${'{$'.repeat(MIB / 2)}`)],
  ['a day for each character', vod(fill(() => '#EXTINF:99999999,\nx'))],
  ['huge numbers', vod(`#EXT-X-MEDIA-SEQUENCE:${'9'.repeat(20)}`, `#EXTINF:${'9'.repeat(12)},\nx`)],
  ['numbers that are too huge', vod(`#EXT-X-MEDIA-SEQUENCE:${'9'.repeat(MIB)}`, segment)],
  ['a duration of a megabyte', vod(`#EXTINF:${'9'.repeat(MIB)},\nx`)],
  ['a byte range of a megabyte', vod(`#EXT-X-BYTERANGE:${'9'.repeat(MIB)}@0\n${segment}`)],
  ['an IV of a megabyte', vod(`${key(0)},IV=0x${'f'.repeat(MIB)}\n${segment}`)],
]; // prettier-ignore
const wide = multivariant(many(6, (at) => variant('', `v${at}`)));
const cases = [
  ...media.map(([name, manifest]) => ({ name, manifest })),
  ...([
    ['variants', multivariant(fill(() => variant()))],
    ['as many variants as may be', multivariant(many(256, (at) => variant(',RESOLUTION=2x2', `v${at}`)))],
    ['variants in a place each', multivariant(many(4_000, (at) => variant(`,PATHWAY-ID="${at}"`, `https://h${at}.example/v`)))],
    ['redundant variants on a host each', multivariant(many(4_000, (at) => variant('', `https://h${at}.example/v`)))],
    ['groups', multivariant(fill((at) => sound(`,URI="${at}"`)), variant())],
    ['groups of variants with many codecs', multivariant(many(4_000, (at) => sound(`,URI="${at}"`)), many(4_000, (at) => variant(`,AUDIO="a",CODECS="${many(60, (n) => `mp4a.${at}${n}`).replaceAll('\n', ',')}"`, `v${at}`)))],
    ['one variant with a megabyte of codecs', multivariant(variant(`,CODECS="${'avc1,'.repeat(MIB / 5)}"`))],
    ['attributes', multivariant(`#EXT-X-STREAM-INF:${many(120_000, (at) => `A${at}=1`).replaceAll('\n', ',')}\nv`)],
    ['an attribute name of a megabyte', multivariant(`#EXT-X-STREAM-INF:${'A'.repeat(MIB)}\nv`)],
    ['an attribute that never begins', multivariant(`#EXT-X-STREAM-INF:A${' '.repeat(MIB)}\nv`)],
    ['a quote that never ends', multivariant(`#EXT-X-STREAM-INF:A="${'x'.repeat(MIB)}\nv`)],
    ['quotes', multivariant(`#EXT-X-STREAM-INF:A=${'"'.repeat(MIB)}\nv`)],
    ['captions', multivariant(fill((at) => `#EXT-X-MEDIA:TYPE=CLOSED-CAPTIONS,GROUP-ID="c",NAME="${at}",INSTREAM-ID="CC1"`), variant())],
    ['languages that are none', multivariant(many(200, (at) => sound(`,LANGUAGE="${'-'.repeat(4_000)}${at}",URI="${at}"`)), variant())],
    ['steering', multivariant(fill(() => '#EXT-X-CONTENT-STEERING:SERVER-URI="s"'), variant())],
    ['a megabyte of segments in each of six renditions', wide, vod(fill(() => segment))],
    ['a megabyte of segments with IVs in each of 256 renditions', multivariant(many(256, (at) => variant(',RESOLUTION=2x2', `v${at}`))), vod(key(''), fill(() => segment))],
    ['as many as are read, in two renditions', multivariant(many(2, (at) => variant('', `v${at}`))), vod(key(''), fill(() => segment, 600_000))],
  ] as [string, string, string?][]).map(([name, manifest, own = good]) => ({ name, manifest, media: own })),
  ...([
    ['blank lines', `#EXTM3U${'\n'.repeat(MIB)}`],
    ['carriage returns', `#EXTM3U${'\r'.repeat(MIB)}`],
    ['unknown tags', multivariant(fill(() => '#EXT-X-A'))],
    ['comments', `${good}\n${fill(() => '#')}`],
    ['white space before all', `${' '.repeat(MIB)}#EXTM3U`],
    ['a line of a megabyte', `#EXTM3U${' '.repeat(MIB)}x`],
    ['UTF-16', Buffer.from(`\uFEFF${good}`, 'utf16le')],
    ['UTF-16 without BOM', Buffer.from(good, 'utf16le')],
    ['a byte order mark', `\uFEFF${good}`],
    ['Latin-1', Buffer.from(good.replace('\nx', '\né'), 'latin1')],
    ['zeros', Buffer.alloc(MIB)],
    ['zeros after a beginning', Buffer.concat([Buffer.from('#EXTM3U\n#EXTINF:1,\n'), Buffer.alloc(MIB)])],
    ['random bytes after a beginning', Buffer.concat([Buffer.from('#EXTM3U\n#EXTINF:1,\n'), Buffer.from(Array.from({ length: MIB }, (_, at) => (at * 2_654_435_761) >>> 24))])],
  ] as [string, string | Uint8Array][]).map(([name, manifest]) => ({ name, manifest })),
]; // prettier-ignore

describe('hostile playlists', () => {
  it('end as a presentation or as a manifest error, within 64 MiB', async () => {
    const outcomes = await parseInChild(cases);
    expect(outcomes.size).toBe(cases.length);
    for (const [name, one] of outcomes) console.log(name, JSON.stringify(one).replace(/"file":"[^"]*",/, ''));
    for (const [name, { outcome, reason }] of outcomes)
      expect(`${name}: ${outcome} ${reason}`).toMatch(/: (read|manifest\/(malformed|unsupported)) /);
    // Else the largest of what is read would not be among them.
    for (const name of [
      'segments',
      'segments with numbers for IVs',
      'as many as are read, in two renditions',
    ])
      expect(outcomes.get(name)?.files).toBeGreaterThan(80_000);
  });
});
