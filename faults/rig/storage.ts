import fs from 'node:fs/promises';
import type { Device, Place } from './device.ts';
import { expectConsistent, readIndex, recordBytes } from './stored.ts';

export interface Lying {
  readonly folder: string;
  readonly usedBytes: number;
  readonly isMoving: boolean;
}

/** Where the downloads lie, as the viewer is told. */
export async function whereStored({ client }: Device): Promise<Lying> {
  const { folder, usedBytes, move } = await client.storage.read();
  return { folder, usedBytes, isMoving: move !== null };
}

/**
 * Of a device that is closed: its database is sound, index and folder agree, what the viewer was told is used
 * is what is used, and nothing of ours lies in any of the other folders.
 */
export async function expectTidy(place: Place, lying: Lying, otherFolders: readonly string[]): Promise<void> {
  const tracks = readIndex(place);
  await expectConsistent(tracks, lying.folder);
  const usedBytes = tracks.reduce((sum, track) => sum + recordBytes(track), 0);
  if (usedBytes !== lying.usedBytes)
    throw new Error(`told ${lying.usedBytes} bytes used, it is ${usedBytes}`);
  for (const folder of otherFolders) {
    if (folder === lying.folder) continue;
    const names = await fs.readdir(folder).catch(() => [] as string[]);
    const left = names.filter((name) => name !== 'layover-store.txt');
    if (left.length > 0) throw new Error(`left behind in ${folder}: ${left.join(', ')}`);
  }
}
