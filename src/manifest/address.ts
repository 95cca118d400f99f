import type { Pathway } from '../shared/presentation.ts';
import { MAX_ADDRESS_LENGTH } from './limits.ts';
import { malformed, quote, unsupported } from './refuse.ts';

const hasScheme = /^[a-z][a-z0-9+.-]*:/i;

/**
 * Absolute address of a reference in a manifest, without fragment. http and https only (and file where the
 * manifest itself is a file): a manifest from the network must not make anybody open local files.
 */
export function resolveAddress(reference: string, baseUrl: string): string {
  if (reference.length > MAX_ADDRESS_LENGTH) throw unsupported('long-addresses');
  let address: URL;
  try {
    address = new URL(reference, baseUrl);
  } catch (cause) {
    throw malformed('not-an-address', { text: quote(reference) }, cause);
  }
  const isLocal = address.protocol === 'file:' && baseUrl.startsWith('file:');
  if (!isLocal && address.protocol !== 'http:' && address.protocol !== 'https:')
    throw unsupported('foreign-scheme', { text: quote(address.protocol) });
  address.hash = '';
  if (address.href.length > MAX_ADDRESS_LENGTH) throw unsupported('long-addresses');
  return address.href;
}

/**
 * Where a key is: a name (`urn:layover:content-key:…`) stays as it is, everything else becomes an absolute
 * address. Other schemes (skd:, data:) are refused: nobody here could fetch such a key.
 */
export function resolveKeyUri(reference: string, baseUrl: string): string {
  if (!/^urn:/i.test(reference)) return resolveAddress(reference, baseUrl);
  if (reference.length > MAX_ADDRESS_LENGTH) throw unsupported('long-addresses');
  return copyOf(reference);
}

/** The text on its own: a slice of another, which may be a whole playlist, holds that in memory. */
export function copyOf(text: string): string {
  return JSON.parse(JSON.stringify(text)) as string;
}

/** The folder that an address lies in, with "/" at its end and without query. */
export function folderOf(address: string): string {
  return resolveAddress('.', address);
}

/** The innermost folder that holds all addresses of the first one's host. */
export function commonFolder(addresses: readonly [string, ...string[]] | readonly string[]): string {
  const [first = ''] = addresses;
  const { origin } = new URL(first);
  return addresses
    .filter((address) => new URL(address).origin === origin)
    .reduce((common, address) => {
      let end = 0;
      while (end < common.length && common[end] === address[end]) end++;
      return common.slice(0, common.lastIndexOf('/', end - 1) + 1);
    }, folderOf(first));
}

/** Name of the innermost folder of an address, percent-decoded; "" at the root. */
export function folderName(address: string): string {
  return decoded(new URL(address, 'http://relative/').pathname.split('/').at(-2) ?? '');
}

/** File name of an address without its extension, percent-decoded. */
export function fileStem(address: string): string {
  const file = decoded(new URL(address, 'http://relative/').pathname.split('/').at(-1) ?? '');
  return file.replace(/\.[^.]*$/, '');
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** `<videoId>.<expiresAtSeconds>.<signature>`: the last folder of an OCA's signed base. */
const signedFolder = /^(.*\/)([^/]+)\.\d{9,12}\.[A-Za-z0-9_-]+\/$/;

/**
 * Gives the way from an absolute address to a `Segment.path`: relative where one of the bases holds it, else
 * the address itself.
 *
 * A manifest and a playback session are signed at different moments, so the same OCA appears with different
 * signatures: a base is also recognized by what stands before its signature.
 */
export function pathFinder(bases: readonly Pick<Pathway, 'baseUrl'>[]): (address: string) => string {
  const exact = bases.map((base) => base.baseUrl);
  const signed = exact.flatMap((baseUrl) => {
    const [, before, videoId] = signedFolder.exec(baseUrl) ?? [];
    return before === undefined ? [] : [`${before}${videoId}.`];
  });
  return (address) => {
    const base =
      exact.find((prefix) => address.startsWith(prefix)) ??
      signed.flatMap((prefix) => {
        if (!address.startsWith(prefix)) return [];
        const candidate = address.slice(0, address.indexOf('/', prefix.length) + 1);
        return signedFolder.test(candidate) ? [candidate] : [];
      })[0];
    const path = base === undefined ? '' : address.slice(base.length);
    const isUsable = path !== '' && !path.startsWith('/') && !hasScheme.test(path);
    return isUsable ? path : address;
  };
}
