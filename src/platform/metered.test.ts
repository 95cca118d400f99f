import { expect, it } from 'vitest';
import { createMeteredSource } from './metered.ts';

it.each([
  ['{"type":"u","data":1}', true],
  ['{"type":"u","data":2}', false],
  ['{"type":"u","data":3}', true],
  ['{"type":"u","data":4}', false],
  ['{"type":"u","data":0}', null],
  ['{"type":"s","data":"yes"}', null],
  ['not JSON', null],
])('NetworkManager’s %s means %s', async (answer, expected) => {
  const asked: string[][] = [];
  const metered = createMeteredSource('linux', async (program, args) => {
    asked.push([program, ...args]);
    return answer;
  });
  expect(metered.current).toBeNull();
  await Promise.all([metered.refresh(), metered.refresh(), metered.refresh()]);
  expect(metered.current).toBe(expected);
  // Once at once, and once more for whoever asked meanwhile.
  expect(asked).toHaveLength(2);
  expect(asked[0]).toEqual(expect.arrayContaining(['busctl', 'Metered', '--auto-start=no']));
});

it('nobody knows where there is no NetworkManager, or not any more', async () => {
  let answer: Promise<string> = Promise.resolve('{"type":"u","data":1}');
  const metered = createMeteredSource('linux', () => answer);
  await metered.refresh();
  expect(metered.current).toBe(true);
  answer = Promise.reject(new Error('ENOENT'));
  await metered.refresh();
  expect(metered.current).toBeNull();
});

it('nothing is run on other systems', async () => {
  const metered = createMeteredSource('win32', () => Promise.reject(new Error('ran')));
  await metered.refresh();
  expect(metered.current).toBeNull();
});
