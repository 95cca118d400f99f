import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Title } from '../../src/shared/catalog.ts';
import type { ArtworkJob, ArtworkStyle } from './artwork.ts';
import { artworkVersion, drawArtwork } from './artwork.ts';
import { TitleDrop } from './drop.ts';
import { STILL_FILE } from './encode.ts';
import type { Ffmpeg } from './ffmpeg.ts';
import type { Layout } from './layout.ts';
import { makeWorkDir, publishFolder, writeAtomically } from './work.ts';

/**
 * A title's pictures, drawn from a still of one of its videos; drawn again when the title was renamed.
 * @returns their version
 */
export async function ensureArtwork(
  tools: Ffmpeg,
  layout: Layout,
  spec: { titleId: string; videoId: string; style: ArtworkStyle } & Pick<ArtworkJob, 'name' | 'overline'>,
  signal?: AbortSignal,
): Promise<string> {
  const folder = path.join(layout.artwork, spec.titleId);
  const existing = await artworkVersion(folder);
  if (existing && (await publishedName(layout, spec.titleId)) === spec.name) return existing;
  const work = await makeWorkDir(layout);
  try {
    const stillFile = path.resolve(layout.encodes, spec.videoId, STILL_FILE);
    const drawn = path.join(work, 'artwork');
    await drawArtwork(tools, { ...spec, stillFile, workDir: work, outDir: drawn }, signal);
    await publishFolder(drawn, folder);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  const version = await artworkVersion(folder);
  if (!version) throw new Error(`artwork of ${spec.titleId} vanished while it was published`);
  return version;
}

/** Publishes a title, or publishes it again with more videos. */
export async function dropTitle(layout: Layout, title: Title, countries?: string[]): Promise<void> {
  const drop = TitleDrop.parse({ format: 1, title, ...(countries ? { countries } : {}) });
  await writeAtomically(path.join(layout.titles, `${title.titleId}.json`), JSON.stringify(drop, null, 2));
}

async function publishedName(layout: Layout, titleId: string): Promise<string | undefined> {
  try {
    const text = await readFile(path.join(layout.titles, `${titleId}.json`), 'utf8');
    return TitleDrop.parse(JSON.parse(text)).title.name;
  } catch {
    return undefined; // Never published, or damaged: then it is published afresh.
  }
}
