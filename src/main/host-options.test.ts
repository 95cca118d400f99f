import { expect, it } from 'vitest';
import { parseHostOptions, UsageError } from './host-options.ts';

it('has defaults for everything but the folder and the service', () => {
  expect(parseHostOptions([])).toEqual({
    qa: false,
    'qa-clock-offset-ms': 0,
    'log-level': 'warn',
    port: 0,
    open: 'app',
    json: false,
  });
});

it('takes what it is given, a negative offset too', () => {
  const argv = [
    '--data',
    '/x',
    '--service',
    'http://127.0.0.1:1',
    '--qa-clock-offset-ms',
    '-86400000',
    '--json',
  ];
  expect(parseHostOptions([...argv, '--open', 'print', '--port', '80'])).toMatchObject({
    service: 'http://127.0.0.1:1',
    'qa-clock-offset-ms': -86_400_000,
    open: 'print',
    port: 80,
    json: true,
  });
});

it.each([
  ['--port', '70000'],
  ['--port', 'x'],
  ['--open', 'tab'],
  ['--service', 'ftp://x'],
  ['--service', 'nonsense'],
  ['--qa-clock-offset-ms', '1.5'],
  ['--no-such-option', '1'],
  ['--data'],
  ['stray'],
])('refuses %s %s and names it', (...argv) => {
  expect(() => parseHostOptions(argv)).toThrow(UsageError);
  expect(() => parseHostOptions(argv)).toThrow(argv[0]);
});

it('passes over what belongs to Chromium when it is told to', () => {
  expect(parseHostOptions(['--no-sandbox', '--data', '/x', 'file'], { strict: false })).toMatchObject({
    open: 'app',
  });
});
