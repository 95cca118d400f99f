import type { DownloadRules } from '../shared/settings.ts';
import { MINUTE_MS } from '../shared/units.ts';
import type { Ms } from '../shared/units.ts';

export type Schedule = DownloadRules['schedule'];

/** Minutes since midnight on the viewer's clock at a moment; across summer time some come twice, some never. */
export type MinuteOfDay = (atMs: Ms) => number;

export const localMinuteOfDay: MinuteOfDay = (atMs) => {
  const at = new Date(atMs);
  return at.getHours() * 60 + at.getMinutes();
};

/** An hour that summer time leaves out is not there that day: the next one comes a day later. */
const LOOK_AHEAD_MINUTES = 3 * 24 * 60;

/**
 * Whether downloads may run at a moment. From a minute to the same minute is no restriction, whatever the
 * mode: else `except` would end all downloads for ever.
 */
export function isOpen(schedule: Schedule, minute: number): boolean {
  if (schedule.mode === 'always') return true;
  const { fromMinute, toMinute } = schedule;
  if (fromMinute === toMinute) return true;
  const isWithin =
    fromMinute < toMinute
      ? minute >= fromMinute && minute < toMinute
      : minute >= fromMinute || minute < toMinute;
  return isWithin === (schedule.mode === 'only');
}

/** Until when the schedule holds downloads back, by the wall clock; null: it does not. */
export function closedUntil(schedule: Schedule, nowMs: Ms, minuteOfDay: MinuteOfDay): Ms | null {
  if (isOpen(schedule, minuteOfDay(nowMs))) return null;
  const thisMinuteMs = Math.floor(nowMs / MINUTE_MS) * MINUTE_MS;
  // Minute by minute: so that no offset has to be guessed on the day when it changes.
  for (let ahead = 1; ahead <= LOOK_AHEAD_MINUTES; ahead += 1) {
    const atMs = thisMinuteMs + ahead * MINUTE_MS;
    if (isOpen(schedule, minuteOfDay(atMs))) return atMs;
  }
  return nowMs + LOOK_AHEAD_MINUTES * MINUTE_MS;
}
