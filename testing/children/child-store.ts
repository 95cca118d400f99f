import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { openDatabase } from '../../src/database/open.ts';
import { storeMigrations } from '../../src/store/migrations.ts';
import { createStore } from '../../src/store/store.ts';
import type { Store } from '../../src/store/types.ts';
import { createRecordingLog } from '../recording-log.ts';

/** The same key and device secret as in `testing/store.ts`, which needs a test around it. */
export const contentKey = Uint8Array.from({ length: 16 }, (_, i) => i);

/** The store in `folder`, as a process of its own opens it. */
export function openChildStore(folder: string): Store {
  const log = createRecordingLog();
  const { database } = openDatabase({ folder, migrations: storeMigrations, log });
  return createStore({
    folder: path.join(folder, 'downloads'),
    database,
    deviceSecret: Uint8Array.from({ length: 32 }, (_, i) => i + 16),
    random: (sizeBytes) => new Uint8Array(randomBytes(sizeBytes)),
    now: () => Date.now(),
    log,
  });
}
