import { describe, expect, it } from 'vitest';
import { parseInChild } from '../../../testing/parse-in-child.ts';
import type { ManifestCase } from '../../../testing/parse-in-child.ts';

/*
 * A megabyte of whatever is worst, in a process whose heap may hold 64 MiB: it must end, as a presentation or
 * as an error that says why.
 */

const MIB = 1024 * 1024;
const mpd = (inside: string, attributes = 'mediaPresentationDuration="PT10H"') =>
  `<?xml version="1.0"?><MPD type="static" ${attributes}>${inside}</MPD>`;
const set = (inside: string) =>
  `<Period><AdaptationSet mimeType="video/mp4">${inside}</AdaptationSet></Period>`;
const one = (inside: string) => mpd(set(`<Representation id="r" bandwidth="1">${inside}</Representation>`));
const template = (attributes: string, inside = '') => `<SegmentTemplate media="$Number$.m4s" ${attributes}>${inside}</SegmentTemplate>`; // prettier-ignore
const timeline = (entries: string) => template('', `<SegmentTimeline>${entries}</SegmentTimeline>`);
/** As many of them as make a megabyte. */
const fill = (piece: (at: number) => string) => {
  const pieces: string[] = [];
  for (let length = 0, at = 0; length < MIB; at++) {
    const text = piece(at);
    pieces.push(text);
    length += text.length;
  }
  return pieces.join('');
};
const many = (count: number, piece: (at: number) => string) => Array.from({ length: count }, (_, at) => piece(at)).join(''); // prettier-ignore
const good = one(template('duration="4"'));
const utf16 = (text: string, isBig: boolean) => {
  const bytes = Buffer.from(text, 'utf16le');
  return isBig ? bytes.swap16() : bytes;
};

