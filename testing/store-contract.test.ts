import { open, stat } from 'node:fs/promises';
import path from 'node:path';
import { createMemoryDisk, createMemoryStore, damage } from './memory-store.ts';
import { openStore } from './store.ts';
import { describeStoreContract } from './store-contract.ts';
import type { StoreUnderTest } from './store-contract.ts';
import { describeWriterContract } from './store-writer-contract.ts';
import { temporaryFolder } from './temporary-folder.ts';

const inMemory = async (): Promise<StoreUnderTest> => {
  const disk = createMemoryDisk();
  return {
    store: createMemoryStore(disk),
    reopen: async () => createMemoryStore(disk),
    emptyFolder: async () => '/elsewhere/empty',
    damage: async (trackId, index) => {
      damage(disk, trackId, index);
    },
    dispose: async () => {},
  };
};

const real = async (): Promise<StoreUnderTest> => {
  const opened = openStore();
  let latest = opened;
  return {
    store: opened.store,
    reopen: async () => {
      opened.close();
      latest = openStore(opened.folder);
      return latest.store;
    },
    emptyFolder: async () => temporaryFolder(),
    async damage(trackId, index) {
      // Segments of these tests lie one behind the other, in the order of their numbers.
      const file = path.join(opened.store.folder, `${trackId}.sealed`);
      const stored = opened.store.stored(trackId).length;
      const { size } = await stat(file);
      const handle = await open(file, 'r+');
      const at = size - Math.ceil((stored - index - 0.5) * 1000);
      const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, at);
      await handle.write(Buffer.of((buffer[0] ?? 0) ^ 0xff), 0, 1, at);
      await handle.close();
    },
    dispose: async () => latest.close(),
  };
};

for (const describeContract of [describeStoreContract, describeWriterContract]) {
  describeContract('the store in memory', inMemory);
  describeContract('the real store', real);
}
