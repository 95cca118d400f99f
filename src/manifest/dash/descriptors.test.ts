import { describe, expect, it } from 'vitest';
import { isLayoverError } from '../../shared/errors.ts';
import { reasonWords } from '../../shared/manifest-reasons.ts';
import type { Presentation } from '../../shared/presentation.ts';
import { presentation } from './presentation.ts';

const url = 'https://cdn.example/show/manifest.mpd';
const media = '<SegmentTemplate media="$RepresentationID$-$Number$" duration="10"/>';
const set = (id: string, attributes: string, inside = '', more = '') =>
  `<AdaptationSet ${attributes}>${inside}${media}<Representation id="${id}" bandwidth="1000" ${more}/></AdaptationSet>`;
const video = (id: string, inside = '', more = '') => set(id, 'mimeType="video/mp4"', inside, more);
const audio = (id: string, inside = '', attributes = '') =>
  set(id, `mimeType="audio/mp4" ${attributes}`, inside);
const text = (id: string, inside = '') => set(id, 'mimeType="text/vtt" lang="en"', inside);
const role = (value: string, name = 'Role') =>
  `<${name} schemeIdUri="urn:mpeg:dash:role:2011" value="${value}"/>`;
const descriptor = (name: string, scheme: string, value = '') =>
  `<${name} schemeIdUri="${scheme}" value="${value}"/>`;
const read = (...sets: string[]) =>
  presentation(`<MPD mediaPresentationDuration="PT10S"><Period>${sets.join('')}</Period></MPD>`, url);

