import { z } from 'zod';
import { sizeInWords, table } from '../output.ts';
import { withNamedProfile } from '../run.ts';
import type { Session } from '../run.ts';
import { parseOptions } from '../usage.ts';
import { licenseInWords } from '../license-words.ts';
import { stateInWords, titleInWords } from '../words.ts';
import { findDownload } from './find.ts';

const LicenseOptions = z.object({ renew: z.boolean().default(false) });
const PinOptions = z.object({ off: z.boolean().default(false) });

export async function list(session: Session): Promise<void> {
  const { engine, output } = session;
  await withNamedProfile(session);
  const downloads = await engine.client.downloads.list();
  const status = await engine.client.app.status();
  output.answer({ downloads }, () =>
    downloads.length === 0
      ? 'No downloads.'
      : table(
          downloads.map((view) => [
            view.downloadId,
            titleInWords(view),
            stateInWords(view),
            `${sizeInWords(view.storedBytes)} of ${sizeInWords(view.selection.size.bytes)}`,
            licenseInWords(view.verdict, status),
          ]),
        ),
  );
}

/** `license`: what may be played until when; `license --renew VIDEO`: new windows for it. */
export async function license(session: Session, name: string | undefined, raw: unknown): Promise<void> {
  const { renew } = parseOptions(LicenseOptions, raw);
  const { client } = session.engine;
  let downloads = name === undefined ? await client.downloads.list() : [await findDownload(session, name)];
  if (renew)
    downloads = await Promise.all(
      downloads.map(({ downloadId }) => client.downloads.renewLicense({ downloadId })),
    );
  const status = await client.app.status();
  const licenses = downloads.map((view) => ({
    videoId: view.videoId,
    downloadId: view.downloadId,
    titleName: view.titleName,
    verdict: view.verdict,
    words: licenseInWords(view.verdict, status),
  }));
  session.output.answer({ licenses }, () =>
    table(downloads.map((view) => [view.videoId, titleInWords(view), licenseInWords(view.verdict, status)])),
  );
}

export async function remove(session: Session, name: string): Promise<void> {
  const found = await findDownload(session, name);
  await session.engine.client.downloads.remove({ downloadId: found.downloadId });
  session.output.answer({ removed: found.downloadId }, () => `${titleInWords(found)} removed.`);
}

/** `pin VIDEO`: no rule removes it; `pin VIDEO --off`: rules may. */
export async function pin(session: Session, name: string, raw: unknown): Promise<void> {
  const { off } = parseOptions(PinOptions, raw);
  const { downloadId } = await findDownload(session, name);
  const view = await session.engine.client.downloads.pin({ downloadId, isPinned: !off });
  session.output.answer(view, () =>
    view.isPinned
      ? `${titleInWords(view)} is kept, whatever the budget says.`
      : `${titleInWords(view)} may be removed by the rules for space.`,
  );
}
