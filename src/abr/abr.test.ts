import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addSample, decideRung, noEstimate } from './index.ts';
import type { RungState } from './index.ts';

const rungs = [500_000, 1_000_000, 3_000_000, 5_000_000];
const at = (more: Partial<RungState>): number =>
  decideRung({
    rungs,
    current: 1,
    estimateBitsPerSecond: 10_000_000,
    bufferSeconds: 40,
    nowMs: 100_000,
    lastSwitchAtMs: null,
    ...more,
  });

describe('throughput', () => {
  it('is 0.8 old and 0.2 new, the first sample as it is', () => {
    const first = addSample(noEstimate, { sizeBytes: 1_000_000, transferMs: 1_000 });
    expect(first).toEqual({ bitsPerSecond: 8_000_000, samples: 1 });
    const second = addSample(first, { sizeBytes: 1_000_000, transferMs: 4_000 });
    expect(second.bitsPerSecond).toBeCloseTo(0.8 * 8_000_000 + 0.2 * 2_000_000);
    expect(second.samples).toBe(2);
  });

  it('is not moved by what is no measurement', () => {
    const before = addSample(noEstimate, { sizeBytes: 1_000, transferMs: 10 });
    for (const sizeBytes of [0, -1, NaN, Infinity])
      expect(addSample(before, { sizeBytes, transferMs: 10 })).toBe(before);
    expect(addSample(before, { sizeBytes: 1_000, transferMs: NaN })).toBe(before);
    expect(addSample(noEstimate, { sizeBytes: 125, transferMs: 0 }).bitsPerSecond).toBe(1_000_000);
  });

  it('stays between the least and the most that was measured', () => {
    const samples = fc.array(fc.record({ sizeBytes: fc.integer({ min: 1, max: 1e8 }), transferMs: fc.integer({ min: 1, max: 1e5 }) }), { minLength: 1 }); // prettier-ignore
    fc.assert(
      fc.property(samples, (some) => {
        const rates = some.map((one) => (one.sizeBytes * 8000) / one.transferMs);
        const estimate = some.reduce(addSample, noEstimate);
        expect(estimate.samples).toBe(some.length);
        expect(estimate.bitsPerSecond).toBeGreaterThanOrEqual(Math.min(...rates) * (1 - 1e-9));
        expect(estimate.bitsPerSecond).toBeLessThanOrEqual(Math.max(...rates) * (1 + 1e-9));
      }),
    );
  });
});

describe('decideRung', () => {
  it('starts low, and stays while nothing is known', () => {
    expect(at({ current: null, estimateBitsPerSecond: null })).toBe(0);
    expect(at({ current: 2, estimateBitsPerSecond: null })).toBe(2);
  });

  it('starts at half of what an earlier play left behind', () => {
    expect(at({ current: null, estimateBitsPerSecond: 6_000_000 })).toBe(2);
    expect(at({ current: null, estimateBitsPerSecond: 5_999_999 })).toBe(1);
    expect(at({ current: null, estimateBitsPerSecond: 1 })).toBe(0);
  });

  it('goes up to 80 % of the estimate with more than 30 s, by one rung from 10 s, never under 10 s', () => {
    expect(at({ bufferSeconds: 30.1 })).toBe(3);
    expect(at({ bufferSeconds: 30 })).toBe(2);
    expect(at({ bufferSeconds: 10 })).toBe(2);
    expect(at({ bufferSeconds: 9.9 })).toBe(1);
    expect(at({ estimateBitsPerSecond: 3_750_000 })).toBe(2);
    expect(at({ estimateBitsPerSecond: 3_749_999 })).toBe(1);
  });

  it('waits 10 s between switches going up, not going down', () => {
    expect(at({ lastSwitchAtMs: 90_001 })).toBe(1);
    expect(at({ lastSwitchAtMs: 90_000 })).toBe(3);
    expect(at({ current: 3, lastSwitchAtMs: 99_999, estimateBitsPerSecond: 1_300_000 })).toBe(1);
    expect(at({ current: 3, bufferSeconds: 60, estimateBitsPerSecond: 1 })).toBe(0);
  });

  it('keeps its rules in any state', () => {
    const ladder = fc.uniqueArray(fc.integer({ min: 1, max: 3e7 }), { minLength: 1, maxLength: 8 });
    const state = ladder.chain((some) =>
      fc.record({
        rungs: fc.constant(some.toSorted((a, b) => a - b)),
        current: fc.option(fc.nat(some.length - 1)),
        estimateBitsPerSecond: fc.option(fc.double({ min: 0, max: 5e7, noNaN: true })),
        bufferSeconds: fc.double({ min: 0, max: 90, noNaN: true }),
        nowMs: fc.nat(1e6),
        lastSwitchAtMs: fc.option(fc.nat(1e6)),
      }),
    );
    fc.assert(
      fc.property(state, (any) => {
        const next = decideRung(any);
        expect(any.rungs[next]).toBeDefined();
        if (any.current === null || any.estimateBitsPerSecond === null) return;
        const safe = any.estimateBitsPerSecond * 0.8;
        if (next > 0) expect(any.rungs[next]).toBeLessThanOrEqual(safe);
        if (next < any.current) expect(any.rungs[next + 1]).toBeGreaterThan(safe);
        if (next > any.current) {
          expect(any.bufferSeconds).toBeGreaterThanOrEqual(10);
          if (any.lastSwitchAtMs !== null)
            expect(any.nowMs - any.lastSwitchAtMs).toBeGreaterThanOrEqual(10_000);
          if (any.bufferSeconds <= 30) expect(next).toBe(any.current + 1);
          else if (next + 1 < any.rungs.length) expect(any.rungs[next + 1]).toBeGreaterThan(safe);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('settles on a steady link: no switching to and fro', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1e5, max: 2e7 }), (estimateBitsPerSecond) => {
        const seen: number[] = [];
        let [current, lastSwitchAtMs]: [number | null, number | null] = [null, null];
        for (let nowMs = 0; nowMs < 120_000; nowMs += 4_000) {
          const next = decideRung({
            rungs,
            current,
            estimateBitsPerSecond,
            bufferSeconds: 25,
            nowMs,
            lastSwitchAtMs,
          });
          if (current !== null && next !== current) lastSwitchAtMs = nowMs;
          current = next;
          seen.push(next);
        }
        expect(seen).toEqual(seen.toSorted((a, b) => a - b));
        expect(rungs[(seen.at(-1) ?? 0) + 1] ?? Infinity).toBeGreaterThan(estimateBitsPerSecond * 0.8);
      }),
    );
  });
});