function reasonOf(...sets: string[]): string {
  try {
    read(...sets);
  } catch (error) {
    if (isLayoverError(error, 'manifest/unsupported')) return reasonWords(error.details) ?? '';
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('roles and accessibility', () => {
  it.each<[string, string, object]>([
    ['description', role('description'), { isAudioDescription: true }],
    ['description as accessibility', role('description', 'Accessibility'), { isAudioDescription: true }],
    ['TV-Anytime’s purpose 1', descriptor('Accessibility', 'urn:tva:metadata:cs:AudioPurposeCS:2007', '1'), { isAudioDescription: true }],
    ['dub', role('dub'), { isDefault: false }],
  ])('sound: %s', (_, inside, expected) => {
    const { audio: all } = read(video('v'), audio('main', role('main')), audio('a', inside, 'lang="fr"'));
    expect(all[0]).toMatchObject({ isDefault: true });
    expect(all[0]?.isAudioDescription).toBeUndefined();
    expect(all[1]).toMatchObject({ id: 'a', isDefault: false, ...expected });
  }); // prettier-ignore

  it.each<[string, string, object]>([
    ['forced', role('forced-subtitle'), { isForced: true }],
    ['forced, as it was once spelled', role('forced_subtitle'), { isForced: true }],
    ['captions', role('caption'), { isHardOfHearing: true, isForced: false }],
    ['main: no reason to show them', role('main'), { isDefault: false, isForced: false }],
  ])('subtitles: %s', (_, inside, expected) => {
    expect(read(video('v'), text('t', inside)).subtitles).toMatchObject([expected]);
  });

  it('the default sound: main ones, no description, the highest selectionPriority', () => {
    const defaults = (presentation: Presentation) =>
      presentation.audio.filter((one) => one.isDefault).map((one) => one.id);
    expect(defaults(read(video('v'), audio('a', role('description')), audio('b')))).toEqual(['b']);
    expect(defaults(read(video('v'), audio('a', role('dub')), audio('b', role('main'))))).toEqual(['b']);
    expect(defaults(read(video('v'), audio('a'), audio('b', '', 'selectionPriority="2"')))).toEqual(['b']);
  });

  it('other views are no rungs, unless there is nothing else; sets that switch are one ladder', () => {
    const switching = descriptor('SupplementalProperty', 'urn:mpeg:dash:adaptation-set-switching:2016', '2');
    const ids = (...sets: string[]) => read(...sets).video.map((one) => one.id);
    expect(ids(video('a', role('main')), video('b', role('alternate')), video('c', role('sign')))).toEqual(['a']);
    expect(ids(video('b', role('alternate')))).toEqual(['b']);
    expect(ids(video('a', switching), video('b', switching))).toEqual(['a', 'b']);
  }); // prettier-ignore
});

describe('channels of sound', () => {
  it.each<[string, string, number | undefined]>([
    ['urn:mpeg:dash:23003:3:audio_channel_configuration:2011', '6', 6],
    ['urn:mpeg:mpegB:cicp:ChannelConfiguration', '12', 8],
    ['urn:mpeg:mpegB:cicp:ChannelConfiguration', '20', 14],
    ['tag:dolby.com,2014:dash:audio_channel_configuration:2011', 'F801', 6],
    ['urn:dolby:dash:audio_channel_configuration:2011', 'a000', 2],
    ['tag:dolby.com,2014:dash:audio_channel_configuration:2011', 'FA01', 8],
    ['tag:dts.com,2014:dash:audio_channel_configuration:2012', '8', 8],
    ['urn:mpeg:mpegB:cicp:ChannelConfiguration', 'constructor', undefined],
    ['urn:mpeg:mpegB:cicp:ChannelConfiguration', '-1', undefined],
    ['tag:dts.com,2014:dash:audio_channel_configuration:2012', '1e999', undefined],
    ['urn:nobody', '2', undefined],
  ])('%s %s', (scheme, value, channels) => {
    const configuration = descriptor('AudioChannelConfiguration', scheme, value);
    expect(read(video('v'), audio('a', configuration)).audio[0]?.channels).toBe(channels);
  });
});

describe('captions inside the picture', () => {
  const captions = (...values: [string, string][]) =>
    read(video('v', values.map(([scheme, value]) => descriptor('Accessibility', scheme, value)).join('')))
      .closedCaptions;
  it.each<[string, string, [string, string][] | undefined]>([
    ['urn:scte:dash:cc:cea-608:2015', 'CC1=eng;CC3=swe', [['CC1', 'en'], ['CC3', 'sv']]],
    ['urn:scte:dash:cc:cea-608:2015', 'eng;swe', [['CC1', 'en'], ['CC3', 'sv']]],
    ['urn:scte:dash:cc:cea-708:2015', '1=lang:eng;2=lang:deu,war:1,er:1', [['SERVICE1', 'en'], ['SERVICE2', 'de']]],
    ['urn:scte:dash:cc:cea-708:2015', '99=lang:eng;x', undefined],
    ['urn:scte:dash:cc:cea-608:2015', '', undefined],
  ])('%s %s', (scheme, value, expected) => {
    expect(captions([scheme, value])?.map((one) => [one.instreamId, one.language])).toEqual(expected);
  }); // prettier-ignore
});

describe('what must be understood and is not', () => {
  const essential = (scheme: string) => descriptor('EssentialProperty', scheme, '1');
  const trick = essential('http://dashif.org/guidelines/trickmode');

  it('is left out where something else is there', () => {
    const thumbnails = set('p', 'contentType="image" mimeType="image/jpeg"', essential('http://dashif.org/guidelines/thumbnail_tile')); // prettier-ignore
    const ladder = read(video('v'), video('t', trick), video('x', essential('urn:x')), thumbnails);
    expect(ladder.video.map((one) => one.id)).toEqual(['v']);
    const dull = read(
      video('v'),
      set('t', 'mimeType="video/mp4" codingDependency="false" maxPlayoutRate="8"'),
    );
    expect(dull.video.map((one) => one.id)).toEqual(['v']);
    const dependent = read(video('v'), video('e', '', 'dependencyId="v"'));
    expect(dependent.video.map((one) => one.id)).toEqual(['v']);
  });

  it.each<[string, string[], string]>([
    ['nothing but a trick mode', [video('t', trick)], 'a trick mode'],
    ['a property of nobody', [video('t', essential('urn:x:y'))], '"urn:x:y"'],
    ['WebM', [set('v', 'mimeType="video/webm" codecs="vp9"')], '"video/webm"'],
    ['WebM for sound', [video('v'), set('a', 'mimeType="audio/webm"')], '"audio/webm"'],
  ])('is refused where nothing else is: %s', (_, sets, reason) => {
    expect(reasonOf(...sets)).toContain(reason);
  });

  it.each(['MPD', 'Period'])('is refused in the element %s', (name) => {
    const unknown = essential('urn:mpeg:dash:urlparam:2014');
    const inside = name === 'MPD' ? `${unknown}<Period>${video('v')}</Period>` : `<Period>${unknown}${video('v')}</Period>`; // prettier-ignore
    expect(() => presentation(`<MPD mediaPresentationDuration="PT10S">${inside}</MPD>`, url)).toThrow(
      'addresses with parameters',
    );
  });

  it('is ignored where it only adds', () => {
    const events = '<EventStream schemeIdUri="urn:scte:scte35:2013:xml"><Event id="1"><Signal><a><b/></a></Signal></Event></EventStream>'; // prettier-ignore
    const inband = '<InbandEventStream schemeIdUri="urn:mpeg:dash:event:2012" value="1"/>';
    const more = '<SupplementalProperty schemeIdUri="urn:x"/><ProducerReferenceTime/><Rating/>';
    expect(read(events, video('v', inband + more)).video).toHaveLength(1);
  });

  it('subtitles that nobody here can show are left out, and the rest stays', () => {
    const { video: ladder, subtitles } = read(
      video('v'),
      set('wvtt', 'mimeType="application/mp4" codecs="wvtt" contentType="text"'),
      set('stpp', 'mimeType="application/mp4" codecs="stpp.ttml.im1t"'),
      set('ttml', 'mimeType="application/ttml+xml"'),
      set('broken', 'mimeType="text/vtt"', '<EssentialProperty schemeIdUri="urn:x"/>'),
      text('vtt'),
    );
    expect([...ladder, ...subtitles].map((one) => one.id)).toEqual(['v', 'vtt']);
  });
});

describe('DRM', () => {
  const uuid = (id: string) => descriptor('ContentProtection', `urn:uuid:${id}`);
  const cenc = descriptor('ContentProtection', 'urn:mpeg:dash:mp4protection:2011', 'cenc');
  it.each([
    ['Widevine', 'edef8ba9-79d6-4ace-a3c8-27dcd51d21ed'],
    ['PlayReady', '9A04F079-9840-4286-AB92-E65BE0885F95'],
    ['ClearKey', 'e2719d58-a985-b3c9-781a-b030af78d30e'],
    ['FairPlay', '94ce86fb-07ff-4f43-adb8-93d2fa968ca2'],
  ])('is refused by its name: %s', (name, id) => {
    expect(reasonOf(video('v', cenc + uuid(id)))).toBe(`protection by DRM (${name})`);
  });

  it('names all systems, and none where there is none; wherever it stands', () => {
    const both = uuid('edef8ba9-79d6-4ace-a3c8-27dcd51d21ed') + uuid('9a04f079-9840-4286-ab92-e65be0885f95');
    expect(reasonOf(video('v', cenc + both))).toBe('protection by DRM (Widevine, PlayReady)');
    expect(reasonOf(video('v', cenc))).toBe('protection by a DRM system');
    expect(reasonOf(cenc, video('v'))).toBe('protection by a DRM system');
  });
});
