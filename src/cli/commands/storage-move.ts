import path from 'node:path';
import type { StorageView } from '../../shared/downloads.ts';
import { LayoverError } from '../../shared/errors.ts';
import { INTERRUPTED, sizeInWords } from '../output.ts';
import type { Session } from '../run.ts';
import { barInWords } from '../words.ts';
import { storageInWords } from './storage.ts';

/** `storage move DIR`: moves all downloads, verified; Ctrl-C leaves everything where it was. */
export async function moveStorage({ engine, output, signal }: Session, name: string): Promise<void> {
  const { client } = engine;
  const folder = path.resolve(name);
  const events = await client.app.events(undefined, { signal });
  let view = await client.storage.move({ folder });
  if (view.move)
    for await (const event of events) {
      if (event.type !== 'storage') continue;
      // One that was on its way when the move began tells of no move either.
      view = event.storage.move ? event.storage : await client.storage.read();
      if (!view.move) break;
      const { movedBytes, totalBytes } = view.move;
      output.progress(view.move, () => `${barInWords(movedBytes, totalBytes)} of ${sizeInWords(totalBytes)}`);
    }
  if (signal.aborted) {
    process.exitCode = INTERRUPTED;
    const stays: StorageView = { ...view, move: null };
    output.answer(stays, () => `Canceled: everything stays in ${view.folder}.`);
    return;
  }
  if (view.moveError) throw new LayoverError(view.moveError.code, view.moveError.details);
  output.answer(view, () => storageInWords(view));
}
