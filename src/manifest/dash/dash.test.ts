import { describe, expect, it } from 'vitest';
import type { ErrorCode } from '../../shared/errors.ts';
import { isLayoverError } from '../../shared/errors.ts';
import { reasonWords } from '../../shared/manifest-reasons.ts';
import { presentation } from './presentation.ts';

const url = 'https://cdn.example/show/manifest.mpd';
const mpd = (inside: string, attributes = 'mediaPresentationDuration="PT10S"') =>
  `<?xml version="1.0"?>\n<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" ${attributes}>${inside}</MPD>`;
const set = (inside: string, attributes = 'mimeType="video/mp4"') =>
  `<AdaptationSet ${attributes}>${inside}</AdaptationSet>`;
const template = (attributes: string, inside = '') =>
  `<SegmentTemplate ${attributes}>${inside}</SegmentTemplate>`;
/** One representation "r" of 1000 bit/s addressed so. */
const one = (addressing: string, attributes?: string) =>
  mpd(
    `<Period>${set(`<Representation id="r" bandwidth="1000">${addressing}</Representation>`)}</Period>`,
    attributes,
  );
const segments = (text: string) => presentation(text, url).video[0]?.segments ?? [];
const paths = (text: string) => segments(text).map((segment) => segment.path);
const timing = (text: string) => segments(text).map((s) => [s.startSeconds, s.durationSeconds]);

