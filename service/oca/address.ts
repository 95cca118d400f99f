import { createHmac, timingSafeEqual } from 'node:crypto';

/**
 * Signed, expiring addresses of one video on one OCA. The API makes them, the OCA checks them; the secret is
 * known to both and to nobody else.
 */

export interface AddressSpec {
  readonly ocaId: string;
  readonly videoId: string;
  /** Unix time in seconds; from then on the OCA refuses. */
  readonly expiresAtSeconds: number;
}

export type AddressCheck =
  { ok: true; videoId: string; rest: string } | { ok: false; code: 'address-expired' | 'bad-signature' };

/** The base URL, ending in "/", of everything of a video on an OCA: a file's address is base + OCA-relative path. */
export function makeBaseUrl(ocaUrl: string, spec: AddressSpec, secret: string): string {
  const signature = sign(spec, secret);
  return `${ocaUrl.replace(/\/+$/, '')}/s/${spec.videoId}.${spec.expiresAtSeconds}.${signature}/`;
}

// A video's id may itself hold dots, so the two last fields are matched from the right.
const shape = /^\/s\/([A-Za-z0-9][A-Za-z0-9._-]{0,63})\.(\d{1,12})\.([A-Za-z0-9_-]{43})\/(.*)$/s;

/**
 * Takes a URL's pathname apart and checks it. `undefined`: not such an address at all. The signature is looked
 * at before the expiry, so a stranger learns nothing from the answer.
 */
export function checkPathname(
  pathname: string,
  ocaId: string,
  secret: string,
  nowMs: number,
): AddressCheck | undefined {
  const [, videoId, expiry, signature, rest] = shape.exec(pathname) ?? [];
  if (videoId === undefined || expiry === undefined || signature === undefined || rest === undefined) {
    return undefined;
  }
  const expiresAtSeconds = Number(expiry);
  const expected = Buffer.from(sign({ ocaId, videoId, expiresAtSeconds }, secret));
  const given = Buffer.from(signature);
  if (expected.length !== given.length || !timingSafeEqual(expected, given)) {
    return { ok: false, code: 'bad-signature' };
  }
  if (nowMs >= expiresAtSeconds * 1000) return { ok: false, code: 'address-expired' };
  return { ok: true, videoId, rest };
}

function sign({ ocaId, videoId, expiresAtSeconds }: AddressSpec, secret: string): string {
  return createHmac('sha256', secret).update(`${ocaId}|${videoId}|${expiresAtSeconds}`).digest('base64url');
}
