import { KeyRound, X } from 'lucide-react';
import { renewAgain } from '../../shared/trip.ts';
import type { TripItem } from '../../shared/trip.ts';
import { useIsOffline } from '../data/queries.ts';
import { useErrorSentence, useText } from '../i18n/use-text.ts';
import { Button } from '../ui/button.tsx';
import { ErrorNotice, Notice } from '../ui/notice.tsx';
import { Progress } from '../ui/progress.tsx';
import { useTripRenewal } from './use-trip.ts';

/** Renews what a renewal helps now, with progress and a way to stop; offline it says what to do. */
export function RenewAll({ items }: { items: readonly TripItem[] }) {
  const text = useText();
  const why = useErrorSentence();
  const isOffline = useIsOffline();
  const { renew, cancel, isRunning, progress, error } = useTripRenewal();
  const ids = items.filter(({ renewNow }) => renewNow).map(({ downloadId }) => downloadId);
  const failed = progress?.failed ?? [];
  const { later, leaving } = renewAgain(items);
  if (isRunning) {
    const { done, total } = progress ?? { done: 0, total: ids.length };
    const words = text('trip.renewing', { done, total });
    return (
      <div className="trip-renewing">
        <span role="status">{words}</span>
        <Progress label={words} part={total === 0 ? 0 : done / total} />
        <Button look="quiet" icon={<X aria-hidden />} onPress={cancel}>
          {text('cancel')}
        </Button>
      </div>
    );
  }
  return (
    <div className="trip-renewing">
      <ErrorNotice error={error} />
      {failed.length > 0 ? (
        <Notice tone="error">
          {text('trip.notRenewed', { count: failed.length, why: why(failed[0]?.error) })}
        </Notice>
      ) : null}
      {progress && progress.renewed.length > 0 ? (
        <span className="trip-soft" role="status">
          {[
            text('trip.renewed', { count: progress.renewed.length }),
            ...(later.length > 0 ? [text('trip.againLater', { count: later.length })] : []),
            ...(leaving.length > 0 ? [text('trip.againLeaving', { count: leaving.length })] : []),
          ].join(' ')}
        </span>
      ) : null}
      {isOffline ? <span className="trip-soft">{text('trip.offline')}</span> : null}
      {ids.length > 0 ? (
        <Button
          look="primary"
          icon={<KeyRound aria-hidden />}
          isDisabled={isOffline}
          onPress={() => void renew(ids)}
        >
          {text('trip.renewAll', { count: ids.length })}
        </Button>
      ) : null}
    </div>
  );
}
