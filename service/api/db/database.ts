import { createAccounts } from './accounts.ts';
import { createCards } from './cards.ts';
import { createLicenses } from './licenses.ts';
import { migrations } from './migrations.ts';
import { createPlaybacks } from './playbacks.ts';
import { createSigningKeys } from './signing-keys.ts';
import { openSql } from './sql.ts';
import { createTitles } from './titles.ts';
import { createViewing } from './viewing.ts';

/**
 * All that the service remembers. Functions are asynchronous, and each is atomic by itself: so the same
 * interface can stand before a database that is somewhere else.
 */
export type Database = ReturnType<typeof openDatabase>;

/** `file` may be ":memory:". Throws an error with a sentence when the file cannot be used. */
export function openDatabase(file: string) {
  const sql = openSql(file, migrations);
  return {
    accounts: createAccounts(sql),
    titles: createTitles(sql),
    cards: createCards(sql),
    viewing: createViewing(sql),
    licenses: createLicenses(sql),
    playbacks: createPlaybacks(sql),
    signingKeys: createSigningKeys(sql),
    close: sql.close,
  };
}
