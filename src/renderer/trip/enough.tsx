import type { TripReport } from '../../shared/trip.ts';
import { useFormat } from '../i18n/use-format.ts';
import { useText } from '../i18n/use-text.ts';
import { Progress } from '../ui/progress.tsx';

/** Whether there is enough to watch, and room for what is missing. */
export function Enough({ report: { watch, space } }: { report: TripReport }) {
  const text = useText();
  const format = useFormat();
  const { storedSeconds, comingSeconds, wantedSeconds, missingSeconds } = watch;
  const available = format.size(space.availableBytes);
  const isRoom = space.neededBytes <= space.availableBytes;
  const room = { needed: format.size(space.neededBytes), available };
  return (
    <section className="trip-enough" aria-label={text('trip.watch')}>
      <p>
        <strong>{text('trip.watch')}</strong>{' '}
        {text('trip.watchWords', {
          stored: format.duration(storedSeconds),
          wanted: format.duration(wantedSeconds),
        })}
        {comingSeconds > 0 ? ` · ${text('trip.coming', { time: format.duration(comingSeconds) })}` : null}
      </p>
      <Progress
        label={text('trip.watch')}
        part={wantedSeconds === 0 ? 1 : storedSeconds / wantedSeconds}
        tone={missingSeconds > 0 ? 'accent' : 'calm'}
      />
      <p className="trip-soft">
        {missingSeconds === 0
          ? text('trip.room', { available })
          : text(isRoom ? 'trip.roomFits' : 'trip.roomLacks', room)}
      </p>
    </section>
  );
}
