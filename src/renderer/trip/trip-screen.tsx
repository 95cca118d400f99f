import { CircleAlert, CircleCheck, Hourglass } from 'lucide-react';
import type { TripGroup, TripReport } from '../../shared/trip.ts';
import { tripGroupOf, tripGroups } from '../../shared/trip.ts';
import { useScreen } from '../app/use-screen.ts';
import { useFormat } from '../i18n/use-format.ts';
import { useText } from '../i18n/use-text.ts';
import { DateTimeField } from '../ui/date-time-field.tsx';
import { Loading } from '../ui/loading.tsx';
import { ErrorNotice } from '../ui/notice.tsx';
import { NumberField } from '../ui/number-field.tsx';
import { Enough } from './enough.tsx';
import { RenewAll } from './renew-all.tsx';
import { TakeAlong } from './take-along.tsx';
import { TripItems } from './trip-items.tsx';
import { useTrip } from './use-trip.ts';
import './trip.css';

const hours: Intl.NumberFormatOptions = { style: 'unit', unit: 'hour', unitDisplay: 'short' };

/** "I am offline from … to …": what plays, what to renew before, whether it is enough, what to take along. */
export function TripScreen() {
  const text = useText();
  useScreen(text('trip.title'));
  const { trip, change, report } = useTrip();
  return (
    <div className="screen trip">
      <h1 className="screen-title">{text('trip.title')}</h1>
      <section className="trip-fields" aria-label={text('trip.dates')}>
        <DateTimeField
          label={text('trip.from')}
          atMs={trip.fromMs}
          onChange={(fromMs) => change({ fromMs })}
        />
        <DateTimeField label={text('trip.to')} atMs={trip.toMs} onChange={(toMs) => change({ toMs })} />
        <NumberField
          label={text('trip.hours')}
          value={trip.hoursPerDay}
          minValue={0.5}
          maxValue={24}
          step={0.5}
          formatOptions={hours}
          onChange={(hoursPerDay) => hoursPerDay >= 0.5 && change({ hoursPerDay })}
        />
      </section>
      <ErrorNotice error={report.error} />
      {report.data && !report.error ? <Report report={report.data} /> : report.error ? null : <Loading />}
    </div>
  );
}

function Report({ report }: { report: TripReport }) {
  const text = useText();
  const groups = Map.groupBy(report.items, tripGroupOf);
  return (
    <>
      <Summary report={report} groups={groups} />
      <Enough report={report} />
      {tripGroups.map((group) => {
        const items = groups.get(group);
        if (!items) return null;
        return (
          <section key={group} className="trip-group" aria-labelledby={`trip-${group}`}>
            <div className="trip-group-head">
              <h2 id={`trip-${group}`}>
                {text(`trip.group.${group}`)} <span className="downloads-count">{items.length}</span>
              </h2>
              {group === 'renew' ? <RenewAll items={items} /> : null}
            </div>
            <TripItems items={items} group={group} nowMs={report.nowMs} labelledBy={`trip-${group}`} />
          </section>
        );
      })}
      {report.items.length === 0 ? <p className="trip-none">{text('trip.none')}</p> : null}
      <TakeAlong report={report} />
    </>
  );
}

interface SummaryProps {
  report: TripReport;
  groups: ReadonlyMap<TripGroup, readonly unknown[]>;
}

/** The answer in one sentence, said aloud when it becomes another one. */
function Summary({ report, groups }: SummaryProps) {
  const text = useText();
  const format = useFormat();
  const { missingSeconds } = report.watch;
  const toRenew = groups.get('renew')?.length ?? 0;
  const isReady = toRenew === 0 && missingSeconds === 0;
  const Icon = isReady ? CircleCheck : toRenew > 0 ? CircleAlert : Hourglass;
  const sentences = [
    isReady ? text('trip.ready', { count: groups.get('ready')?.length ?? 0 }) : null,
    toRenew > 0 ? text('trip.toRenew', { count: toRenew }) : null,
    missingSeconds > 0 ? text('trip.missing', { time: format.duration(missingSeconds) }) : null,
  ];
  return (
    <p className={`trip-summary${isReady ? ' trip-summary-ready' : ''}`} role="status">
      <Icon aria-hidden /> <span>{sentences.filter(Boolean).join(' ')}</span>
    </p>
  );
}
