import type { Storage } from '../storage/storage.ts';
import { procedures } from './base.ts';

export function storageRouter(storage: Storage) {
  return {
    storage: {
      read: procedures.storage.read.handler(() => storage.view()),
      places: procedures.storage.places.handler(() => storage.places()),
      inspect: procedures.storage.inspect.handler(({ input }) => storage.inspect(input.folder)),
      choose: procedures.storage.choose.handler(async () => ({ folder: await storage.choose() })),
      move: procedures.storage.move.handler(({ input }) => storage.move(input.folder)),
      cancelMove: procedures.storage.cancelMove.handler(() => storage.cancelMove()),
      check: procedures.storage.check.handler(() => storage.check()),
      cancelCheck: procedures.storage.cancelCheck.handler(() => storage.cancelCheck()),
    },
  };
}
