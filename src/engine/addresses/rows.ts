import { z } from 'zod';
import type { Database, Migration } from '../../database/types.ts';
import type { Ms } from '../../shared/units.ts';

export const addressMigrations: Migration[] = [
  {
    id: 'engine/003-addresses',
    up: (sql) =>
      sql.exec(`
        CREATE TABLE engine_address (
          videoId TEXT NOT NULL,
          owner TEXT NOT NULL,
          url TEXT NOT NULL,
          name TEXT,
          openedAtMs INTEGER NOT NULL,
          PRIMARY KEY (videoId, owner)
        ) STRICT`),
  },
];

const Row = z.object({
  videoId: z.string(),
  url: z.url(),
  /** What the viewer calls it; null: as it calls itself. */
  name: z.string().nullable(),
  openedAtMs: z.int(),
});
export type AddressRow = z.infer<typeof Row>;

/** Whose those are that were opened while nobody was signed in: they belong to the computer, so to all. */
const NOBODY = '';

export type AddressRows = ReturnType<typeof createAddressRows>;

/** What was opened, by whom. `owner` is an account; null: nobody is signed in. */
export function createAddressRows({ sql }: Database) {
  const put = sql.prepare('INSERT OR REPLACE INTO engine_address VALUES (?, ?, ?, ?, ?)');
  const seen = 'FROM engine_address WHERE owner IN (?, ?)';
  const columns = 'videoId, url, name, openedAtMs';
  const one = sql.prepare(`SELECT ${columns} ${seen} AND videoId = ? ORDER BY owner DESC LIMIT 1`);
  const all = sql.prepare(`SELECT ${columns} ${seen} ORDER BY openedAtMs DESC`);
  const any = sql.prepare(`SELECT ${columns} FROM engine_address WHERE videoId = ? LIMIT 1`);
  const rename = sql.prepare('UPDATE engine_address SET name = ? WHERE owner IN (?, ?) AND videoId = ?');
  const drop = sql.prepare('DELETE FROM engine_address WHERE owner IN (?, ?) AND videoId = ?');
  const parsed = (row: unknown): AddressRow | undefined => Row.safeParse(row).data;

  return {
    put(owner: string | null, row: AddressRow): void {
      put.run(row.videoId, owner ?? NOBODY, row.url, row.name, row.openedAtMs satisfies Ms);
    },
    find: (owner: string | null, videoId: string) => parsed(one.get(NOBODY, owner ?? NOBODY, videoId)),
    /** Latest first; an address that two have opened is there once. */
    list(owner: string | null): AddressRow[] {
      const rows = all.all(NOBODY, owner ?? NOBODY).flatMap((row) => parsed(row) ?? []);
      return rows.filter(({ videoId }, at) => rows.findIndex((row) => row.videoId === videoId) === at);
    },
    /** Whoever opened it: a download goes on while another account is signed in. */
    findAny: (videoId: string) => parsed(any.get(videoId)),
    rename: (owner: string | null, videoId: string, name: string): void =>
      void rename.run(name, NOBODY, owner ?? NOBODY, videoId),
    drop: (owner: string | null, videoId: string): void => void drop.run(NOBODY, owner ?? NOBODY, videoId),
  };
}
