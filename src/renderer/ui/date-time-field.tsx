import { fromDate, getLocalTimeZone } from '@internationalized/date';
import type { ZonedDateTime } from '@internationalized/date';
import { ChevronLeft, ChevronRight, CalendarDays } from 'lucide-react';
import {
  Button,
  Calendar,
  CalendarCell,
  CalendarGrid,
  DateInput,
  DatePicker,
  DateSegment,
  Dialog,
  Group,
  Heading,
  Label,
  Popover,
} from 'react-aria-components';
import type { Ms } from '../../shared/units.ts';
import './field.css';
import './date-time-field.css';

interface DateTimeFieldProps {
  label: string;
  atMs: Ms;
  onChange: (atMs: Ms) => void;
}

/** A day and a time of it, by the viewer's calendar and clock: to type, to step through, or to pick. */
export function DateTimeField({ label, atMs, onChange }: DateTimeFieldProps) {
  return (
    <DatePicker<ZonedDateTime>
      className="field"
      granularity="minute"
      hideTimeZone
      value={fromDate(new Date(atMs), getLocalTimeZone())}
      onChange={(value) => value && onChange(value.toDate().getTime())}
    >
      <Label className="field-label">{label}</Label>
      <Group className="field-input date-group">
        <DateInput className="time-input">
          {(segment) => <DateSegment segment={segment} className="time-segment" />}
        </DateInput>
        <Button className="number-step">
          <CalendarDays aria-hidden />
        </Button>
      </Group>
      <Popover className="menu-popover date-popover">
        <Dialog className="date-dialog">
          <Calendar>
            <header className="date-head">
              <Button slot="previous" className="number-step">
                <ChevronLeft aria-hidden />
              </Button>
              <Heading className="date-month" />
              <Button slot="next" className="number-step">
                <ChevronRight aria-hidden />
              </Button>
            </header>
            <CalendarGrid className="date-grid">
              {(date) => <CalendarCell date={date} className="date-cell" />}
            </CalendarGrid>
          </Calendar>
        </Dialog>
      </Popover>
    </DatePicker>
  );
}
