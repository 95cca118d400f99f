import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Id } from '../shared/catalog.ts';
import type { ArtworkShape } from '../shared/service-api.ts';
import type { Bytes } from '../shared/units.ts';
import type { CatalogRemote } from './types.ts';

export interface ArtworkOptions {
  readonly folder: string;
  readonly remote: Pick<CatalogRemote, 'artwork'>;
  /** For the name of a file that is not whole yet. */
  readonly newId: () => string;
  /** All pictures together; those of downloads come on top. */
  readonly mostBytes?: Bytes | undefined;
  /** Titles of which something is downloaded: their pictures must be here without a network. */
  readonly keptTitleIds?: (() => ReadonlySet<string>) | undefined;
}

const MOST_BYTES: Bytes = 256 * 1024 * 1024;
/** Looking through all of them is no work for every picture. */
const LOOK_EVERY = 50;

/**
 * Pictures as JPEG bytes, from the disk where they were seen before, else from the service. The version is
 * part of the name, so a picture is never stale. What was not looked at for the longest time goes when they take too
 * much. Errors: those of the service.
 */
export function createArtwork(options: ArtworkOptions) {
  const { folder, remote, newId, mostBytes = MOST_BYTES, keptTitleIds = () => new Set<string>() } = options;
  let untilLook = 1;
  const fileOf = (titleId: string, shape: ArtworkShape, version: string) =>
    path.join(folder, `${Id.parse(titleId)}.${shape}.${encodeURIComponent(version).slice(0, 64)}.jpg`);

  return async function artwork(titleId: string, shape: ArtworkShape, version: string): Promise<Uint8Array> {
    const file = fileOf(titleId, shape, version);
    const known = await readFile(file).catch(() => undefined);
    if (known) {
      const now = new Date();
      // When it was last looked at; on a disk that cannot say, the one that came first goes first.
      await utimes(file, now, now).catch(() => undefined);
      return known;
    }
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
    untilLook -= 1;
    if (untilLook > 0) return;
    untilLook = LOOK_EVERY;
    await makeRoom();
  }

  async function makeRoom(): Promise<void> {
    const kept = [...keptTitleIds()];
    const isKept = (name: string) => kept.some((titleId) => name.startsWith(`${titleId}.`));
    const names = (await readdir(folder)).filter((name) => !isKept(name));
    const files = await Promise.all(
      names.map(async (name) => {
        const file = path.join(folder, name);
        const { size, mtimeMs } = await stat(file);
        return { file, size, mtimeMs };
      }),
    );
    let bytes = 0;
    for (const { file, size } of files.toSorted((a, b) => b.mtimeMs - a.mtimeMs)) {
      bytes += size;
      if (bytes > mostBytes) await rm(file, { force: true });
    }
  }
}
