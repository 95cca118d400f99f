import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addressOn, parseSteeringManifest, withClones } from './steering-manifest.ts';

const url = 'https://steer.example/a/manifest.json?session=1';
const parse = (value: unknown) => parseSteeringManifest(JSON.stringify(value), url);
const least = { VERSION: 1, TTL: 10, 'PATHWAY-PRIORITY': ['b', 'a'] };

describe('a steering manifest', () => {
  it('says the order, how long it is good, and where to ask next', () => {
    expect(parse({ ...least, 'RELOAD-URI': '../next?x=1', OTHER: [] })).toEqual({
      ttlMs: 10_000,
      reloadUrl: 'https://steer.example/next?x=1',
      priority: ['b', 'a'],
      clones: [],
    });
    expect(parse({ ...least, TTL: undefined })?.ttlMs).toBe(300_000);
    expect(parse({ ...least, TTL: 1e12 })?.ttlMs).toBe(86_400_000);
  });

  it.each([
    ['of another version', { ...least, VERSION: 2 }],
    ['without an order', { ...least, 'PATHWAY-PRIORITY': [] }],
    ['with an order of numbers', { ...least, 'PATHWAY-PRIORITY': [1] }],
    ['that was good before it came', { ...least, TTL: -1 }],
    ['that leads off the web', { ...least, 'RELOAD-URI': 'file:///etc/passwd' }],
    ['that is a list', [least]],
    ['that is null', null],
  ])('%s is none', (_what, value) => {
    expect(parse(value)).toBeUndefined();
  });

  it('whatever it says, is read or is none', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        parseSteeringManifest(text, url);
      }),
    );
  });
});

describe('clones', () => {
  const pathways = [{ id: 'a', baseUrl: 'https://a.example:8443/films/' }];
  const clone = (id: string, replacement: object, baseId = 'a') => ({
    'BASE-ID': baseId,
    ID: id,
    'URI-REPLACEMENT': replacement,
  });
  const cloned = (clones: unknown[], isDash = false) =>
    withClones(pathways, parse({ ...least, 'PATHWAY-CLONES': clones })?.clones ?? [], isDash).slice(1);

  it('are the same elsewhere; a clone may have clones', () => {
    expect(cloned([clone('b', { HOST: 'b.example' }), clone('c', { HOST: 'c.example:81' }, 'b')])).toEqual([
      { id: 'b', baseUrl: 'https://b.example:8443/films/' },
      { id: 'c', baseUrl: 'https://c.example:81/films/' },
    ]);
  });

  it('that cannot be made, are there already, or replace single playlists are left out', () => {
    expect(
      cloned([
        clone('b', { HOST: 'b.example/../x' }),
        clone('c', { HOST: 'c.example' }, 'nobody'),
        clone('a', { HOST: 'd.example' }),
        clone('e', { 'PER-VARIANT-URIS': { v: 'https://e.example/v.m3u8' } }),
        { ID: 'f' },
        'g',
      ]),
    ).toEqual([]);
  });

  it('add parameters to what is fetched in DASH; in HLS these are the playlists’', () => {
    const [dash] = cloned([clone('b', { PARAMS: { token: 'x y' } })], true);
    expect(dash && addressOn(dash, 'v/1.m4s')).toBe('https://a.example:8443/films/v/1.m4s?token=x+y');
    expect(dash && addressOn(dash, 'v/1.m4s?n=1')).toBe('https://a.example:8443/films/v/1.m4s?n=1&token=x+y');
    const [hls] = cloned([clone('b', { PARAMS: { token: 'x' } })]);
    expect(hls && addressOn(hls, 'v/1.ts')).toBe('https://a.example:8443/films/v/1.ts');
  });
});