function refusal(text: string): { code: ErrorCode; reason: string } {
  try {
    presentation(text, url);
  } catch (error) {
    if (isLayoverError(error)) return { code: error.code, reason: reasonWords(error.details) ?? '' };
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('segment addressing', () => {
  it('counts equal durations up to the end of the period, the last one cut short', () => {
    const text = one(template('media="$RepresentationID$/$Number%05d$-$Bandwidth$.m4s" initialization="$RepresentationID$-$$.mp4" duration="8000" timescale="2000" startNumber="7"')); // prettier-ignore
    expect(paths(text)).toEqual(['r/00007-1000.m4s', 'r/00008-1000.m4s', 'r/00009-1000.m4s']);
    expect(timing(text)).toEqual([[0, 4], [4, 4], [8, 2]]); // prettier-ignore
    expect(presentation(text, url).video[0]?.init?.path).toBe('r-$.mp4');
  });

  it('counts a begun segment, however coarse the timescale, and no segment for a rounding error', () => {
    const text = (length: string, more: string) =>
      one(template(`media="$Number$" ${more}`), `mediaPresentationDuration="PT${length}S"`);
    expect(paths(text('108.36', 'duration="4" timescale="1"'))).toHaveLength(28);
    expect(paths(text('8.008', 'duration="96096" timescale="24000"'))).toHaveLength(2);
    expect(timing(text('0.3', 'duration="1" timescale="10"')).at(-1)).toEqual([0.2, 0.1]);
  });

  it('stops at endNumber', () => {
    expect(paths(one(template('media="$Number$" duration="1" endNumber="3"')))).toEqual(['1', '2', '3']);
    const text = one(template('media="$Number$" duration="4" startNumber="0" endNumber="1"'), '');
    expect(presentation(text, url).durationSeconds).toBe(8);
  });

  it('reads a timeline: $Time$, repeats, a gap, a negative repeat to the next entry and to the end', () => {
    const timeline = '<SegmentTimeline><S t="100" d="2" r="1"/><S t="105" d="2" r="-1"/><S t="108" d="1" r="-1"/></SegmentTimeline>'; // prettier-ignore
    const text = one(template('media="$Time%04d$.m4s" presentationTimeOffset="100"', timeline));
    expect(paths(text)).toEqual(
      ['0100.m4s', '0102.m4s', 'gap', '0105.m4s', '0107.m4s', '0108.m4s', '0109.m4s'], // prettier-ignore
    );
    // The second of two that overlap ends the first.
    expect(timing(text)).toEqual([[0, 2], [2, 2], [4, 1], [5, 2], [7, 1], [8, 1], [9, 1]]); // prettier-ignore
    expect(segments(text).map((segment) => segment.isGap)[2]).toBe(true);
  });

  it('keeps times of 64 bits exact', () => {
    const timeline = '<SegmentTimeline><S t="18446744073709551000" d="10000000" r="1"/></SegmentTimeline>';
    const text = one(template('media="$Time$" timescale="10000000" presentationTimeOffset="18446744073709551000"', timeline)); // prettier-ignore
    expect(paths(text)).toEqual(['18446744073709551000', '18446744073719551000']);
    expect(timing(text)).toEqual([[0, 1], [1, 1]]); // prettier-ignore
  });

  it('inherits templates: attributes from outside, nearer ones first', () => {
    const text = mpd(
      `<Period>${template('timescale="1000" initialization="i-$RepresentationID$.mp4"')}${set(
        template('duration="5000" media="outer-$Number$"') +
          `<Representation id="a" bandwidth="1"/><Representation id="b" bandwidth="2">${template('media="inner-$Number$"')}</Representation>`,
      )}</Period>`,
    );
    const { video } = presentation(text, url);
    expect(video.map((rendition) => rendition.segments.map((s) => s.path))).toEqual([
      ['outer-1', 'outer-2'],
      ['inner-1', 'inner-2'],
    ]);
    expect(video.map((rendition) => rendition.init?.path)).toEqual(['i-a.mp4', 'i-b.mp4']);
  });

  it('reads lists, with ranges of one file', () => {
    const text = one(
      '<BaseURL>all.mp4</BaseURL><SegmentList duration="5"><Initialization range="0-99"/>' +
        '<SegmentURL mediaRange="100-299"/><SegmentURL media="other.mp4"/></SegmentList>',
    );
    expect(presentation(text, url).video[0]?.init).toMatchObject({
      path: 'all.mp4',
      byteRange: { offsetBytes: 0, lengthBytes: 100 },
    });
    expect(segments(text)).toMatchObject([
      { path: 'all.mp4', byteRange: { offsetBytes: 100, lengthBytes: 200 }, startSeconds: 0 },
      { path: 'other.mp4', startSeconds: 5, durationSeconds: 5 },
    ]);
  });
});

describe('what is around the segments', () => {
  it('resolves bases through every level, and makes pathways of the outermost', () => {
    const text = mpd(
      '<BaseURL serviceLocation="a">https://a.example/x/</BaseURL><BaseURL serviceLocation="b">https://b.example/y/</BaseURL><BaseURL>z/</BaseURL>' +
        `<Period><BaseURL>p/</BaseURL>${set(`<BaseURL>s/</BaseURL><Representation id="r" bandwidth="1"><BaseURL>r/</BaseURL>${template('media="$Number$?a=1&amp;b=&#50;" duration="10"')}</Representation>`)}</Period>`,
    );
    const read = presentation(text, url);
    expect(read.pathways).toEqual([
      { id: 'a', baseUrl: 'https://a.example/x/' },
      { id: 'b', baseUrl: 'https://b.example/y/' },
      { id: 'base-3', baseUrl: 'https://cdn.example/show/z/' },
    ]);
    expect(read.video[0]?.segments[0]?.path).toBe('p/s/r/1?a=1&b=2');
  });

  it('describes video, audio and subtitles', () => {
    const channels = '<AudioChannelConfiguration schemeIdUri="urn:mpeg:dash:23003:3:audio_channel_configuration:2011" value="6"/>'; // prettier-ignore
    const text = mpd(
      '<Period>' +
        set(`<EssentialProperty schemeIdUri="urn:mpeg:mpegB:cicp:MatrixCoefficients" value="1"/>${template('media="$RepresentationID$-$Number$" duration="10"')}<Representation id="v2" bandwidth="2000" width="640"/><Representation id="v1" bandwidth="1000" codecs="avc1.4d401e"/>`, 'mimeType="video/mp4" codecs="avc1.64001f" width="1280" height="720" frameRate="30000/1001"') +
        set(`${channels}<Role schemeIdUri="urn:mpeg:dash:role:2011" value="main"/><Label>Français</Label><Representation id="a1" bandwidth="96000">${template('media="a-$Number$" duration="10"')}</Representation>`, 'contentType="audio" lang="fr" codecs="ec-3"') +
        set('<Role schemeIdUri="urn:mpeg:dash:role:2011" value="forced-subtitle"/><Representation id="t1" bandwidth="100"><BaseURL>t.vtt</BaseURL></Representation>', 'mimeType="text/vtt" lang="es"') +
        set('<Representation id="t2" bandwidth="100"><BaseURL>t.ttml</BaseURL></Representation>', 'mimeType="application/ttml+xml" lang="es"') +
        set('<Representation id="pic" bandwidth="1"/>', 'mimeType="image/jpeg"') +
        set('<EssentialProperty schemeIdUri="http://dashif.org/guidelines/trickmode" value="1"/><Representation id="trick" bandwidth="1"/>') +
        '</Period>',
    ); // prettier-ignore
    const read = presentation(text, url);
    expect(read.video).toMatchObject([
      { id: 'v1', codecs: 'avc1.4d401e', width: 1280, height: 720, frameRate: 30000 / 1001 },
      { id: 'v2', codecs: 'avc1.64001f', width: 640 },
    ]);
    expect(read.audio).toMatchObject([
      { id: 'a1', language: 'fr', name: 'Français', channels: 6, isDefault: true, codecs: 'ec-3' },
    ]);
    expect(read.subtitles).toMatchObject([{ id: 't1', language: 'es', isForced: true }]);
    expect(read.subtitles[0]?.segments).toMatchObject([{ path: 't.vtt', durationSeconds: 10 }]);
  });

  it('reads segment encryption: key, stated IV, number as IV, stretches without', () => {
    const protection =
      '<ContentProtection schemeIdUri="urn:mpeg:dash:sea:2012" xmlns:sea="urn:mpeg:dash:schema:sea:2012">' +
      '<sea:SegmentEncryption schemeIdUri="urn:mpeg:dash:sea:aes128-cbc:2013"/><sea:KeySystem keySystemUri="urn:x"/>' +
      '<sea:CryptoPeriod offset="1" numSegments="1" IV="0xAB" keyUriTemplate="keys/$RepresentationID$"/>' +
      '<sea:CryptoPeriod keyUriTemplate="urn:layover:content-key:x"/></ContentProtection>';
    const text = one(protection + template('media="$Number$" duration="3" startNumber="9"'));
    expect(segments(text).map((segment) => segment.encryption)).toEqual([
      undefined,
      { method: 'aes-128', keyUri: 'https://cdn.example/show/keys/r', ivHex: 'ab'.padStart(32, '0') },
      { method: 'aes-128', keyUri: 'urn:layover:content-key:x', ivHex: 'b'.padStart(32, '0') },
      { method: 'aes-128', keyUri: 'urn:layover:content-key:x', ivHex: 'c'.padStart(32, '0') },
    ]);
  });
});

describe('what is refused', () => {
  const media = template('media="$Number$" duration="5"');
  const drm = '<ContentProtection schemeIdUri="urn:mpeg:dash:mp4protection:2011" value="cenc"/>';
  const sea = (inside: string) => `<ContentProtection schemeIdUri="urn:mpeg:dash:sea:2012">${inside}</ContentProtection>${media}`; // prettier-ignore
  it.each<[string, ErrorCode, string]>([
    ['<MPD', 'manifest/malformed', 'line 1'],
    ['<MPD><Period></MPD>', 'manifest/malformed', 'line 1'],
    ['<MPD/><MPD/>', 'manifest/malformed', 'root'],
    ['<rss/>', 'manifest/malformed', 'MPD'],
    ['<html><body/></html>', 'manifest/malformed', 'web page'],
    [mpd(''), 'manifest/malformed', 'Period'],
    [mpd('<Period/>'), 'manifest/unsupported', 'without video'],
    [mpd('<Period duration="PT1S"/><Period/>'), 'manifest/unsupported', 'without video'],
    [mpd('<Period xlink:href="x.xml"/>'), 'manifest/unsupported', 'other files'],
    [one(media, 'type="dynamic"'), 'manifest/live', ''],
    [one(media, ''), 'manifest/malformed', 'neither the period'],
    [one(media, 'mediaPresentationDuration="10"'), 'manifest/malformed', 'mediaPresentationDuration'],
    [`<!DOCTYPE x [<!ENTITY a "b">]>${one(media)}`, 'manifest/malformed', 'document type'],
    [mpd('<a>'.repeat(40) + '</a>'.repeat(40)), 'manifest/malformed', 'nested'],
    [one(media).replace('id="r"', 'id="&bad;"'), 'manifest/malformed', 'reference'],
    [one(drm + media), 'manifest/unsupported', 'DRM'],
    [
      one(sea('<SegmentEncryption schemeIdUri="urn:mpeg:dash:sea:aes128-gcm:2013"/>')),
      'manifest/unsupported',
      'gcm',
    ],
    [one(sea('<SegmentEncryption/>')), 'manifest/malformed', 'CryptoPeriod'],
    [
      one(sea('<SegmentEncryption/><CryptoPeriod keyUriTemplate="k" ivUriTemplate="i"/>')),
      'manifest/unsupported',
      'IVs',
    ],
    [one('<BaseURL>v.mp4</BaseURL>'), 'manifest/unsupported', 'index'],
    [one('<BaseURL>v.mp4</BaseURL><SegmentBase indexRange="0-9"/>'), 'manifest/unsupported', 'index'],
    [one(template('media="$Nope$" duration="5"')), 'manifest/malformed', 'Nope'],
    [one(template('media="$Number" duration="5"')), 'manifest/malformed', 'too few'],
    [one(template('media="$Number%0999999999d$" duration="5"')), 'manifest/malformed', 'asks for'],
    [one(template('media="$SubNumber$" duration="5"')), 'manifest/unsupported', 'sequences'],
    [one(template('media="$Number$" duration="0"')), 'manifest/malformed', 'nothing'],
    [one(template('media="$Number$" duration="1" timescale="1000000"')), 'manifest/unsupported', '100000'],
    [
      one(template('media="$Number$"', '<SegmentTimeline><S d="1" r="999999999999"/></SegmentTimeline>')),
      'manifest/unsupported',
      '100000',
    ],
    [
      one(template('media="$Number$"', '<SegmentTimeline><S d="0" r="-1"/></SegmentTimeline>')),
      'manifest/malformed',
      'timeline',
    ],
    [
      one(template('media="$Number$"', '<SegmentTimeline><S d="1" r="-1"/></SegmentTimeline>'), ''),
      'manifest/malformed',
      'end',
    ],
    [one(template('media="javascript:$Number$" duration="5"')), 'manifest/unsupported', 'scheme'],
  ])('%s is refused as %s', (text, code, reason) => {
    const refused = refusal(text);
    expect(refused.reason).toContain(reason);
    expect(refused.code).toBe(code);
  });

  it('counts over all renditions, before it makes them', () => {
    const many = Array.from({ length: 60 }, (_, at) => `<Representation id="r${at}" bandwidth="1"/>`).join(
      '',
    );
    const text = mpd(
      `<Period>${set(template('media="$Number$" duration="1" timescale="9000"') + many)}</Period>`,
    );
    expect(refusal(text)).toMatchObject({ code: 'manifest/unsupported' });
  });

  it.each([
    [
      'a long template for many segments',
      one(template(`media="$Number$${'x'.repeat(5_000)}" duration="1"`)),
      'length',
    ],
    [
      'long addresses for many segments',
      one(
        `<BaseURL>${'x/'.repeat(1_500)}</BaseURL>${template('media="$Number$" duration="1" timescale="9000"')}`,
      ),
      'length',
    ],
    ['an endless element', mpd(`<a b="${'x'.repeat(70_000)}"/>`), 'element'],
    ['elements without number', mpd('<a/>'.repeat(400_001)), 'elements'],
    [
      'renditions without number',
      mpd(`<Period>${set('<Representation/>'.repeat(300))}</Period>`),
      'renditions',
    ],
  ])('%s is too much', (_, text, reason) => {
    expect(refusal(text)).toMatchObject({ code: 'manifest/unsupported' });
    expect(refusal(text).reason).toContain(reason);
  });

  it('does not repeat half the manifest in its reason', () => {
    expect(refusal(`<${'a<'.repeat(9_000)}`).reason.length).toBeLessThan(300);
  });

  it('leaves out a protected rendition when a clear one of its kind is there', () => {
    const text = mpd(
      `<Period>${set(`${drm}${media}<Representation id="d" bandwidth="1"/>`)}${set(`${media}<Representation id="c" bandwidth="1"/>`)}</Period>`,
    );
    expect(presentation(text, url).video.map((rendition) => rendition.id)).toEqual(['c']);
  });
});
