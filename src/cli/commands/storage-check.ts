import { z } from 'zod';
import type { StorageView } from '../../shared/downloads.ts';
import { INTERRUPTED } from '../output.ts';
import type { Session } from '../run.ts';
import { judge, stayWith } from '../staying.ts';
import { parseOptions } from '../usage.ts';
import { barInWords, titleInWords } from '../words.ts';

const Options = z.object({ repair: z.boolean().default(false) });

/**
 * `storage check`: reads and verifies all that is stored. What is damaged goes back into the queue; `--repair`
 * stays until it is fetched again.
 */
export async function checkStorage(session: Session, raw: unknown): Promise<void> {
  const { repair } = parseOptions(Options, raw);
  const { output, signal } = session;
  const { client } = session.engine;
  const damaged = new Set<string>();
  const view = await untilChecked(session, (downloadId) => damaged.add(downloadId));
  if (signal.aborted) {
    process.exitCode = INTERRUPTED;
    output.answer(
      { check: view.check, lastCheck: view.lastCheck },
      () => 'Stopped; the next check goes on here.',
    );
    return;
  }
  const incomplete = async () =>
    (await client.downloads.list()).filter(({ downloadId }) => damaged.has(downloadId));
  const downloads = repair ? await stayWith(session, incomplete) : await incomplete();
  const { lastCheck } = view;
  output.answer({ lastCheck, downloads }, () => {
    if (downloads.length === 0) return 'Everything that is stored is whole.';
    const names = downloads.map(titleInWords).join(', ');
    const count = lastCheck?.damagedSegments ?? 0;
    const found = `${count} damaged segment${count === 1 ? '' : 's'} in ${names}`;
    return repair ? `${found}: fetched again.` : `${found}: \`layover queue run\` fetches what is missing.`;
  });
  if (repair) judge(downloads);
}

/** The storage as it was when the check had ended, or was seen last. */
async function untilChecked(
  { engine, output, signal }: Session,
  onDamaged: (downloadId: string) => void,
): Promise<StorageView> {
  const { client } = engine;
  const whole = new Set((await client.downloads.list()).filter(({ state }) => state === 'completed').map(({ downloadId }) => downloadId)); // prettier-ignore
  const events = await client.app.events(undefined, { signal });
  let view = await client.storage.check();
  if (view.check)
    for await (const event of events) {
      if (event.type === 'download') {
        const { downloadId, state } = event.download;
        if (whole.has(downloadId) && state !== 'completed') onDamaged(downloadId);
      }
      if (event.type !== 'storage') continue;
      view = event.storage.check ? event.storage : await client.storage.read();
      if (!view.check) break;
      const { checkedBytes, totalBytes } = view.check;
      output.progress(view.check, () => barInWords(checkedBytes, totalBytes));
    }
  // What the events told before the first was listened to.
  for (const { downloadId, state } of signal.aborted ? [] : await client.downloads.list())
    if (whole.has(downloadId) && state !== 'completed') onDamaged(downloadId);
  return view;
}
