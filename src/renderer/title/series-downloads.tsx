import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { ListPlus } from 'lucide-react';
import type { FollowedTitle } from '../../shared/downloads.ts';
import { useClient } from '../app/environment.ts';
import { keys, queries } from '../data/queries.ts';
import { useText } from '../i18n/use-text.ts';
import { Button } from '../ui/button.tsx';
import { OnOff } from '../ui/choice.tsx';
import { NumberField } from '../ui/number-field.tsx';
import { ErrorNotice } from '../ui/notice.tsx';

const FIRST_KEEP_NEXT = 2;
const MOST_KEPT = 10;

interface SeriesDownloadsProps {
  titleId: string;
  name: string;
  onDownloadNext: () => void;
}

/** For a whole series: take the next episodes once, or keep some of them ready from now on. */
export function SeriesDownloads({ titleId, name, onDownloadNext }: SeriesDownloadsProps) {
  const text = useText();
  const client = useClient();
  const queryClient = useQueryClient();
  const { data: followed = [] } = useQuery(queries.followed(client));
  const follow = useMutation({
    mutationFn: (keepNext: number) => client.downloads.follow({ titleId, keepNext }),
    onSuccess: (all) => {
      queryClient.setQueryData<FollowedTitle[]>(keys.followed, all);
      void queryClient.invalidateQueries({ queryKey: keys.downloads });
    },
  });
  const keepNext = followed.find((each) => each.titleId === titleId)?.keepNext ?? 0;
  return (
    <section className="series-downloads" aria-label={text('series.downloads', { name })}>
      <Button look="quiet" icon={<ListPlus aria-hidden />} onPress={onDownloadNext}>
        {text('series.next')}
      </Button>
      <OnOff
        label={text('series.follow')}
        isOn={keepNext > 0}
        onChange={(isOn) => follow.mutate(isOn ? FIRST_KEEP_NEXT : 0)}
      />
      {keepNext > 0 ? (
        <NumberField
          label={text('series.keepNext')}
          value={keepNext}
          minValue={1}
          maxValue={MOST_KEPT}
          onChange={(value) => value >= 1 && follow.mutate(value)}
        />
      ) : null}
      <ErrorNotice error={follow.error} />
    </section>
  );
}
