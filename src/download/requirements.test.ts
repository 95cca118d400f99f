import { describe, expect, it } from 'vitest';
import { Settings } from '../shared/settings.ts';
import type { DownloadRules } from '../shared/settings.ts';
import { unmetRequirement } from './requirements.ts';
import type { Demands, Signals } from './requirements.ts';

const rules = Settings.parse({}).downloads;
const well: Signals = {
  isStoragePresent: true,
  isOnline: true,
  isMetered: null,
  isOnBattery: false,
  nowMs: 0,
  minuteOfDay: () => 720,
};
const closed: Partial<DownloadRules> = { schedule: { mode: 'except', fromMinute: 700, toMinute: 740 } };
const reason = (
  changed: Partial<DownloadRules>,
  signals: Partial<Signals> = {},
  demands: Partial<Demands> = {},
) =>
  unmetRequirement(
    { ...rules, ...changed },
    { ...well, ...signals },
    { needsNetwork: true, startsAnyway: false, ...demands },
  )?.for ?? null;

describe('what a download waits for', () => {
  it.each<[string | null, Parameters<typeof reason>]>([
    [null, [{}]],
    ['storage-place', [{}, { isStoragePresent: false, isOnline: false }]],
    ['network', [{}, { isOnline: false }]],
    [null, [{}, { isOnline: false }, { needsNetwork: false }]],
    ['unmetered-network', [{}, { isMetered: true }]],
    [null, [{ allowMetered: true }, { isMetered: true }]],
    [null, [{ thisNetwork: 'unmetered' }, { isMetered: true }]],
    ['unmetered-network', [{ thisNetwork: 'metered' }, { isMetered: false }]],
    ['unmetered-network', [{ thisNetwork: 'metered' }]],
    [null, [{}, { isMetered: true }, { needsNetwork: false }]],
    ['charger', [{ onlyOnCharger: true }, { isOnBattery: true }]],
    [null, [{}, { isOnBattery: true }]],
    ['unmetered-network', [{ onlyOnCharger: true }, { isOnBattery: true, isMetered: true }]],
    ['schedule', [closed]],
    [
      null,
      [{ onlyOnCharger: true, ...closed }, { isOnBattery: true, isMetered: true }, { startsAnyway: true }],
    ],
    ['network', [{}, { isOnline: false }, { startsAnyway: true }]],
    ['storage-place', [{}, { isStoragePresent: false }, { startsAnyway: true }]],
  ])('is %s', (expected, question) => {
    expect(reason(...question)).toBe(expected);
  });

  it('tells until when a schedule lasts', () => {
    const minuteOfDay = (atMs: number) => Math.floor(atMs / 60_000) % 1440;
    expect(
      unmetRequirement(
        { ...rules, ...closed },
        { ...well, minuteOfDay, nowMs: 720 * 60_000 + 5 },
        { needsNetwork: true, startsAnyway: false },
      ),
    ).toEqual({ for: 'schedule', untilMs: 740 * 60_000 });
  });
});
