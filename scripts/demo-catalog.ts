import { copyFile, link, mkdir, readdir } from 'node:fs/promises';
import path from 'node:path';
import { prepareDemoCatalog } from '../service/encoder/demo/catalog.ts';

const shared = path.resolve(import.meta.dirname, '..', '.layover', 'service');
const parts = ['media', 'encodes', 'titles', 'artwork'];

/** Makes what is missing of the checkout's demo catalog; a moment where nothing is. */
export async function encodeDemoCatalog(): Promise<void> {
  await mkdir(shared, { recursive: true });
  let told = -1;
  await prepareDemoCatalog({
    dataDir: shared,
    onProgress: (done, total) => {
      if (done > told) process.stderr.write(`demo catalog: ${done} of ${total}\n`);
      told = Math.max(told, done);
    },
  });
}

/**
 * The demo catalog, encoded once for a checkout, linked into `dataDir`: a service of its own for a test, in
 * a moment and without the space. Files are never changed in place, so links are as good as copies.
 */
export async function linkDemoCatalog(dataDir: string): Promise<void> {
  await encodeDemoCatalog();
  for (const part of parts) await linkTree(path.join(shared, part), path.join(dataDir, part));
}

async function linkTree(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true });
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const [source, target] = [path.join(from, entry.name), path.join(to, entry.name)];
    if (entry.isDirectory()) await linkTree(source, target);
    // The temporary folder may lie on another disk.
    else await link(source, target).catch(() => copyFile(source, target));
  }
}
