import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { decryptSegment } from '../src/cdn/decrypt.ts';
import { fileNameOf, writeMedia, writeMultivariant } from '../src/manifest/index.ts';
import { filesOf, renditionsOf } from '../src/shared/presentation.ts';
import type { ByteRange, Presentation } from '../src/shared/presentation.ts';

export type BytesOf = (url: string, range?: ByteRange) => Promise<Uint8Array>;

/**
 * What the player would get of a presentation, as files: `master.m3u8`, a folder for each rendition with
 * `media.m3u8`, and one decrypted file for each segment. Keys are fetched as segments are.
 */
export async function writePlayableCopy(
  presentation: Presentation,
  folder: string,
  bytesOf: BytesOf,
): Promise<void> {
  const base = presentation.pathways[0]?.baseUrl ?? '';
  for (const rendition of renditionsOf(presentation)) {
    const own = path.join(folder, rendition.id);
    mkdirSync(own, { recursive: true });
    for (const { path: address, byteRange, encryption, index } of filesOf(rendition)) {
      const bytes = await bytesOf(new URL(address, base).href, byteRange);
      const key = encryption ? await bytesOf(encryption.keyUri) : new Uint8Array();
      writeFileSync(path.join(own, fileNameOf(rendition, index)), await decryptSegment(bytes, encryption, key)); // prettier-ignore
    }
    writeFileSync(path.join(own, 'media.m3u8'), writeMedia(rendition, { pathOf: (fileName) => fileName }));
  }
  writeFileSync(
    path.join(folder, 'master.m3u8'),
    writeMultivariant(presentation, { pathOf: (id) => `${id}/media.m3u8` }),
  );
}
