import { asLayoverError } from '../../src/shared/errors.ts';
import { openDatabase } from '../../src/database/open.ts';
import { createRecordingLog } from '../recording-log.ts';

/**
 * Opens the database in argv[2], says "open" or the code of the error. With argv[3] = "write" it commits one
 * row, starts a transaction with more of them, says "inside" and stays there until it is killed.
 */
const [folder = '', mode] = process.argv.slice(2);
try {
  const { database } = openDatabase({
    folder,
    log: createRecordingLog(),
    migrations: [{ id: 'test/001-note', up: (sql) => sql.exec('CREATE TABLE note (text TEXT NOT NULL)') }],
  });
  if (mode === 'write') {
    database.sql.exec("INSERT INTO note VALUES ('committed')");
    database.sql.exec('BEGIN IMMEDIATE');
    for (let n = 0; n < 20_000; n += 1) {
      database.sql.prepare('INSERT INTO note VALUES (?)').run(`torn ${n} ${'x'.repeat(500)}`);
    }
    console.log('inside');
  } else {
    console.log('open');
  }
  setInterval(() => {}, 60_000);
} catch (thrown) {
  console.log(asLayoverError(thrown).code);
}
