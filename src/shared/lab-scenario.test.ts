import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Scenario, durationText, parseDuration } from './lab-scenario.ts';
import { DAY_MS, HOUR_MS } from './units.ts';

it('writes a duration so that the same one is read', () => {
  fc.assert(
    fc.property(fc.integer({ min: -1e14, max: 1e14 }), (ms) => {
      expect(parseDuration(durationText(ms))).toBe(ms);
    }),
  );
});

it.each([
  ['30d', 30 * DAY_MS],
  ['1d 8h', DAY_MS + 8 * HOUR_MS],
  ['-2h 1ms', -2 * HOUR_MS - 1],
  ['0s', 0],
  ['', null],
  ['2', null],
  ['1d8h', null],
  ['1d ', null],
  ['1 d', null],
  ['99999999999999999999d', null],
])('%j is %s ms', (text, ms) => {
  expect(parseDuration(text)).toBe(ms);
});

it.each([
  [{ do: 'watch', for: '-5s' }, 'steps.0.for'],
  [{ do: 'watch', for: '5s', video: 'other' }, 'steps.0.video'],
  [{ do: 'frobnicate' }, 'steps.0.do'],
  [{ do: 'stop', frobnicate: true }, 'steps.0'],
  [{ do: 'acquire', fails: 'license/none-such' }, 'steps.0.fails'],
  [{ do: 'expect', at: 'tomorrow', verdict: { allowed: true } }, 'steps.0.at'],
])('%j is no step, and it is said where', (step, place) => {
  const parsed = Scenario.safeParse({ version: 1, title: 'Wrong', steps: [step] });
  expect(parsed.error?.issues[0]?.path.join('.')).toBe(place);
});
