import { Mutation } from '../shared/progress.ts';
import type { Database } from '../database/types.ts';

/**
 * What the service has not acknowledged yet, oldest first. A later mutation about the same thing replaces an
 * earlier one under a new id, so acknowledging the one that was sent cannot delete the one that was not.
 * Rows wait for their own account: signing in as somebody else neither sends nor loses them.
 */
export type Outbox = ReturnType<typeof createOutbox>;

export function createOutbox(database: Database) {
  const { sql } = database;
  const put = sql.prepare(
    'INSERT OR REPLACE INTO sync_outbox (accountId, mutationId, subject, json) VALUES (?, ?, ?, ?)',
  );
  const oldest = sql.prepare<[string, number], { json: string }>(
    'SELECT json FROM sync_outbox WHERE accountId = ? ORDER BY seq LIMIT ?',
  );
  const drop = sql.prepare('DELETE FROM sync_outbox WHERE mutationId = ?');
  const count = sql.prepare<[string], { n: number }>(
    'SELECT count(*) AS n FROM sync_outbox WHERE accountId = ?',
  );

  return {
    add: (accountId: string, mutation: Mutation): void =>
      void put.run(accountId, mutation.mutationId, subjectOf(mutation), JSON.stringify(mutation)),
    next: (accountId: string, most: number): Mutation[] =>
      oldest.all(accountId, most).flatMap((row) => {
        const mutation = Mutation.safeParse(json(row.json));
        return mutation.success ? [mutation.data] : [];
      }),
    acknowledge: (mutationIds: string[]): void =>
      database.transaction(() => mutationIds.forEach((id) => drop.run(id))),
    count: (accountId: string): number => count.get(accountId)?.n ?? 0,
  };
}

function subjectOf(mutation: Mutation): string {
  switch (mutation.kind) {
    case 'progress':
      return `progress/${mutation.position.profileId}/${mutation.position.videoId}`;
    case 'my-list':
    case 'rating':
      return `${mutation.kind}/${mutation.profileId}/${mutation.titleId}`;
  }
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
