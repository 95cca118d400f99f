import { Mutation } from '../shared/progress.ts';
import type { Deed, WatchPosition } from '../shared/progress.ts';
import { LayoverError } from '../shared/errors.ts';
import type { Database } from '../database/types.ts';
import type { Clock, Log } from '../shared/platform.ts';
import type { Ms } from '../shared/units.ts';
import { createOutbox } from './outbox.ts';
import { createSyncLoop, GATHER_MS } from './loop.ts';
import { createState } from './state.ts';
import type { SyncRemote } from './types.ts';

export interface SyncOptions {
  readonly database: Database;
  readonly remote: SyncRemote;
  readonly clock: Clock;
  readonly log: Log;
  /** Whose deeds these are; null: nobody is signed in, and nothing is sent. */
  readonly accountId: () => string | null;
  /** A UUID. */
  readonly newId: () => string;
  /** Told after something changed that screens show; not during the transaction. */
  readonly onChange: (what: 'progress' | 'my-list') => void;
}

export interface SyncReport {
  readonly sent: number;
  readonly pending: number;
  readonly pulledRevision: number;
}

/** As many as one request carries (the service takes 200). */
const BATCH = 100;

export type Sync = ReturnType<typeof createSync>;

/** Progress, My List and ratings: done here at once, told to the service when it can be reached. */
export function createSync(options: SyncOptions) {
  const { database, remote } = options;
  const { sql } = database;
  const outbox = createOutbox(database);
  const state = createState(database);
  const readRevision = sql.prepare<[string], { revision: number }>(
    'SELECT revision FROM sync_revision WHERE accountId = ?',
  );
  const putRevision = sql.prepare('INSERT OR REPLACE INTO sync_revision VALUES (?, ?)');
  const revision = (accountId: string) => readRevision.get(accountId)?.revision ?? 0;
  const signedIn = (): string => {
    const accountId = options.accountId();
    if (!accountId) throw new LayoverError('auth/signed-out');
    return accountId;
  };

  /** A request goes out in the name of whoever is signed in then: to another account's it would be refused for good. */
  function assertStill(accountId: string): void {
    if (options.accountId() !== accountId) throw new LayoverError('auth/signed-out');
  }

  /** Everything that waits, in batches; what the service refuses for good is logged and forgotten. */
  async function push(accountId: string): Promise<number> {
    let sent = 0;
    for (;;) {
      const batch = outbox.next(accountId, BATCH);
      if (batch.length === 0) return sent;
      assertStill(accountId);
      const answer = await remote.push(batch);
      for (const { mutationId, reason } of answer.refused)
        options.log.warn('sync.refused', { mutationId, reason });
      const settled = [...answer.acknowledged, ...answer.refused.map((refusal) => refusal.mutationId)];
      if (!batch.some(({ mutationId }) => settled.includes(mutationId))) return sent;
      outbox.acknowledge(settled);
      sent += answer.acknowledged.length;
    }
  }

  async function pull(accountId: string): Promise<void> {
    assertStill(accountId);
    const before = revision(accountId);
    const theirs = await remote.pull(before);
    if (theirs.revision === before) return;
    database.transaction(() => {
      state.merge(theirs);
      putRevision.run(accountId, theirs.revision);
    });
    if (theirs.positions.length > 0) options.onChange('progress');
    if (theirs.myList.length + theirs.ratings.length > 0) options.onChange('my-list');
  }

  async function exchange(): Promise<SyncReport> {
    const accountId = signedIn();
    const sent = await push(accountId);
    await pull(accountId);
    return { sent, pending: outbox.count(accountId), pulledRevision: revision(accountId) };
  }

  const loop = createSyncLoop({ clock: options.clock, log: options.log, exchange });

  return {
    ...loop,
    /** How far something was watched that the service does not know: kept here, told to nobody. */
    recordHere(position: WatchPosition): void {
      state.setPosition(position);
      options.onChange('progress');
    },
    /** What was kept by `recordHere`, whoever watched. */
    forgetHere: (videoId: string): void => state.dropPositions(videoId),
    position: state.position,
    positions: state.positions,
    myList: state.myList,
    rating: state.rating,
    pending(): number {
      const accountId = options.accountId();
      return accountId ? outbox.count(accountId) : 0;
    },

    /**
     * The change and its outbox row, in one transaction; the service hears of it
     * within that time if it can be reached. Throws `auth/signed-out`.
     */
    record(deed: Deed, withinMs: Ms = GATHER_MS): void {
      const accountId = signedIn();
      const mutation = Mutation.parse({ ...deed, mutationId: options.newId() });
      database.transaction(() => {
        if (mutation.kind === 'progress') state.setPosition(mutation.position);
        else if (mutation.kind === 'my-list') state.setListed(mutation);
        else state.setRating(mutation);
        outbox.add(accountId, mutation);
      });
      options.onChange(mutation.kind === 'progress' ? 'progress' : 'my-list');
      loop.wake(withinMs);
    },
  };
}
