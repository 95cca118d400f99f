import { LayoverError } from '../../shared/errors.ts';

/** So many bytes tell what a file is, whatever it says of itself. */
export const TELLING_BYTES = 512;

/** What begins files that people take for the address of a stream: bytes in hex, at an offset. */
const beginnings: readonly (readonly [offset: number, hex: string, name: string])[] = [
  [4, '66747970', 'MP4'],
  [0, '1a45dfa3', 'WebM/Matroska'],
  [8, '41564920', 'AVI'],
  [0, '464c56', 'FLV'],
  [188, '47', 'MPEG-TS'],
  [0, '494433', 'MP3'],
  [0, '89504e47', 'PNG'],
  [0, 'ffd8ff', 'JPEG'],
  [0, '47494638', 'GIF'],
  [0, '25504446', 'PDF'],
  [0, '504b0304', 'ZIP'],
  [0, '1f8b', 'gzip'],
  [0, '574542565454', 'WebVTT'],
  [0, '7b', 'JSON'],
  [0, '5b', 'JSON'],
];

/**
 * Looks at the beginning of what came in place of a manifest. Errors: `address/web-page`,
 * `address/wrong-content` with its name.
 */
export function checkManifestStart(start: Uint8Array, contentType: string | null): void {
  const text = new TextDecoder('utf-8').decode(start).replace(/^\uFEFF/, '').trimStart(); // prettier-ignore
  if (/^<(!doctype\s+html|html|head|body)[\s>]/i.test(text)) throw new LayoverError('address/web-page');
  // XML of another kind is told by manifest/, which reads it; a comment or declaration may come first.
  if (text === '' || text.startsWith('#EXTM3U') || text.startsWith('<')) return;
  if (isUtf16(start)) return;
  const isAt = (offset: number, hex: string) =>
    Buffer.from(start.subarray(offset, offset + hex.length / 2)).toString('hex') === hex;
  const named = beginnings.find(([offset, hex]) => isAt(offset, hex))?.[2];
  const type = contentType?.split(';')[0]?.trim().toLowerCase() ?? '';
  const told = /^[a-z]+\/[a-z0-9.+-]{1,60}$/.test(type) && !isOfManifests(type) ? type : '?';
  throw new LayoverError('address/wrong-content', { what: named ?? told });
}

/** Servers that know nothing better say these of everything. */
function isOfManifests(type: string): boolean {
  return /mpegurl|dash\+xml|octet-stream|^text\/plain$/.test(type);
}

/** manifest/ says what is wrong with it. */
function isUtf16([first, second]: Uint8Array): boolean {
  return (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
}
