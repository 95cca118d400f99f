import type { EpisodesOptions } from '../../shared/downloads.ts';
import { useFormat } from '../i18n/use-format.ts';
import { useText } from '../i18n/use-text.ts';
import { AnyOf } from '../ui/choice.tsx';

type Offered = EpisodesOptions['episodes'][number];

interface EpisodeChoiceProps {
  episodes: Offered[];
  chosen: string[];
  onChange: (videoIds: string[]) => void;
}

/** Episodes to tick. What is downloaded is told and cannot be; what was watched is not ticked by itself. */
export function EpisodeChoice({ episodes, chosen, onChange }: EpisodeChoiceProps) {
  const text = useText();
  const format = useFormat();
  const labelOf = ({ episode, isWatched }: Offered) => {
    const number = text('episode.number', { season: episode.seasonNumber, episode: episode.episodeNumber });
    return `${number} ${episode.name}${isWatched ? ` · ${text('title.watched')}` : ''}`;
  };
  const noteOf = ({ state, size }: Offered) => {
    if (state !== null) return text(`state.${state}`);
    return size.exact ? format.size(size.bytes) : text('size.about', { size: format.size(size.bytes) });
  };
  if (episodes.length === 0) return <p className="choose-hint">{text('episodes.none')}</p>;
  return (
    <div className="choose-episodes">
      <AnyOf
        label={text('episodes.which')}
        choices={episodes.map((each) => ({
          value: each.videoId,
          label: labelOf(each),
          note: noteOf(each),
          isDisabled: each.state !== null,
        }))}
        value={chosen}
        onChange={onChange}
      />
    </div>
  );
}
