import { describe, expect, it } from 'vitest';
import { isLayoverError } from '../../shared/errors.ts';
import { reasonWords } from '../../shared/manifest-reasons.ts';
import { presentation } from './presentation.ts';

const url = 'https://cdn.example/show/manifest.mpd';
const mpd = (inside: string, attributes = '') => `<MPD type="static" ${attributes}>${inside}</MPD>`;
const files = (name: string, seconds = 4) =>
  `<SegmentTemplate media="${name}-$Number$.m4s" initialization="${name}.mp4" duration="${seconds}"/>`;
const video = (name: string, height: number, more = '') =>
  `<AdaptationSet mimeType="video/mp4" codecs="avc1.64001f"><Representation id="${name}" bandwidth="${height * 1000}" height="${height}" ${more}>${files(name)}</Representation></AdaptationSet>`;
const audio = (name: string, lang: string, inside = '') =>
  `<AdaptationSet mimeType="audio/mp4" codecs="mp4a.40.2" lang="${lang}">${inside}<Representation id="${name}" bandwidth="128000">${files(name)}</Representation></AdaptationSet>`;
const subtitles = (name: string, lang: string) =>
  `<AdaptationSet mimeType="text/vtt" lang="${lang}"><Representation id="${name}" bandwidth="1"><BaseURL>${name}.vtt</BaseURL></Representation></AdaptationSet>`;
const period = (inside: string, attributes: string) => `<Period ${attributes}>${inside}</Period>`;
const read = (text: string) => presentation(text, url);
const told = (text: string) =>
  (read(text).video[0]?.segments ?? []).map((s) => [s.path, s.startSeconds, s.durationSeconds]);