const cases: ManifestCase[] = [
  ['10^9 segments by duration', mpd(set(`<Representation id="r">${template('duration="1" timescale="1000000"')}</Representation>`))],
  ['10^9 segments by repeat', one(timeline('<S t="0" d="1" r="999999999"/>'))],
  ['as many as may be, of 256 renditions', mpd(set(`${template('duration="1"')}${many(256, (at) => `<Representation id="r${at}" bandwidth="1"/>`)}`))],
  ['as many as may be, of 13 renditions', mpd(set(`${template('duration="1"')}${many(13, (at) => `<Representation id="r${at}" bandwidth="1"/>`)}`))],
  ['as many as may be, encrypted, with long addresses', mpd(set(`<ContentProtection schemeIdUri="urn:mpeg:dash:sea:2012"><SegmentEncryption/><CryptoPeriod keyUriTemplate="https://keys.example/${'k'.repeat(200)}/$Number$"/></ContentProtection><BaseURL>${'x/'.repeat(200)}</BaseURL>${template('duration="1"')}${many(5, (at) => `<Representation id="r${at}" bandwidth="1"/>`)}`))],
  ['as many as are read, with times', mpd(set(`<SegmentTemplate media="$RepresentationID$/$Time$.m4s" timescale="1000"><SegmentTimeline>${many(10_000, (at) => `<S d="${4_000 + (at % 2)}"/>`)}</SegmentTimeline></SegmentTemplate>${many(24, (at) => `<Representation id="r${at}" bandwidth="1"/>`)}`))],
  ['as many as are read, encrypted', mpd(set(`<ContentProtection schemeIdUri="urn:mpeg:dash:sea:2012"><SegmentEncryption/><CryptoPeriod keyUriTemplate="https://keys.example/$Number$"/></ContentProtection>${template('duration="3"')}${many(9, (at) => `<Representation id="r${at}" bandwidth="1"/>`)}`))],
  ['as many as are read, of a megabyte', mpd(set(`<SegmentTemplate media="$RepresentationID$/$Time$.m4s" timescale="1000"><SegmentTimeline>${many(45_000, (at) => `<S t="${at * 799}" d="${798 + (at % 2)}"/>`)}</SegmentTimeline></SegmentTemplate>${many(5, (at) => `<Representation id="r${at}" bandwidth="1"/>`)}`))],
  ['repeats that follow each other for ever', one(timeline(fill(() => '<S d="1" r="99999"/>')))],
  ['a negative repeat to a far time', one(timeline('<S t="0" d="1" r="-1"/><S t="18446744073709551615" d="1"/>'))],
  ['a timeline entry for every ten bytes', one(timeline(fill(() => '<S d="1"/>')))],
  ['a timeline with a hole after each', one(timeline(fill((at) => `<S t="${at * 9}" d="1"/>`)))],
  ['a timeline that goes back', one(timeline(fill((at) => `<S t="${1e9 - at}" d="1"/>`)))],
  ['a list of a megabyte', one(`<SegmentList duration="1">${fill(() => '<SegmentURL media="a"/>')}</SegmentList>`)],
  ['lists of a megabyte in every rendition', mpd(set(`<SegmentList duration="1">${many(20_000, () => '<SegmentURL media="a"/>')}</SegmentList>${many(250, (at) => `<Representation id="r${at}"/>`)}`))],
  ['1,000 periods with 100 renditions', mpd(many(1_000, () => `<Period duration="PT1S"><AdaptationSet mimeType="audio/mp4">${template('duration="1"')}${many(9, () => '<Representation/>')}</AdaptationSet></Period>`))],
  ['1,000 periods with 256 tracks', mpd(`${set(many(256, (at) => `<Representation id="r${at}">${template('duration="1"')}</Representation>`)).replace('<Period>', '<Period duration="PT9H">')}${many(999, () => `<Period duration="PT9S"><AdaptationSet mimeType="video/mp4"><Representation>${template('duration="1"')}</Representation></AdaptationSet></Period>`)}`)],
  ['periods without number', mpd(fill(() => '<Period duration="PT1S"/>'))],
  ['languages without number', mpd(`<Period>${fill((at) => `<AdaptationSet mimeType="audio/mp4" lang="x-${at}"><Representation>${template('duration="9"')}</Representation></AdaptationSet>`)}</Period>`)],
  ['elements without number', mpd(fill(() => '<a/>'))],
  ['elements with attributes without number', mpd(fill(() => '<a b="c" d="e"/>'))],
  ['attributes without number', mpd(`<a ${fill((at) => `a${at}="" `)}/>`)],
  ['a long attribute', mpd(`<a b="${fill(() => 'x')}"/>`)],
  ['a long text', mpd(`<Period><BaseURL>${fill(() => 'x')}</BaseURL></Period>`)],
  ['entities', mpd(`<a>${fill(() => '&amp;')}</a>`)],
  ['references to nothing', mpd(`<a>${fill(() => '&lol;')}</a>`)],
  ['a bomb of entities', `<!DOCTYPE l [<!ENTITY a "aaaaaaaaaa">${many(9, (at) => `<!ENTITY a${at} "&a;&a;&a;&a;&a;&a;">`)}]>${good}`],
  ['deep nesting', mpd(`${fill(() => '<a>')}`)],
  ['deep nesting that ends', mpd(`${'<a>'.repeat(150_000)}${'</a>'.repeat(150_000)}`)],
  ['comments', `${good}<!--${fill(() => '- ')}-->`],
  ['comments that never end', mpd(fill(() => '<!--'))],
  ['CDATA', mpd(`<a>${fill(() => '<![CDATA[<S/>]]>')}</a>`)],
  ['processing instructions', mpd(fill(() => '<?a b?>'))],
  ['angle brackets', fill(() => '<')],
  ['quotes', `<MPD ${fill(() => '"')}`],
  ['white space', `<MPD>${fill(() => ' \n')}</MPD>`],
  ['BaseURLs without number', mpd(fill(() => '<BaseURL>a/</BaseURL>'))],
  ['32 bases for each of 1,000 representations', mpd(many(4, () => `<Period duration="PT1S"><AdaptationSet mimeType="video/mp4">${many(250, () => `<Representation>${many(32, (at) => `<BaseURL>${at}/</BaseURL>`)}${template('duration="1"')}</Representation>`)}</AdaptationSet></Period>`))],
  ['huge integers', one(template(`duration="${'9'.repeat(20)}" timescale="${'9'.repeat(10)}" startNumber="${'9'.repeat(20)}" presentationTimeOffset="${'9'.repeat(20)}"`))],
  ['integers that are too huge', one(template(`duration="${fill(() => '9')}"`))],
  ['NaN', mpd('<Period/>', 'mediaPresentationDuration="PTNaNS"')],
  ['infinity', mpd('<Period/>', 'mediaPresentationDuration="PTInfinityS"')],
  ['a negative duration', mpd('<Period/>', 'mediaPresentationDuration="-PT5S"')],
  ['a duration of a thousand years', mpd(set(''), 'mediaPresentationDuration="P1000Y"')],
  ['dollars', one(`<SegmentTemplate duration="1" media="${'$$'.repeat(2_000)}"/>`)],
  ['a width of a billion', one(template('duration="1"').replace('$Number$', '$Number%0999999999d$'))],
  ['UTF-16 without BOM', utf16(good, false)],
  ['UTF-16 with BOM', utf16(`\uFEFF${good}`, true)],
  ['Latin-1 that says so', Buffer.from(good.replace('?>', ' encoding="ISO-8859-1"?>').replace('id="r"', 'id="é"'), 'latin1')],
  ['zeros', Buffer.alloc(MIB)],
  ['random bytes', Buffer.from(Array.from({ length: MIB }, (_, at) => (at * 2_654_435_761) >>> 24))],
].map(([name, manifest]) => ({ name: String(name), manifest: manifest as string | Uint8Array })); // prettier-ignore

describe('hostile MPDs', () => {
  it('end as a presentation or as a manifest error, within 64 MiB', async () => {
    const outcomes = await parseInChild(cases);
    expect(outcomes.size).toBe(cases.length);
    for (const [name, { outcome, reason }] of outcomes)
      expect(`${name}: ${outcome} ${reason}`).toMatch(/: (read|manifest\/(malformed|unsupported)) /);
    const { outcome } = outcomes.get('as many as may be, of 13 renditions') ?? {};
    expect(outcome).toBe('manifest/unsupported');
    // Else the largest of what is read would not be among them.
    expect(outcomes.get('as many as are read, with times')?.files).toBe(215_976);
    expect(outcomes.get('as many as are read, encrypted')?.files).toBe(108_000);
    expect(outcomes.get('as many as are read, of a megabyte')?.files).toBe(225_000);
  });
});
