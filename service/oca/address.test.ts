import { describe, expect, it } from 'vitest';
import { checkPathname, makeBaseUrl } from './address.ts';

const secret = 'a secret of the fleet';
const spec = { ocaId: 'oca-1', videoId: 'film.v2', expiresAtSeconds: 1000 };
const base = makeBaseUrl('http://127.0.0.1:8080/', spec, secret);
const check = (url: string, ocaId = 'oca-1', nowMs = 999_999, key = secret) =>
  checkPathname(new URL(url).pathname, ocaId, key, nowMs);

describe('signed addresses', () => {
  it('end in a slash and open what they name', () => {
    expect(base).toMatch(/^http:\/\/127\.0\.0\.1:8080\/s\/film\.v2\.1000\.[\w-]{43}\/$/);
    expect(check(`${base}film.v2/v-720p/1.m4s`)).toEqual({
      ok: true,
      videoId: 'film.v2',
      rest: 'film.v2/v-720p/1.m4s',
    });
  });

  it('expire to the second', () => {
    expect(check(base, 'oca-1', 1_000_000)).toEqual({ ok: false, code: 'address-expired' });
  });

  it.each([
    ['another OCA', base, 'oca-2', secret],
    ['another secret', base, 'oca-1', 'another secret'],
    ['another video', base.replace('film.v2', 'film.v3'), 'oca-1', secret],
    ['another expiry', base.replace('.1000.', '.9999.'), 'oca-1', secret],
    ['another signature', base.replace(/.\/$/, (end) => (end === 'A/' ? 'B/' : 'A/')), 'oca-1', secret],
  ])('are refused with %s', (_, url, ocaId, key) => {
    expect(check(url, ocaId, 0, key)).toEqual({ ok: false, code: 'bad-signature' });
  });

  it('tell a forger nothing about expiry', () => {
    expect(check(base.replace('.1000.', '.1.'))).toEqual({ ok: false, code: 'bad-signature' });
  });

  it.each(['/', '/s/', '/s/film', '/film/v-720p/1.m4s', '/s/film.1000.short/'])(
    'know their own: %s',
    (path) => {
      expect(checkPathname(path, 'oca-1', secret, 0)).toBeUndefined();
    },
  );
});
