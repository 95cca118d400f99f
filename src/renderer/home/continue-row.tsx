import { useQueries } from '@tanstack/react-query';
import type { Row, RowItem, Title } from '../../shared/catalog.ts';
import type { WatchPosition } from '../../shared/progress.ts';
import { useClient } from '../app/environment.ts';
import { CardRow } from '../cards/card-row.tsx';
import { Card } from '../cards/card.tsx';
import { useReach } from '../cards/reach.ts';
import { queries } from '../data/queries.ts';
import { useFormat } from '../i18n/use-format.ts';
import { useText } from '../i18n/use-text.ts';
import { nextUp } from '../title/next-up.ts';

interface ContinueRowProps {
  row: Row;
  positions: WatchPosition[];
}

/** A row's item names no video, so each title is asked for (locally); until then its card is plain. */
export function ContinueRow({ row, positions }: ContinueRowProps) {
  const text = useText();
  const client = useClient();
  const titles = useQueries({
    queries: row.items.map((item) => queries.title(client, item.titleId)),
  });
  return (
    <CardRow title={text('row.continue-watching')} shape="backdrop">
      {row.items.map((item, at) => (
        <ContinueCard key={item.titleId} item={item} title={titles[at]?.data?.title} positions={positions} />
      ))}
    </CardRow>
  );
}

interface ContinueCardProps {
  item: RowItem;
  title: Title | undefined;
  positions: WatchPosition[];
}

function ContinueCard({ item, title, positions }: ContinueCardProps) {
  const text = useText();
  const format = useFormat();
  const reach = useReach();
  if (!title) return <Card {...item} shape="backdrop" />;
  const next = nextUp(title, positions);
  const isBegun = next.positionSeconds > 0;
  const time = format.duration(next.durationSeconds - next.positionSeconds);
  const left = isBegun ? text('card.left', { time }) : time;
  const episode = next.episode;
  const line = episode
    ? `${text('episode.number', { season: episode.seasonNumber, episode: episode.episodeNumber })} · ${left}`
    : left;
  return (
    <Card
      {...item}
      shape="backdrop"
      line={line}
      part={isBegun ? next.positionSeconds / next.durationSeconds : undefined}
      playVideoId={next.videoId}
      reach={reach({ videoId: next.videoId })}
    />
  );
}
