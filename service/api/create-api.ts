import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type { Clock } from '../../src/shared/platform.ts';
import { HOUR_MS } from '../../src/shared/units.ts';
import type { Ms } from '../../src/shared/units.ts';
import { layoutOf } from '../encoder/layout.ts';
import { buildApp } from './app.ts';
import type { LoggerChoice } from './app.ts';
import { createAttempts } from './attempts.ts';
import type { ApiContext, OcaNode } from './context.ts';
import { openDatabase } from './db/database.ts';
import type { Database } from './db/database.ts';
import { planTerms } from './license-terms.ts';
import { createLicenseSigner } from './license-signer.ts';
import { finishRekeyings } from './rekey.ts';
import type { App } from './routes/answers.ts';
import { seedAccounts } from './seed.ts';
import { watchTitles } from './title-watcher.ts';

export interface ApiOptions {
  /** Made when it is not there; see encoder/layout.ts for what lies in it. */
  readonly dataDir: string;
  readonly clock: Pick<Clock, 'now'>;
  readonly ocas: () => readonly OcaNode[];
  readonly ocaSecret: string;
  /** Default: 4 hours. */
  readonly addressValidMs?: Ms;
  /** Default: license-terms.ts. */
  readonly planTerms?: ApiContext['planTerms'];
  /** Default: no operator, whose routes are then closed. */
  readonly operatorToken?: string;
  /** Default: none. */
  readonly logger?: LoggerChoice;
  /** Told, with all videos of the catalog in the order in which they came, after it changed. */
  readonly onCatalogChange?: (videoIds: string[]) => void;
}

export interface Api {
  /** Not listening yet. Closing it closes the database and stops watching for titles. */
  readonly app: App;
  readonly database: Database;
  /** Takes over what lies in DATA/titles now, without waiting to be told of it. */
  scanTitles(): Promise<void>;
}

/**
 * The control plane on a data folder. All titles that lie there are in the catalog when it resolves. Throws
 * an error with a sentence when the folder or its database cannot be used.
 */
export async function createApi(options: ApiOptions): Promise<Api> {
  const { dataDir, clock } = options;
  mkdirSync(dataDir, { recursive: true });
  const database = openDatabase(path.join(dataDir, 'service.db'));
  let close: () => Promise<void> | void = database.close;
  try {
    await seedAccounts(database);
    const signer = await createLicenseSigner(database, clock.now());
    const layout = layoutOf(dataDir);
    await finishRekeyings(layout);
    const app = buildApp(options.logger ?? false, (bare) => ({
      database,
      clock,
      layout,
      ocas: options.ocas,
      ocaSecret: options.ocaSecret,
      addressValidMs: options.addressValidMs ?? 4 * HOUR_MS,
      planTerms: options.planTerms ?? planTerms,
      operatorToken: options.operatorToken ?? null,
      signer,
      attempt: createAttempts(() => clock.now()),
      apiUrl: () => `${bare.listeningOrigin}/api/v1`,
    }));
    const tellVideos = async (): Promise<void> => options.onCatalogChange?.(await database.titles.videoIds());
    const watcher = watchTitles({ folder: layout.titles, database, log: app.log, onChange: tellVideos });
    app.addHook('onClose', async () => {
      await watcher.close();
      database.close();
    });
    close = () => app.close();
    await watcher.scan();
    await tellVideos();
    return { app, database, scanTitles: watcher.scan };
  } catch (error) {
    await close();
    throw error;
  }
}
