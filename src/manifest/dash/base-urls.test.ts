import { describe, expect, it } from 'vitest';
import { presentation } from './presentation.ts';

const url = 'https://cdn.example/show/manifest.mpd?token=1';
const template = '<SegmentTemplate media="$RepresentationID$/$Number$.m4s" duration="10"/>';
const set = (id: string, inside: string, bases = '') =>
  `<AdaptationSet mimeType="video/mp4">${bases}<Representation id="${id}" bandwidth="${id.length}">${inside}${template}</Representation></AdaptationSet>`;
const mpd = (root: string, period: string, sets: string) =>
  `<MPD mediaPresentationDuration="PT10S">${root}<Period>${period}${sets}</Period></MPD>`;
const base = (address: string, attributes = '') => `<BaseURL ${attributes}>${address}</BaseURL>`;
const read = (text: string) => {
  const { pathways, video } = presentation(text, url);
  return {
    pathways: pathways.map((one) => [one.id, one.baseUrl]),
    paths: video.map((one) => one.segments[0]?.path),
  };
};

describe('bases and pathways', () => {
  it('of an MPD without any: where it lies itself', () => {
    expect(read(mpd('', '', set('a', '')))).toEqual({
      pathways: [['origin', 'https://cdn.example/show/']],
      paths: ['a/1.m4s'],
    });
  });

  it.each([
    ['period', (bases: string) => mpd('', bases, set('a', '') + set('bb', base('x/')))],
    ['adaptation set', (bases: string) => mpd('', '', set('a', '', bases) + set('bb', base('x/'), bases))],
    ['representation', (bases: string) => mpd('', '', set('a', bases) + set('bb', bases.replaceAll('/</', '/x/</')))],
  ])('alternatives at the level of a %s are pathways too', (_, make) => {
    const bases = base('https://a.example/v/', 'serviceLocation="A"') + base('https://b.example/w/');
    expect(read(make(bases))).toEqual({
      pathways: [['A', 'https://a.example/v/'], ['base-2', 'https://b.example/w/']],
      paths: ['a/1.m4s', 'x/bb/1.m4s'],
    });
  }); // prettier-ignore

  it('follow a service location through the levels, whatever the order', () => {
    const root = base('https://a.example/', 'serviceLocation="A"') + base('https://b.example/', 'serviceLocation="B"');
    const period = base('of-b/', 'serviceLocation="B"') + base('of-a/', 'serviceLocation="A"');
    // Not the same path on both: what would be b.example/of-a/ is not what the MPD says.
    expect(read(mpd(root, period, set('a', '')))).toEqual({
      pathways: [['A', 'https://a.example/']],
      paths: ['of-a/a/1.m4s'],
    });
  }); // prettier-ignore

  it('of hosts that are not the same for all: the others keep their own address', () => {
    const sets = set('a', '') + set('bb', base('https://other.example/y/'));
    expect(read(mpd(base('https://a.example/x/') + base('https://b.example/x/'), '', sets))).toEqual({
      pathways: [['origin', 'https://a.example/x/'], ['base-2', 'https://b.example/x/']],
      paths: ['a/1.m4s', 'https://other.example/y/bb/1.m4s'],
    });
  }); // prettier-ignore

  it('elsewhere than the MPD says by itself: the folder that all share', () => {
    const sets = set('a', base('https://far.example/x/a/')) + set('bb', base('https://far.example/x/b/'));
    expect(read(mpd('', '', sets))).toEqual({
      pathways: [['origin', 'https://far.example/x/']],
      paths: ['a/a/1.m4s', 'b/bb/1.m4s'],
    });
  });

  it('begin with the one of highest priority (DVB), or that content steering names', () => {
    const bases = base('https://a.example/', 'serviceLocation="A" dvb:priority="5"') + base('https://b.example/', 'serviceLocation="B"') + base('https://c.example/', 'serviceLocation="C"'); // prettier-ignore
    expect(read(mpd(bases, '', set('a', ''))).pathways.map(([id]) => id)).toEqual(['B', 'C', 'A']);
    const steering = '<ContentSteering defaultServiceLocation="C A" queryBeforeStart="true">steer.json</ContentSteering>'; // prettier-ignore
    const steered = presentation(mpd(bases + steering, '', set('a', '')), url);
    expect(steered.pathways.map(({ id }) => id)).toEqual(['C', 'B', 'A']);
    expect(steered.contentSteering).toEqual({
      serverUri: 'https://cdn.example/show/steer.json',
      pathwayId: 'C',
      isDash: true,
      queryBeforeStart: true,
    });
  });

  it('choose, where the pathways come from elsewhere, what one of them holds', () => {
    const text = mpd(base('https://a.example/x/') + base('https://b.example/x/'), '', set('a', ''));
    const pathways = [{ id: 'oca', baseUrl: 'https://b.example/' }];
    const given = presentation(text, url, { pathways });
    expect(given.pathways).toEqual(pathways);
    expect(given.video[0]?.segments[0]?.path).toBe('x/a/1.m4s');
  });

  it('keep the address of a query, and of what needs encoding', () => {
    const odd = '<SegmentTemplate media="../up/$Number$ é.m4s?x=1&amp;y=$$" duration="10"/>';
    const text = mpd(
      '',
      '',
      set('a', '').replace(template, () => odd),
    );
    expect(read(text).paths).toEqual(['https://cdn.example/up/1%20%C3%A9.m4s?x=1&y=$']);
  });
});
