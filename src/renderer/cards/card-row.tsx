import { useId, useRef, useState } from 'react';
import type { ReactNode } from 'react';
import { ChevronLeft, ChevronRight } from 'lucide-react';
import { useText } from '../i18n/use-text.ts';
import { IconButton } from '../ui/button.tsx';
import { moveInRow, tabIndexes } from './row-keys.ts';
import './card-row.css';

interface CardRowProps {
  title: string;
  shape: 'poster' | 'backdrop';
  /** With stable keys; each one is a list item. */
  children: ReactNode[];
}

/**
 * A row that scrolls sideways. One stop for Tab; arrow keys go along the row and from row to row, and what
 * has focus is scrolled into view.
 */
export function CardRow({ title, shape, children }: CardRowProps) {
  const text = useText();
  const headingId = useId();
  const list = useRef<HTMLUListElement>(null);
  const [edges, setEdges] = useState({ start: true, end: false });

  function lookAtEdges() {
    const box = list.current;
    if (!box) return;
    const start = box.scrollLeft < 8;
    const end = box.scrollLeft + box.clientWidth > box.scrollWidth - 8;
    setEdges((before) => (before.start === start && before.end === end ? before : { start, end }));
  }

  function page(direction: 1 | -1) {
    const box = list.current;
    box?.scrollBy({ left: direction * box.clientWidth * 0.85, behavior: 'smooth' });
  }

  function attach(box: HTMLUListElement | null) {
    list.current = box;
    if (!box) return;
    tabIndexes(box);
    lookAtEdges();
    const resizing = new ResizeObserver(lookAtEdges);
    const changing = new MutationObserver(() => tabIndexes(box));
    resizing.observe(box);
    changing.observe(box, { childList: true });
    return () => {
      resizing.disconnect();
      changing.disconnect();
    };
  }

  return (
    <section className="card-row" aria-labelledby={headingId}>
      <div className="card-row-head">
        <h2 id={headingId}>{title}</h2>
        {edges.start && edges.end ? null : (
          <div className="card-row-pages">
            <IconButton
              label={text('row.back')}
              icon={<ChevronLeft aria-hidden />}
              isDisabled={edges.start}
              excludeFromTabOrder
              onPress={() => page(-1)}
            />
            <IconButton
              label={text('row.on')}
              icon={<ChevronRight aria-hidden />}
              isDisabled={edges.end}
              excludeFromTabOrder
              onPress={() => page(1)}
            />
          </div>
        )}
      </div>
      <ul
        ref={attach}
        className={`card-row-list card-row-${shape}`}
        onScroll={lookAtEdges}
        onKeyDown={(event) => {
          if (moveInRow(event.currentTarget, event.target as HTMLElement, event.key)) event.preventDefault();
        }}
        onFocus={(event) => tabIndexes(event.currentTarget, event.target)}
      >
        {children.map((child, at) => (
          <li key={(child as { key?: string }).key ?? at}>{child}</li>
        ))}
      </ul>
    </section>
  );
}
