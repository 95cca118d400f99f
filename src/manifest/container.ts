import type { Container, RenditionKind } from '../shared/presentation.ts';

const byExtension: Record<string, Container> = {
  ts: 'mpeg-ts', tsv: 'mpeg-ts', tsa: 'mpeg-ts', m2ts: 'mpeg-ts', mts: 'mpeg-ts', m2t: 'mpeg-ts',
  aac: 'packed-audio', mp3: 'packed-audio', ac3: 'packed-audio', ec3: 'packed-audio',
  mp4: 'mp4', m4s: 'mp4', m4v: 'mp4', m4a: 'mp4', m4f: 'mp4', cmfv: 'mp4', cmfa: 'mp4', cmft: 'mp4',
}; // prettier-ignore

/** Extension of the file at an address, lower case and without the dot; "" where it has none. */
export function extensionOf(address: string): string {
  const end = /[?#]|$/.exec(address)?.index ?? address.length;
  return /\.([a-z0-9]{1,8})$/i.exec(address.slice(0, end))?.[1]?.toLowerCase() ?? '';
}

/**
 * How media without an init segment lie in their files, by a file's name: HLS does not say it. undefined: as is
 * usual for the kind. Whatever else picture and sound are called they are MPEG-TS, since MP4 needs an init
 * segment.
 */
export function containerOf(kind: RenditionKind, address: string): Container | undefined {
  const extension = extensionOf(address);
  const named = Object.hasOwn(byExtension, extension) ? byExtension[extension] : undefined;
  if (kind === 'subtitles') return undefined;
  if (named === 'mp4') return undefined;
  return named === 'packed-audio' ? named : 'mpeg-ts';
}

/** The name of a file that holds nothing but sound. */
export function isSoundFile(address: string): boolean {
  return containerOf('audio', address) === 'packed-audio' || ['m4a', 'cmfa'].includes(extensionOf(address));
}
