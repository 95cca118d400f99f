import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../shared/units.ts';
import { closedUntil, isOpen } from './schedule.ts';
import type { MinuteOfDay, Schedule } from './schedule.ts';

/** Summer time by an hour, by half an hour, over the date line, and none. */
const zones = ['Europe/Madrid', 'America/New_York', 'Australia/Lord_Howe', 'Pacific/Apia', 'Asia/Kolkata'];
const clockOf = new Map(
  zones.map((timeZone): [string, MinuteOfDay] => {
    const format = new Intl.DateTimeFormat('en', {
      timeZone,
      hourCycle: 'h23',
      hour: 'numeric',
      minute: 'numeric',
    });
    return [
      timeZone,
      (atMs) => {
        const parts = format.formatToParts(atMs);
        const part = (type: string) => Number(parts.find((one) => one.type === type)?.value);
        return part('hour') * 60 + part('minute');
      },
    ];
  }),
);
const at = (hour: number, minute = 0) => hour * 60 + minute;
const overnight: Schedule = { mode: 'only', fromMinute: at(23), toMinute: at(6, 30) };
const madrid = clockOf.get('Europe/Madrid')!;

describe('a schedule', () => {
  it.each([
    [at(22, 59), false],
    [at(23), true],
    [at(0), true],
    [at(6, 29), true],
    [at(6, 30), false],
    [at(12), false],
  ])('over midnight: minute %i is open: %s', (minute, open) => {
    expect(isOpen(overnight, minute)).toBe(open);
    expect(isOpen({ ...overnight, mode: 'except' }, minute)).toBe(!open);
  });

  it('from a minute to the same one restricts nothing', () => {
    for (const mode of ['only', 'except'] as const)
      expect(isOpen({ mode, fromMinute: 0, toMinute: 0 }, 700)).toBe(true);
  });

  it('tells when it opens', () => {
    const noon = Date.UTC(2026, 0, 5, 11); // Madrid is an hour ahead in winter.
    expect(closedUntil(overnight, noon, madrid)).toBe(noon + 11 * HOUR_MS);
    expect(closedUntil(overnight, noon + 11 * HOUR_MS, madrid)).toBeNull();
  });

  it('waits a day for an hour that the night leaves out, and has one twice in autumn', () => {
    const two: Schedule = { mode: 'only', fromMinute: at(2), toMinute: at(3) };
    // On 2026-03-29 Madrid goes from 02:00 to 03:00 at 01:00 UTC.
    const before = Date.UTC(2026, 2, 28, 23);
    expect(closedUntil(two, before, madrid)).toBe(Date.UTC(2026, 2, 30, 0));
    // On 2026-10-25 it goes from 03:00 back to 02:00 at 01:00 UTC.
    const autumn = Date.UTC(2026, 9, 25, 0);
    for (const minutes of [0, 59, 60, 119])
      expect(closedUntil(two, autumn + minutes * MINUTE_MS, madrid)).toBeNull();
    expect(closedUntil(two, autumn + 120 * MINUTE_MS, madrid)).not.toBeNull();
  });

  it('opens when it says, not before, in every zone and on every day', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.integer({ min: Date.UTC(2026, 0, 1), max: Date.UTC(2027, 11, 31) }),
        fc.constantFrom('only' as const, 'except' as const),
        fc.integer({ min: 0, max: 1439 }),
        fc.integer({ min: 0, max: 1439 }),
        fc.integer({ min: 0, max: 999 }),
        (zone, nowMs, mode, fromMinute, toMinute, permille) => {
          const minuteOfDay = clockOf.get(zone)!;
          const schedule: Schedule = { mode, fromMinute, toMinute };
          const untilMs = closedUntil(schedule, nowMs, minuteOfDay);
          if (untilMs === null) {
            expect(isOpen(schedule, minuteOfDay(nowMs))).toBe(true);
            return;
          }
          expect(untilMs).toBeGreaterThan(nowMs);
          // An hour that is left out, and no more, can make it wait for the next day.
          expect(untilMs - nowMs).toBeLessThanOrEqual(2 * DAY_MS + HOUR_MS);
          expect(isOpen(schedule, minuteOfDay(untilMs))).toBe(true);
          const between = nowMs + Math.floor(((untilMs - 1 - nowMs) * permille) / 999);
          expect(isOpen(schedule, minuteOfDay(between))).toBe(false);
        },
      ),
      { numRuns: 150 },
    );
  });
});