function reasonOf(text: string): string {
  try {
    presentation(text, url);
  } catch (error) {
    if (isLayoverError(error)) return `${error.code} ${reasonWords(error.details) ?? ''}`;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('several periods', () => {
  it('become one rendition: discontinuities, init segments of their own, one clock', () => {
    const text = mpd(period(video('a', 720), 'duration="PT6S"') + period(video('b', 720), 'duration="PT4S"'));
    const [rendition] = read(text).video;
    expect(rendition?.init).toMatchObject({ index: -1, path: 'a.mp4' });
    expect(rendition?.laterInits).toMatchObject([{ index: -2, path: 'b.mp4' }]);
    expect(rendition?.segments).toEqual([
      { index: 0, path: 'a-1.m4s', startSeconds: 0, durationSeconds: 4 },
      { index: 1, path: 'a-2.m4s', startSeconds: 4, durationSeconds: 2 },
      { index: 2, path: 'b-1.m4s', startSeconds: 6, durationSeconds: 4, initIndex: -2, isDiscontinuity: true },
    ]); // prettier-ignore
    expect(read(text).durationSeconds).toBe(10);
  });

  it('share an init segment that is the same file', () => {
    const text = mpd(
      [1, 2, 3].map((n) => period(video(n === 2 ? 'b' : 'a', 720), 'duration="PT4S"')).join(''),
    );
    const [rendition] = read(text).video;
    expect(rendition?.segments.map((one) => one.initIndex)).toEqual([undefined, -2, undefined]);
    expect(rendition?.laterInits).toHaveLength(1);
  });

  it.each<[string, string[], string, (string | number)[][]]>([
    ['from start to start, the last to the end of all', ['start="PT0S"', 'start="PT5S"'], 'mediaPresentationDuration="PT8S"', [['a-1.m4s', 0, 4], ['a-2.m4s', 4, 1], ['a-1.m4s', 5, 3]]],
    ['by duration, without starts', ['duration="PT4S"', 'duration="PT3S"'], '', [['a-1.m4s', 0, 4], ['a-1.m4s', 4, 3]]],
    ['cut where the next one starts', ['duration="PT9S"', 'start="PT4S" duration="PT2S"'], '', [['a-1.m4s', 0, 4], ['a-1.m4s', 4, 2]]],
    ['end to end where time between them belongs to none', ['duration="PT4S"', 'start="PT60S" duration="PT2S"'], '', [['a-1.m4s', 0, 4], ['a-1.m4s', 4, 2]]],
    ['without those of no length', ['duration="PT0S"', 'duration="PT4S"', 'start="PT4S"', 'start="PT4S" duration="PT0S"'], '', [['a-1.m4s', 0, 4]]],
  ])('last %s', (_, attributes, ofAll, expected) => {
    expect(told(mpd(attributes.map((one) => period(video('a', 720), one)).join(''), ofAll))).toEqual(expected);
  }); // prettier-ignore

  it('are as long as their segments where nobody says it', () => {
    const timeline = (t: number) =>
      `<AdaptationSet mimeType="video/mp4"><Representation id="r" bandwidth="1"><SegmentTemplate media="$Time$"><SegmentTimeline><S t="${t}" d="2" r="1"/></SegmentTimeline></SegmentTemplate></Representation></AdaptationSet>`;
    expect(told(mpd(period(timeline(0), '') + period(timeline(0), '')))).toEqual([
      ['0', 0, 2],
      ['2', 2, 2],
      ['0', 4, 2],
      ['2', 6, 2],
    ]);
  });

  it('give each rung what is nearest to it: the longest period decides which rungs there are', () => {
    const main = [480, 720, 1080].map((height) => video(`main-${height}`, height)).join('');
    const ad = [360, 1080].map((height) => video(`ad-${height}`, height)).join('');
    const text = mpd(period(ad, 'duration="PT4S"') + period(main, 'duration="PT8S"'));
    expect(read(text).video.map((one) => [one.id, one.height, one.segments[0]?.path])).toEqual([
      ['main-480', 480, 'ad-360-1.m4s'],
      ['main-720', 720, 'ad-1080-1.m4s'],
      ['main-1080', 1080, 'ad-1080-1.m4s'],
    ]);
  });

  it('give a language that is missing another one to hear, and subtitles nothing', () => {
    const first = video('v', 720) + audio('en', 'en') + audio('es', 'es') + subtitles('es-text', 'es');
    const second = video('v', 720) + audio('en2', 'en') + audio('fr2', 'fr') + subtitles('fr-text', 'fr');
    const text = mpd(period(first, 'duration="PT4S"') + period(second, 'duration="PT3S"'));
    const paths = (some: { id: string; segments: { path: string; isGap?: true | undefined }[] }[]) =>
      some.map((one) => [one.id, ...one.segments.map((s) => (s.isGap ? 'nothing' : s.path))]);
    expect(paths(read(text).audio)).toEqual([
      ['en', 'en-1.m4s', 'en2-1.m4s'],
      ['es', 'es-1.m4s', 'en2-1.m4s'],
      ['fr2', 'en-1.m4s', 'fr2-1.m4s'],
    ]);
    expect(paths(read(text).subtitles)).toEqual([
      ['es-text', 'es-text.vtt', 'nothing'],
      ['fr-text', 'nothing', 'fr-text.vtt'],
    ]);
    for (const { segments } of [...read(text).audio, ...read(text).subtitles, ...read(text).video])
      expect(segments.map((one) => [one.startSeconds, one.durationSeconds, one.isDiscontinuity])).toEqual([
        [0, 4, undefined],
        [4, 3, true],
      ]);
  });

  it('give an audio description the plain sound of its language, and never the other way', () => {
    const described = '<Role schemeIdUri="urn:mpeg:dash:role:2011" value="description"/>';
    const first = video('v', 720) + audio('ad', 'en', described) + audio('en', 'en');
    const text = mpd(period(first, 'duration="PT8S"') + period(video('v', 720) + audio('fr', 'fr') + audio('en2', 'en'), 'duration="PT4S"')); // prettier-ignore
    const { audio: heard } = read(text);
    expect(heard.map((one) => [one.id, one.isAudioDescription, one.segments.at(-1)?.path])).toEqual([
      ['ad', true, 'en2-1.m4s'],
      ['en', undefined, 'en2-1.m4s'],
      ['fr', undefined, 'fr-1.m4s'],
    ]);
  });

  it('are filled where a rendition ends before they do, and left out where they have nothing', () => {
    const short = '<AdaptationSet mimeType="audio/mp4"><Representation id="a" bandwidth="1"><SegmentTemplate media="$Time$"><SegmentTimeline><S t="1" d="2"/></SegmentTimeline></SegmentTemplate></Representation></AdaptationSet>'; // prettier-ignore
    const text = mpd(
      period(video('v', 720) + short, 'duration="PT4S"') +
        period(subtitles('s', 'en'), 'duration="PT30S"') +
        period(video('w', 720), 'duration="PT4S"'),
    );
    expect(read(text).durationSeconds).toBe(8);
    expect(read(text).audio[0]?.segments).toEqual([
      { index: 0, path: 'gap', isGap: true, startSeconds: 0, durationSeconds: 1 },
      { index: 1, path: '1', startSeconds: 1, durationSeconds: 2 },
      { index: 2, path: 'gap', isGap: true, startSeconds: 3, durationSeconds: 1 },
      { index: 3, path: 'gap', isGap: true, startSeconds: 4, durationSeconds: 4, isDiscontinuity: true },
    ]);
  });

  it('take what lies outside of them: before, after, and all of it when the offset is wrong', () => {
    const cut = (offset: number) =>
      mpd(
        period(`<AdaptationSet mimeType="video/mp4"><Representation id="r" bandwidth="1"><SegmentTemplate media="$Time$" presentationTimeOffset="${offset}"><SegmentTimeline><S t="0" d="4" r="4"/></SegmentTimeline></SegmentTemplate></Representation></AdaptationSet>`, 'duration="PT10S"') +
          period(video('b', 720), 'duration="PT4S"'),
      ); // prettier-ignore
    expect(told(cut(6)).slice(0, -1)).toEqual([['4', 0, 2], ['8', 2, 4], ['12', 6, 4]]); // prettier-ignore
    expect(told(cut(1000)).slice(0, -1)).toEqual([['0', 0, 4], ['4', 4, 4], ['8', 8, 2]]); // prettier-ignore
  });

  it('refuse what lies elsewhere, and what is out of order; take away what says so', () => {
    const away = '<Period xlink:href="urn:mpeg:dash:resolve-to-zero:2013" xlink:actuate="onLoad"/>';
    expect(told(mpd(away + period(video('a', 720), 'duration="PT4S"')))).toHaveLength(1);
    const remote = mpd('<Period xlink:href="https://ads.example/1" xlink:actuate="onLoad"/>');
    expect(reasonOf(remote)).toBe('manifest/unsupported parts that lie in other files');
    expect(reasonOf(mpd('<Period start="PT9S"/><Period start="PT3S"/>'))).toContain('out of order');
    expect(reasonOf(mpd('<Period/>'.repeat(1_001)))).toContain('periods');
    expect(reasonOf(mpd(period('<ImportedMPD uri="x"/>', '')))).toContain('other manifests');
  });
});
