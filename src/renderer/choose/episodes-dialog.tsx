import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Download } from 'lucide-react';
import type { EpisodesOptions } from '../../shared/downloads.ts';
import type { SelectionPreferences } from '../../shared/selection.ts';
import { useClient } from '../app/environment.ts';
import { keys, useSettings, useStorage } from '../data/queries.ts';
import { useText } from '../i18n/use-text.ts';
import { Dialog, DialogButtons } from '../ui/dialog.tsx';
import { Loading } from '../ui/loading.tsx';
import { ErrorNotice } from '../ui/notice.tsx';
import { NumberField } from '../ui/number-field.tsx';
import { EpisodeChoice } from './episode-choice.tsx';
import { Refused } from './refused.tsx';
import { fitForPart } from './removals.ts';
import { Room } from './room.tsx';
import { RuleChoice } from './rule-choice.tsx';
import './choose.css';

const MOST = 50;

interface EpisodesDialogProps {
  titleId: string;
  name: string;
  /** A season; null: the next ones, as many as the viewer says. */
  seasonNumber: number | null;
  onClose: () => void;
}

/** Several episodes at once: what each weighs, what all of them weigh, and whether they fit. */
export function EpisodesDialog({ titleId, name, seasonNumber, onClose }: EpisodesDialogProps) {
  const text = useText();
  const client = useClient();
  const { downloadPreferences } = useSettings();
  const [video, setVideo] = useState<SelectionPreferences['video']>(downloadPreferences.video);
  const [count, setCount] = useState(3);
  const preferences = { ...downloadPreferences, video };
  const scope =
    seasonNumber === null
      ? ({ scope: 'next', count } as const)
      : ({ scope: 'season', seasonNumber } as const);
  const { data, error } = useQuery({
    queryKey: [...keys.options, titleId, scope, preferences],
    queryFn: () => client.downloads.episodes({ titleId, scope, preferences }),
    placeholderData: keepPreviousData,
    gcTime: 0,
  });
  return (
    <Dialog
      title={
        seasonNumber === null ? text('episodes.next') : text('episodes.season', { season: seasonNumber })
      }
      isOpen
      onClose={onClose}
    >
      <p className="choose-name">{name}</p>
      <div className="choose-body">
        {seasonNumber === null ? (
          <NumberField
            label={text('episodes.howMany')}
            value={count}
            minValue={1}
            maxValue={MOST}
            onChange={(value) => value >= 1 && setCount(value)}
          />
        ) : null}
        <RuleChoice label={text('dialog.quality')} rule={video} onChange={setVideo} />
      </div>
      <ErrorNotice error={error} />
      {data ? (
        <Choosing options={data} preferences={preferences} onClose={onClose} />
      ) : error ? null : (
        <Loading />
      )}
    </Dialog>
  );
}

interface ChoosingProps {
  options: EpisodesOptions;
  preferences: SelectionPreferences;
  onClose: () => void;
}

function Choosing({ options, preferences, onClose }: ChoosingProps) {
  const text = useText();
  const client = useClient();
  const queryClient = useQueryClient();
  const storage = useStorage();
  /** What the viewer ticked otherwise than proposed. */
  const [ticked, setTicked] = useState<ReadonlyMap<string, boolean>>(new Map());
  const offered = options.episodes.filter((each) => each.state === null);
  const chosen = offered.filter((each) => ticked.get(each.videoId) ?? !each.isWatched);
  const size = {
    bytes: chosen.reduce((sum, each) => sum + each.size.bytes, 0),
    exact: chosen.every((each) => each.size.exact),
  };
  const fit = fitForPart(options.fit, size.bytes);
  const add = useMutation({
    mutationFn: () => client.downloads.addMany({ videoIds: chosen.map((each) => each.videoId), preferences }),
    onSuccess: ({ refused }) => {
      void queryClient.invalidateQueries({ queryKey: keys.downloads });
      void queryClient.invalidateQueries({ queryKey: keys.options });
      if (refused.length === 0) onClose();
    },
  });
  return (
    <>
      <EpisodeChoice
        episodes={options.episodes}
        chosen={chosen.map((each) => each.videoId)}
        onChange={(videoIds) =>
          setTicked(new Map(offered.map(({ videoId }) => [videoId, videoIds.includes(videoId)])))
        }
      />
      <Room size={size} fit={fit} freeBytes={storage?.freeBytes} />
      {add.data ? <Refused refused={add.data.refused} episodes={options.episodes} /> : null}
      <ErrorNotice error={add.error} />
      <DialogButtons
        cancelWords={text('cancel')}
        onCancel={onClose}
        words={text('episodes.start', { count: chosen.length })}
        icon={<Download aria-hidden />}
        isDisabled={chosen.length === 0 || fit.shortfallBytes > 0}
        isPending={add.isPending}
        onConfirm={() => add.mutate()}
      />
    </>
  );
}
