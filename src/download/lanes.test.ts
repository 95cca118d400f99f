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

it('a long line gets all at the first byte, and keeps them until connections have come up to speed', () => {
  const lanes = createLanes();
  lanes.begun(400);
  expect(lanes.wanted).toBe(12);
  // Slow beginnings of twelve connections, and what they carry afterwards.
  for (let count = 0; count < 12; count += 1)
    lanes.note({ timeToFirstByteMs: 400, transferMs: 1200, heldMs: 0 });
  expect(lanes.wanted).toBe(12);
  for (let count = 0; count < 12; count += 1)
    lanes.note({ timeToFirstByteMs: 200, transferMs: 200, heldMs: 0 });
  expect(lanes.wanted).toBe(10);
});

it('a short line, or one that is held back by a cap, gets no more at its beginning', () => {
  const short = createLanes();
  short.begun(30);
  short.begun(400);
  expect(short.wanted).toBe(4);
  const capped = createLanes();
  capped.begun(400);
  capped.note({ timeToFirstByteMs: 400, transferMs: 100, heldMs: 8000 });
  expect(capped.wanted).toBe(5);
});
