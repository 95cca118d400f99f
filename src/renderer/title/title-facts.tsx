import type { Title } from '../../shared/catalog.ts';
import { useFormat } from '../i18n/use-format.ts';
import { useText } from '../i18n/use-text.ts';
import './title-facts.css';

/** Year, rating, length, genres: one line. */
export function TitleFacts({ title }: { title: Title }) {
  const text = useText();
  const format = useFormat();
  const rating = title.maturityRating;
  const length =
    title.type === 'film'
      ? format.duration(title.durationSeconds)
      : text('title.episodeCount', { count: title.episodes.length });
  return (
    <ul className="title-facts">
      <li>{title.releaseYear}</li>
      <li>
        <span className="title-rating" title={text('title.rating')}>
          <span className="for-listeners">{text('title.rating')} </span>
          {rating === 'all' ? text('rating.all') : `${rating}+`}
        </span>
      </li>
      <li>{length}</li>
      {title.genres.length > 0 ? <li>{format.list(title.genres)}</li> : null}
    </ul>
  );
}
