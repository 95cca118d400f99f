import { Events } from 'hls.js';
import type Hls from 'hls.js';
import { expect, test } from 'vitest';
import { noEstimate } from '../../abr/index.ts';
import { QualityController } from './quality.ts';
import type { LinkMemory } from './quality.ts';

function world(memory: LinkMemory = { estimate: noEstimate }) {
  const listeners = new Map<string, (name: string, data: unknown) => void>();
  const hls = {
    on: (name: string, listener: (name: string, data: unknown) => void) => listeners.set(name, listener),
    off: (name: string) => listeners.delete(name),
    levels: [400_000, 1_000_000, 3_000_000].map((maxBitrate) => ({ maxBitrate })),
    mainForwardBufferInfo: { len: 40 },
    config: { abrEwmaDefaultEstimate: 500_000 },
    minAutoLevel: 0,
    maxAutoLevel: 2,
  };
  const controller = new QualityController(hls as unknown as Hls, memory);
  const loaded = (source: string | null, bitsPerSecond: number, level = 0) => {
    const headers = new Headers(source ? { 'Layover-Source': source } : {});
    listeners.get(Events.FRAG_LOADED)?.(Events.FRAG_LOADED, {
      networkDetails: new Response(null, { headers }),
      frag: {
        sn: 1,
        type: 'main',
        level,
        stats: { loaded: bitsPerSecond / 8, loading: { start: 0, first: 900, end: 1_000 } },
      },
    });
  };
  return { hls, controller, loaded };
}

test('starts low and goes up by what crossed the network', () => {
  const { controller, loaded } = world();
  expect(controller.firstAutoLevel).toBe(0);
  loaded('oca-lisbon', 20_000_000);
  expect(controller.nextAutoLevel).toBe(2);
});

test('the next play starts where the last one’s estimate carries twice', () => {
  const memory = { estimate: noEstimate };
  const first = world(memory);
  first.loaded('oca-lisbon', 20_000_000);
  first.controller.destroy();
  expect(world(memory).controller.firstAutoLevel).toBe(2);
  expect(world({ estimate: { bitsPerSecond: 5_000_000, samples: 9 } }).controller.firstAutoLevel).toBe(1);
});

test('bytes from the store tell nothing of the network', () => {
  const { controller, loaded } = world();
  loaded('store', 900_000_000);
  expect(controller.estimateBitsPerSecond).toBeNull();
  expect(controller.nextAutoLevel).toBe(0);
});

test('the time to the first byte counts: the engine fetches before it sends', () => {
  const { controller, loaded } = world();
  loaded('oca-lisbon', 2_000_000);
  expect(controller.estimateBitsPerSecond).toBe(2_000_000);
});

test('what hls.js forces after an error is taken once', () => {
  const { controller, loaded } = world();
  loaded('oca-lisbon', 20_000_000);
  controller.nextAutoLevel = 1;
  expect(controller.nextAutoLevel).toBe(1);
  loaded('oca-lisbon', 20_000_000);
  expect(controller.nextAutoLevel).toBe(2);
});

test('never outside what hls.js allows', () => {
  const { hls, controller, loaded } = world();
  loaded('oca-lisbon', 20_000_000);
  hls.maxAutoLevel = 1;
  expect(controller.nextAutoLevel).toBe(1);
});

test('hls.js can tell how long a switch of quality takes', () => {
  const { controller, loaded } = world();
  expect(controller.bwEstimator.getEstimate()).toBe(500_000);
  loaded('oca-lisbon', 2_000_000);
  expect(controller.bwEstimator.getEstimate()).toBe(2_000_000);
  expect(controller.bwEstimator.getEstimateTTFB()).toBe(0);
});
