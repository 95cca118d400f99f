import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planFleet, planHoldings } from './holdings.ts';

const videos = (count: number) => Array.from({ length: count }, (_, i) => `video-${i}`);

describe('a fleet', () => {
  it('is half small, half large, and never without a large one', () => {
    expect(planFleet(4).map(({ ocaId, size }) => `${ocaId} ${size}`)).toEqual([
      'oca-1 small',
      'oca-2 small',
      'oca-3 large',
      'oca-4 large',
    ]);
    expect(planFleet(1).map(({ size }) => size)).toEqual(['large']);
    expect(planFleet(3).map(({ size }) => size)).toEqual(['small', 'large', 'large']);
  });
});

describe('holdings', () => {
  it('give the nearest two thirds, the next a half', () => {
    const plan = planHoldings(planFleet(4), videos(12), new Map());
    expect(plan.get('oca-1')).toHaveLength(8);
    expect(plan.get('oca-2')).toHaveLength(6);
    expect(plan.get('oca-1')).toContain('video-0');
  });

  it('hold every video twice, and keep what they hold, however the catalog grows', () => {
    const steps = fc.array(fc.nat(5), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 10 }), steps, (count, growth) => {
        const fleet = planFleet(count);
        const large = fleet.filter(({ size }) => size === 'large').length;
        let known = 0;
        let plan = new Map<string, string[]>();
        for (const more of growth) {
          known += more;
          const next = planHoldings(fleet, videos(known), plan);
          for (const [ocaId, held] of plan)
            expect(held.every((videoId) => next.get(ocaId)?.includes(videoId))).toBe(true);
          for (const videoId of videos(known)) {
            const holders = large + [...next.values()].filter((held) => held.includes(videoId)).length;
            expect(holders).toBeGreaterThanOrEqual(2);
          }
          if (large >= 2) expect(next.get('oca-1')).toHaveLength(Math.ceil((known * 2) / 3));
          plan = next;
        }
      }),
    );
  });

  it('let go of what is no longer there', () => {
    const before = new Map([['oca-1', ['video-0', 'gone']]]);
    expect(planHoldings(planFleet(2), ['video-0'], before).get('oca-1')).toEqual(['video-0']);
  });
});
