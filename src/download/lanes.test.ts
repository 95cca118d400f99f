import { expect, it } from 'vitest';
import { createLanes } from './lanes.ts';

function after(timeToFirstByteMs: number, transferMs: number, heldMs = 0): number {
  const lanes = createLanes();
  for (let count = 0; count < 30; count += 1) lanes.note({ timeToFirstByteMs, transferMs, heldMs });
  return lanes.wanted;
}

it('begins with four', () => {
  expect(createLanes().wanted).toBe(4);
});

it('a short line keeps four, however short the segments are', () => {
  expect(after(2, 10)).toBe(4);
  expect(after(8, 1)).toBe(4);
  expect(after(10, 3000)).toBe(4);
});

it('a long line gets as many as keep it full', () => {
  expect(after(200, 200)).toBe(10);
  expect(after(60, 1500)).toBe(5);
  expect(after(200, 0)).toBe(12);
});

it('a cap is no reason for many', () => {
  expect(after(200, 100, 8000)).toBe(5);
});

it('follows a line that changes', () => {
  const lanes = createLanes();
  for (let count = 0; count < 20; count += 1)
    lanes.note({ timeToFirstByteMs: 300, transferMs: 50, heldMs: 0 });
  expect(lanes.wanted).toBe(12);
  for (let count = 0; count < 20; count += 1)
    lanes.note({ timeToFirstByteMs: 5, transferMs: 400, heldMs: 0 });
  expect(lanes.wanted).toBe(4);
});
