import { Link } from '@tanstack/react-router';
import { CalendarClock, CircleCheck, Download, KeyRound, Lock } from 'lucide-react';
import { useIntl } from 'react-intl';
import type { TripGroup, TripItem } from '../../shared/trip.ts';
import type { Ms } from '../../shared/units.ts';
import { tripWords } from '../../shared/words/trip-words.ts';
import { useIsOffline } from '../data/queries.ts';
import { useNameOfDownload } from '../downloads/name.ts';
import { useFormat } from '../i18n/use-format.ts';
import { useText } from '../i18n/use-text.ts';
import { Artwork } from '../ui/artwork.tsx';

const signs: Record<TripGroup, typeof Lock> = {
  renew: KeyRound,
  lost: Lock,
  incomplete: Download,
  ready: CircleCheck,
};

interface TripItemsProps {
  items: readonly TripItem[];
  group: TripGroup;
  nowMs: Ms;
  labelledBy: string;
}

/** Downloads with what the trip makes of each, in words and with a sign. */
export function TripItems({ items, group, nowMs, labelledBy }: TripItemsProps) {
  const text = useText();
  const format = useFormat();
  const { locale } = useIntl();
  const isOnline = !useIsOffline();
  const nameOf = useNameOfDownload();
  return (
    <ul className="trip-items" aria-labelledby={labelledBy}>
      {items.map((item) => {
        const { words, help } = tripWords(item, { text, locale, nowMs, isOnline });
        const Sign = group === 'lost' && item.plays === 'part' ? CalendarClock : signs[group];
        return (
          <li key={item.downloadId} className={`trip-item trip-item-${group}`} aria-label={nameOf(item)}>
            <div className="trip-picture">
              <Artwork
                titleId={item.titleId}
                artworkVersion={item.artworkVersion}
                shape="backdrop"
                name={item.titleName}
              />
            </div>
            <div className="trip-words">
              <h3>
                <Link to="/title/$titleId" params={{ titleId: item.titleId }}>
                  {nameOf(item)}
                </Link>
              </h3>
              <p className="trip-sign">
                <Sign aria-hidden /> <span>{words}</span>
              </p>
              {help ? <p className="trip-soft">{help}</p> : null}
            </div>
            <span className="trip-length">
              {item.isWatched ? text('title.watched') : format.duration(item.watchSeconds)}
            </span>
          </li>
        );
      })}
    </ul>
  );
}
