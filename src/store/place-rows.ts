import { z } from 'zod';
import type { Database } from '../database/types.ts';

const Place = z.object({ folder: z.string(), placeId: z.string() });
const Leftover = z.object({ folder: z.string(), placeId: z.string().nullable() });
/** A folder, and what its marker says; null: nothing, as in the folder that the host gave. */
export type PlaceName = z.infer<typeof Leftover>;

/** Where the store lies, and where copies of a move are to be erased. What a method changes is one transaction. */
export type PlaceRows = ReturnType<typeof createPlaceRows>;

export function createPlaceRows(database: Database) {
  const { sql } = database;
  const statements = {
    place: sql.prepare('SELECT folder, placeId FROM store_place'),
    setPlace: sql.prepare(
      'INSERT OR REPLACE INTO store_place (one, folder, placeId) VALUES (1, @folder, @placeId)',
    ),
    leftovers: sql.prepare('SELECT folder, placeId FROM store_leftover'),
    addLeftover: sql.prepare(
      'INSERT OR REPLACE INTO store_leftover (folder, placeId) VALUES (@folder, @placeId)',
    ),
    dropLeftover: sql.prepare('DELETE FROM store_leftover WHERE folder = ?'),
  };
  return {
    /** undefined: it was never moved. */
    place: () => Place.optional().parse(statements.place.get()),
    leftovers: (): PlaceName[] => z.array(Leftover).parse(statements.leftovers.all()),
    addLeftover: ({ folder, placeId }: PlaceName) => void statements.addLeftover.run({ folder, placeId }),
    dropLeftover: (folder: string) => void statements.dropLeftover.run(folder),
    /** From one instant to the next the store lies in the new folder, and the old one is to be cleared. */
    switchPlace(from: PlaceName, to: { folder: string; placeId: string }): void {
      database.transaction(() => {
        statements.setPlace.run(to);
        statements.dropLeftover.run(to.folder);
        statements.addLeftover.run({ folder: from.folder, placeId: from.placeId });
      });
    },
  };
}
