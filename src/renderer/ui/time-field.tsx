import { Time } from '@internationalized/date';
import { DateInput, DateSegment, Label, TimeField as AriaTimeField } from 'react-aria-components';
import './field.css';

interface TimeFieldProps {
  label: string;
  /** Since midnight. */
  minuteOfDay: number;
  onChange: (minuteOfDay: number) => void;
}

/** A time of day, in the clock of the viewer's language: twelve hours or twenty-four. */
export function TimeField({ label, minuteOfDay, onChange }: TimeFieldProps) {
  return (
    <AriaTimeField
      className="field"
      value={new Time(Math.floor(minuteOfDay / 60), minuteOfDay % 60)}
      onChange={(time) => time && onChange(time.hour * 60 + time.minute)}
    >
      <Label className="field-label">{label}</Label>
      <DateInput className="field-input time-input">
        {(segment) => <DateSegment segment={segment} className="time-segment" />}
      </DateInput>
    </AriaTimeField>
  );
}
