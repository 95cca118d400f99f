import fc from 'fast-check';
import { expect, it } from 'vitest';
import { moved, rankOf } from './order.ts';
import type { Ordered } from './order.ts';

const priority = fc.constantFrom('high' as const, 'normal' as const, 'low' as const);
const list = fc
  .array(priority, { minLength: 1, maxLength: 8 })
  .map((priorities): Ordered[] =>
    priorities
      .toSorted((a, b) => rankOf[a] - rankOf[b])
      .map((one, at) => ({ downloadId: `d${at}`, priority: one })),
  );

it('a download that is moved lies where it was put, and only its own priority may change', () => {
  fc.assert(
    fc.property(list, fc.nat(), fc.option(fc.nat()), (before, which, where) => {
      const { downloadId, priority: was } = before[which % before.length]!;
      const beforeId = where === null ? null : before[where % before.length]!.downloadId;
      const result = moved(before, downloadId, beforeId);
      if (beforeId === downloadId) return void expect(result).toBeUndefined();
      const { order, priority: now } = result!;
      expect(order.toSorted()).toEqual(before.map((one) => one.downloadId).toSorted());
      expect(order[order.indexOf(downloadId) + 1] ?? null).toBe(beforeId);
      // The order asked for is the order of work: by priority first, then by place.
      const priorities = new Map(before.map((one) => [one.downloadId, one.priority]));
      priorities.set(downloadId, now);
      const ranks = order.map((one) => rankOf[priorities.get(one)!]);
      expect(ranks).toEqual(ranks.toSorted((a, b) => a - b));
      // It stays as it was wherever it can.
      const others = order.filter((one) => one !== downloadId).map((one) => rankOf[priorities.get(one)!]);
      const fits = order.map((one) => (one === downloadId ? rankOf[was] : rankOf[priorities.get(one)!]));
      if (others.length > 0 && fits.every((rank, at) => at === 0 || rank >= fits[at - 1]!))
        expect(now).toBe(was);
    }),
  );
});

it('what is not there is not moved', () => {
  expect(moved([], 'a', null)).toBeUndefined();
  expect(moved([{ downloadId: 'a', priority: 'low' }], 'a', 'b')).toBeUndefined();
});
