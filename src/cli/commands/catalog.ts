import { playablesOf } from '../../shared/catalog.ts';
import { durationInWords, table } from '../output.ts';
import { withProfile, withViewer } from '../run.ts';
import type { Session } from '../run.ts';

export async function browse(session: Session): Promise<void> {
  await withProfile(session);
  const home = await session.engine.client.catalog.home();
  session.output.answer(home, () =>
    home.rows
      .map((row) => {
        const items = row.items.map((item) => [
          `  ${item.titleId}`,
          item.name,
          String(item.releaseYear),
          durationInWords(item.durationSeconds),
        ]);
        return `${row.kind}${row.because ? ` (${row.because})` : ''}\n${table(items)}`;
      })
      .join('\n\n'),
  );
}

export async function search(session: Session, q: string): Promise<void> {
  await withProfile(session);
  const items = await session.engine.client.catalog.search({ q });
  session.output.answer({ items }, () =>
    items.length > 0
      ? table(items.map((item) => [item.titleId, item.name, String(item.releaseYear)]))
      : 'Nothing found.',
  );
}

export async function title(session: Session, titleId: string): Promise<void> {
  await withViewer(session, titleId);
  const answer = await session.engine.client.catalog.title({ titleId });
  session.output.answer(answer, () => {
    const videos = playablesOf(answer.title).map(({ videoId, durationSeconds, episode }) => [
      `  ${videoId}`,
      episode ? `S${episode.seasonNumber} E${episode.episodeNumber} ${episode.name}` : answer.title.name,
      durationInWords(durationSeconds),
    ]);
    return `${answer.title.name} (${answer.title.releaseYear})\n${answer.title.description}\n${table(videos)}`;
  });
}
