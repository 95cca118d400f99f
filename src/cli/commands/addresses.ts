import { withViewer } from '../run.ts';
import type { Session } from '../run.ts';
import { durationInWords, momentInWords, sizeInWords, table } from '../output.ts';
import type { RenditionSummary } from '../../shared/presentation.ts';

/** Reads what lies at an address, keeps it, and says what it is and what each part of it weighs. */
export async function open(session: Session, url: string): Promise<void> {
  const { engine, output, signal } = session;
  await withViewer(session);
  output.progress({ reading: url }, () => `Reading ${url}`);
  const opened = await engine.client.addresses.open({ url }, { signal });
  const { renditions } = await engine.client.downloads.options({ videoId: opened.videoId }, { signal });
  output.answer({ ...opened, renditions }, () => {
    const parts = renditions.map(({ rendition, size }) => [
      `  ${rendition.id}`,
      inWords(rendition),
      `${size.exact ? '' : 'about '}${sizeInWords(size.bytes)}`,
    ]);
    return `${opened.name}, ${durationInWords(opened.durationSeconds)}\n${table(parts)}\n${opened.videoId}`;
  });
}

export async function list(session: Session): Promise<void> {
  await withViewer(session);
  const addresses = await session.engine.client.addresses.list();
  session.output.answer({ addresses }, () =>
    addresses.length === 0
      ? 'Nothing was opened.'
      : table(
          addresses.map(({ videoId, name, url, openedAtMs }) => [
            videoId,
            name,
            momentInWords(openedAtMs),
            url,
          ]),
        ),
  );
}

export async function forget(session: Session, titleId: string): Promise<void> {
  await withViewer(session);
  await session.engine.client.addresses.forget({ titleId });
  session.output.answer({ forgotten: titleId }, () => 'Forgotten, with its download.');
}

function inWords(rendition: RenditionSummary): string {
  if (rendition.kind === 'video')
    return rendition.height > 0 ? `video ${rendition.width}x${rendition.height}` : 'video';
  return rendition.language === 'und' ? rendition.kind : `${rendition.kind} ${rendition.language}`;
}
