import { expect, test } from 'vitest';
import { HOUR_MS, MINUTE_MS } from '../../shared/units.ts';
import { clockInWords } from './license-clock.ts';

const nowMs = Date.UTC(2026, 10, 26, 12);
const clock = {
  nowMs,
  machineMs: nowMs,
  driftMs: 0,
  lastHeardAtMs: nowMs - HOUR_MS,
  state: 'agrees',
} as const;

test('each state has its sentence, and what to do where there is something', () => {
  expect(clockInWords(clock)).toMatch(/the same within a minute[^]*last heard[^]*They agree/);
  const driftMs = -90 * MINUTE_MS;
  const behind = { ...clock, machineMs: nowMs + driftMs, driftMs, state: 'behind' } as const;
  expect(clockInWords(behind)).toMatch(/01:30:00 behind[^]*locked. Set the clock, or go online/);
  expect(clockInWords({ ...behind, driftMs: HOUR_MS, state: 'corrected' })).toMatch(
    /01:00:00 ahead[^]*Set it/,
  );
  expect(clockInWords({ ...clock, lastHeardAtMs: null, state: 'unheard' })).toMatch(
    /never heard[^]*Nobody but/,
  );
});
