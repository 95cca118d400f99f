import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../../testing/fake-clock.ts';
import { createHealth } from './health.ts';
import type { Health } from './health.ts';
import { rank } from './rank.ts';

const pathways = ['near', 'middle', 'far'].map((id) => ({ id, baseUrl: `http://${id}.example/` }));
const clock = createFakeClock();
const fresh = () => createHealth(clock, (sizeBytes) => new Uint8Array(sizeBytes));
const MIB = 1024 * 1024;

function order(
  health: Health,
  more: { current?: string; unlikely?: string[]; steered?: string[] } = {},
): string[] {
  const placeOf = more.steered && ((id: string) => (more.steered ?? []).indexOf(id));
  const unlikely = new Set(more.unlikely);
  const nowMs = clock.monotonic();
  return rank({ pathways, record: health.of, nowMs, current: more.current ?? null, unlikely, placeOf }).map(
    ({ id }) => id,
  );
}

describe('OCAs come in an order', () => {
  it('nearest first, while nothing is known', () => {
    expect(order(fresh())).toEqual(['near', 'middle', 'far']);
  });

  it('by what was measured, where something was', () => {
    const health = fresh();
    health.answered('near', 20, { bytes: MIB, transferMs: 8000 });
    health.answered('far', 60, { bytes: MIB, transferMs: 100 });
    expect(order(health)).toEqual(['far', 'middle', 'near']);
  });

  it('that does not change for a small difference', () => {
    const health = fresh();
    health.answered('near', 20, { bytes: MIB, transferMs: 100 });
    health.answered('middle', 20, { bytes: MIB, transferMs: 110 });
    expect(order(health, { current: 'middle' })[0]).toBe('middle');
    expect(order(health)[0]).toBe('near');
  });

  it('with the failed ones last, for twice as long each time, until they are forgiven', () => {
    const health = fresh();
    health.failed('near');
    expect(order(health)).toEqual(['middle', 'far', 'near']);
    clock.advance(1000);
    health.answered('near', 1, { bytes: MIB, transferMs: 1 });
    expect(order(health)[0]).toBe('near');
    health.failed('near');
    health.failed('near');
    clock.advance(1000);
    expect(order(health)[2]).not.toBe('near');
    health.failed('near');
    clock.advance(1500);
    expect(order(health)[2]).toBe('near');
    clock.advance(500);
    expect(order(health)[0]).toBe('near');
  });

  it('of a steering server, but for what fails or gives a quarter of the best', () => {
    const health = fresh();
    health.answered('near', 20, { bytes: MIB, transferMs: 100 });
    const steered = ['far', 'middle', 'near'];
    expect(order(health, { current: 'near', steered })).toEqual(steered);
    health.failed('far');
    expect(order(health, { steered })).toEqual(['middle', 'near', 'far']);
    health.answered('middle', 20, { bytes: MIB, transferMs: 500 });
    expect(order(health, { steered })[0]).toBe('near');
  });

  it('without those that asked to be left alone', () => {
    const health = fresh();
    health.setAside('middle', 5000);
    expect(order(health)).toEqual(['near', 'far']);
    clock.advance(5000);
    expect(order(health)).toContain('middle');
  });

  it('with those last that probably lack the file', () => {
    expect(order(fresh(), { unlikely: ['near'] })).toEqual(['middle', 'far', 'near']);
  });

  it('in which what often fails counts less than its speed says', () => {
    const health = fresh();
    health.answered('near', 20, { bytes: MIB, transferMs: 100 });
    health.answered('far', 20, { bytes: MIB, transferMs: 150 });
    for (let times = 0; times < 4; times += 1) health.failed('near');
    clock.advance(60_000);
    expect(order(health)[0]).toBe('far');
  });
});

it('too small a transfer says nothing about throughput', () => {
  const health = fresh();
  health.answered('near', 20, { bytes: 900, transferMs: 1 });
  expect(health.of('near')).toMatchObject({ throughputBitsPerSecond: null, latencyMs: 20 });
});

it('so little in so long does: an OCA that crawls is not taken for one that nobody has measured', () => {
  const health = fresh();
  health.moved('near', { bytes: 2_500, transferMs: 2_000 });
  expect(health.of('near').throughputBitsPerSecond).toBe(10_000);
});
