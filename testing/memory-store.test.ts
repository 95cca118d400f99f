import { createMemoryDisk, createMemoryStore, damage } from './memory-store.ts';
import { describeStoreContract } from './store-contract.ts';

describeStoreContract('the store in memory', async () => {
  const disk = createMemoryDisk();
  return {
    store: createMemoryStore(disk),
    reopen: async () => createMemoryStore(disk),
    damage: async (trackId, index) => {
      damage(disk, trackId, index);
    },
    dispose: async () => {},
  };
});
