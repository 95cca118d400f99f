import { expect, test } from 'vitest';
import { commandOf } from './keys.ts';

const press = (key: string, more = {}) => ({
  key,
  ctrlKey: false,
  altKey: false,
  metaKey: false,
  defaultPrevented: false,
  ...more,
});

test.each([
  [' ', 'toggle'],
  ['K', 'toggle'],
  ['j', 'back-10'],
  ['l', 'on-10'],
  ['ArrowLeft', 'back-5'],
  ['m', 'mute'],
  ['f', 'fullscreen'],
  ['c', 'captions'],
  ['Escape', 'leave'],
  ['x', undefined],
])('%j means %s', (key, command) => {
  expect(commandOf(press(key), 'none')).toBe(command);
});

test('a focused control keeps the keys that it needs, and no others', () => {
  expect(commandOf(press(' '), 'control')).toBeUndefined();
  expect(commandOf(press('ArrowRight'), 'control')).toBeUndefined();
  expect(commandOf(press('k'), 'control')).toBe('toggle');
});

test('a menu keeps the whole keyboard; shortcuts of the system are not ours', () => {
  expect(commandOf(press('Escape'), 'overlay')).toBeUndefined();
  expect(commandOf(press('f', { ctrlKey: true }), 'none')).toBeUndefined();
  expect(commandOf(press('f', { defaultPrevented: true }), 'none')).toBeUndefined();
});
