import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Id } from '../shared/catalog.ts';
import type { ArtworkShape } from '../shared/service-api.ts';
import type { CatalogRemote } from './types.ts';

export interface ArtworkOptions {
  readonly folder: string;
  readonly remote: Pick<CatalogRemote, 'artwork'>;
  /** For the name of a file that is not whole yet. */
  readonly newId: () => string;
}

/**
 * Pictures as JPEG bytes, from the disk where they were seen before, else from the service. The version is
 * part of the name, so a picture is kept for ever and never stale. Errors: those of the service.
 */
export function createArtwork({ folder, remote, newId }: ArtworkOptions) {
  const fileOf = (titleId: string, shape: ArtworkShape, version: string) =>
    path.join(folder, `${Id.parse(titleId)}.${shape}.${encodeURIComponent(version).slice(0, 64)}.jpg`);

  return async function artwork(titleId: string, shape: ArtworkShape, version: string): Promise<Uint8Array> {
    const file = fileOf(titleId, shape, version);
    const known = await readFile(file).catch(() => undefined);
    if (known) return known;
    const bytes = await remote.artwork(titleId, shape, version);
    // A picture that cannot be kept is still shown: a full disk must not empty the screen.
    await keep(file, bytes).catch(() => undefined);
    return bytes;
  };

  async function keep(file: string, bytes: Uint8Array): Promise<void> {
    await mkdir(folder, { recursive: true });
    const partial = `${file}.${newId()}.partial`;
    await writeFile(partial, bytes);
    await rename(partial, file);
  }
}
