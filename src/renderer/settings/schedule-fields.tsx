import type { DownloadRules } from '../../shared/settings.ts';
import { useText } from '../i18n/use-text.ts';
import { OneOf } from '../ui/choice.tsx';
import { TimeField } from '../ui/time-field.tsx';

type Schedule = DownloadRules['schedule'];
const modes = ['always', 'only', 'except'] as const satisfies Schedule['mode'][];
/** Proposed when hours are first asked for: when networks and people sleep. */
const NIGHT = { fromMinute: 2 * 60, toMinute: 6 * 60 };

interface ScheduleFieldsProps {
  schedule: Schedule;
  onChange: (schedule: Schedule) => void;
}

/** The hours for downloading, by the viewer's own clock. */
export function ScheduleFields({ schedule, onChange }: ScheduleFieldsProps) {
  const text = useText();
  const hours = schedule.mode === 'always' ? NIGHT : schedule;
  const withMode = (mode: Schedule['mode'], { fromMinute, toMinute } = hours): Schedule =>
    mode === 'always' ? { mode } : { mode, fromMinute, toMinute };
  return (
    <>
      <OneOf
        layout="pills"
        label={text('rules.schedule')}
        choices={modes.map((value) => ({ value, label: text(`rules.schedule.${value}`) }))}
        value={schedule.mode}
        onChange={(value) => onChange(withMode(modes.find((mode) => mode === value) ?? 'always'))}
      />
      {schedule.mode === 'always' ? null : (
        <div className="settings-pair">
          <TimeField
            label={text('rules.from')}
            minuteOfDay={schedule.fromMinute}
            onChange={(fromMinute) => onChange({ ...schedule, fromMinute })}
          />
          <TimeField
            label={text('rules.to')}
            minuteOfDay={schedule.toMinute}
            onChange={(toMinute) => onChange({ ...schedule, toMinute })}
          />
        </div>
      )}
    </>
  );
}
