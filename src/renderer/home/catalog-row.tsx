import type { Row } from '../../shared/catalog.ts';
import { CardRow } from '../cards/card-row.tsx';
import { Card } from '../cards/card.tsx';
import { useReach } from '../cards/reach.ts';
import { useFormat } from '../i18n/use-format.ts';
import { useText } from '../i18n/use-text.ts';

type Text = ReturnType<typeof useText>;

export function nameOfRow(text: Text, row: Pick<Row, 'kind' | 'because'>): string {
  if (row.kind === 'because-you-watched') return text('row.because-you-watched', { name: row.because ?? '' });
  return text(`row.${row.kind}`);
}

const flat: readonly Row['kind'][] = ['because-you-watched', 'my-list', 'opened-addresses'];

export function CatalogRow({ row }: { row: Row }) {
  const text = useText();
  const format = useFormat();
  const reach = useReach();
  const shape = flat.includes(row.kind) ? 'backdrop' : 'poster';
  return (
    <CardRow title={nameOfRow(text, row)} shape={shape}>
      {row.items.map((item, at) => (
        <Card
          key={item.titleId}
          {...item}
          shape={shape}
          line={
            row.kind === 'opened-addresses'
              ? format.duration(item.durationSeconds)
              : text(item.type === 'film' ? 'card.film' : 'card.series', { year: String(item.releaseYear) })
          }
          rank={row.kind === 'top-10' ? at + 1 : undefined}
          reach={reach(item)}
        />
      ))}
    </CardRow>
  );
}
