import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Download } from 'lucide-react';
import { useId, useState } from 'react';
import type { TripReport } from '../../shared/trip.ts';
import { useClient } from '../app/environment.ts';
import { keys, useIsOffline, useSettings } from '../data/queries.ts';
import { useNameOfDownload } from '../downloads/name.ts';
import { useFormat } from '../i18n/use-format.ts';
import { useErrorSentence, useText } from '../i18n/use-text.ts';
import { Button } from '../ui/button.tsx';
import { AnyOf } from '../ui/choice.tsx';
import { ErrorNotice, Notice } from '../ui/notice.tsx';

/** What would fill the trip: proposed as far as time and space go, changed by the viewer, downloaded at once. */
export function TakeAlong({ report }: { report: TripReport }) {
  const text = useText();
  const format = useFormat();
  const why = useErrorSentence();
  const nameOf = useNameOfDownload();
  const isOffline = useIsOffline();
  const client = useClient();
  const queryClient = useQueryClient();
  const { downloadPreferences: preferences } = useSettings();
  const id = useId();
  /** null: as it is proposed. */
  const [picked, setPicked] = useState<string[] | null>(null);
  const { suggestions, space } = report;
  const own = suggestions.filter(({ why: because }) => because !== 'for-you');
  const forYou = suggestions.filter(({ why: because }) => because === 'for-you');
  const proposed = suggestions.filter(({ isChosen }) => isChosen).map(({ videoId }) => videoId);
  const wanted = suggestions.filter(({ videoId }) => (picked ?? proposed).includes(videoId));
  const bytes = wanted.reduce((sum, { size }) => sum + size.bytes, 0);
  const seconds = wanted.reduce((sum, { durationSeconds }) => sum + durationSeconds, 0);
  const add = useMutation({
    mutationFn: () =>
      client.downloads.addMany({ videoIds: wanted.map(({ videoId }) => videoId), preferences }),
    onSettled: () => {
      setPicked(null);
      return Promise.all(
        [keys.trip, keys.downloads, keys.storage].map((queryKey) =>
          queryClient.invalidateQueries({ queryKey }),
        ),
      );
    },
  });
  const tooMuch = bytes > space.availableBytes;
  return (
    <section className="trip-group" aria-labelledby={id}>
      <div className="trip-group-head">
        <h2 id={id}>{text('trip.more')}</h2>
      </div>
      {(add.data?.refused ?? []).map(({ videoId, error }) => (
        <Notice key={videoId} tone="error">
          {why(error)}
        </Notice>
      ))}
      <ErrorNotice error={add.error} />
      {suggestions.length === 0 ? (
        <p className="trip-soft">{text('trip.moreNone')}</p>
      ) : (
        <div className="trip-more">
          {[own, forYou].map((those) =>
            those.length === 0 ? null : (
              <AnyOf
                key={those === own ? 'own' : 'for-you'}
                label={text(those === own ? 'trip.moreWhat' : 'row.top-picks')}
                value={wanted.filter((each) => those.includes(each)).map(({ videoId }) => videoId)}
                onChange={(chosen) =>
                  setPicked([
                    ...wanted.filter((each) => !those.includes(each)).map(({ videoId }) => videoId),
                    ...chosen,
                  ])
                }
                choices={those.map((each) => ({
                  value: each.videoId,
                  label: nameOf(each),
                  note: `${format.duration(each.durationSeconds)} · ${text('size.about', { size: format.size(each.size.bytes) })}`,
                }))}
              />
            ),
          )}
          <div className="trip-more-end">
            {wanted.length > 0 ? (
              <span className="trip-soft">
                {text(tooMuch ? 'trip.moreTooMuch' : 'trip.moreSum', {
                  time: format.duration(seconds),
                  size: format.size(bytes),
                  available: format.size(space.availableBytes),
                })}
              </span>
            ) : null}
            {isOffline ? <span className="trip-soft">{text('trip.offline')}</span> : null}
            <Button
              look="primary"
              icon={<Download aria-hidden />}
              isDisabled={wanted.length === 0 || isOffline || tooMuch}
              isPending={add.isPending}
              onPress={() => add.mutate()}
            >
              {text('trip.moreDownload', { count: wanted.length })}
            </Button>
          </div>
        </div>
      )}
    </section>
  );
}
