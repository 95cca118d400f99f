import { createAccounts } from './accounts.ts';
import { createAudit } from './audit.ts';
import { createCards } from './cards.ts';
import { createContentKeys } from './content-keys.ts';
import { createCheckIns } from './check-ins.ts';
import { createLicenses } from './licenses.ts';
import { migrations } from './migrations.ts';
import { createPlaybacks } from './playbacks.ts';
import { createRevocations } from './revocations.ts';
import { createSigningKeys } from './signing-keys.ts';
import { openSql } from './sql.ts';
import { createTerms } from './terms.ts';
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
  const audit = createAudit(sql);
  return {
    accounts: createAccounts(sql),
    titles: createTitles(sql),
    cards: createCards(sql),
    checkIns: createCheckIns(sql),
    viewing: createViewing(sql),
    audit,
    contentKeys: createContentKeys(sql),
    licenses: createLicenses(sql, audit),
    terms: createTerms(sql),
    revocations: createRevocations(sql),
    playbacks: createPlaybacks(sql),
    signingKeys: createSigningKeys(sql),
    close: sql.close,
  };
}
