import type { Row } from '../../shared/catalog.ts';
import { CardRow } from '../cards/card-row.tsx';
import { Card } from '../cards/card.tsx';
import { useIsOutOfReach } from '../cards/reach.ts';
import { useText } from '../i18n/use-text.ts';

type Text = ReturnType<typeof useText>;

export function nameOfRow(text: Text, row: Pick<Row, 'kind' | 'because'>): string {
  if (row.kind === 'because-you-watched') return text('row.because-you-watched', { name: row.because ?? '' });
  return text(`row.${row.kind}`);
}

export function CatalogRow({ row }: { row: Row }) {
  const text = useText();
  const isOutOfReach = useIsOutOfReach();
  const shape = row.kind === 'because-you-watched' || row.kind === 'my-list' ? 'backdrop' : 'poster';
  return (
    <CardRow title={nameOfRow(text, row)} shape={shape}>
      {row.items.map((item, at) => (
        <Card
          key={item.titleId}
          {...item}
          shape={shape}
          line={text(item.type === 'film' ? 'card.film' : 'card.series', { year: String(item.releaseYear) })}
          rank={row.kind === 'top-10' ? at + 1 : undefined}
          isOutOfReach={isOutOfReach(item)}
        />
      ))}
    </CardRow>
  );
}
