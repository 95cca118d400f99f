import { expect, test } from 'vitest';
import { z } from 'zod';
import { LayoverError } from '../shared/errors.ts';
import { createOutput, reportError, sizeInWords, spanInWords, durationInWords, table } from './output.ts';
import { parseOptions, usageError } from './usage.ts';

function world({ json = false, isTTY = false } = {}) {
  const written = { out: '', err: '' };
  const out = { write: (text: string) => ((written.out += text), true) };
  const err = { write: (text: string) => ((written.err += text), true), isTTY };
  return { written, output: createOutput(json, out, err) };
}

test('words for people: the answer on standard output, progress only where it can replace itself', () => {
  const { output, written } = world();
  output.progress({ n: 1 }, () => 'one');
  output.answer({ n: 2 }, () => 'two');
  expect(written).toEqual({ out: 'two\n', err: '' });
  const terminal = world({ isTTY: true });
  terminal.output.progress({ n: 1 }, () => 'one');
  terminal.output.answer({ n: 2 }, () => 'two');
  expect(terminal.written.err).toBe('\r\u001b[2Kone\n');
});

test('JSON: exactly one value on standard output, whatever happens; progress on standard error', () => {
  const { output, written } = world({ json: true });
  output.progress({ n: 1 }, () => 'one');
  output.answer({ n: 2 }, () => 'two');
  output.failure(new LayoverError('network/offline'));
  output.interrupted();
  expect(JSON.parse(written.out)).toEqual({ n: 2 });
  expect(written.err).toBe('{"n":1}\n');
});

test('a reason in the service’s own words stands beside the sentence, which leaves it out', () => {
  const { output, written } = world();
  output.failure(new LayoverError('service/refused', { reason: 'not today' }));
  expect(written.err).toMatch(/^The service refuses this\..*\(service\/refused: not today\)\n$/);
});

test.each([
  [new LayoverError('network/offline'), 1, 'network/offline'],
  [new LayoverError('rpc/malformed', { reason: 'titleId: Invalid string' }), 2, 'cli/usage'],
  [usageError('no such thing.'), 2, 'cli/usage'],
  [new TypeError('nobody foresaw this'), 1, 'internal'],
  ['thrown text', 1, 'internal'],
])('%s ends with exit code %i and %s', (thrown, exitCode, code) => {
  const json = world({ json: true });
  expect(reportError(thrown, json.output)).toBe(exitCode);
  expect(JSON.parse(json.written.out)).toMatchObject({ error: { code } });
  const words = world();
  reportError(thrown, words.output);
  expect(words.written.out).toBe('');
  expect(words.written.err).toContain(`(${code})\n`);
});

test('an interruption is an answer too', () => {
  const json = world({ json: true });
  expect(json.output.interrupted()).toBe(130);
  expect(JSON.parse(json.written.out)).toEqual({ interrupted: true });
  const words = world();
  words.output.interrupted();
  expect(words.written).toEqual({ out: '', err: 'Interrupted.\n' });
});

test('an option that cannot be used is named as it is typed', () => {
  const schema = z.object({ maxHeight: z.coerce.number().int().positive().optional() });
  expect(parseOptions(schema, { maxHeight: '720', more: true })).toEqual({ maxHeight: 720 });
  expect(() => parseOptions(schema, { maxHeight: 'abc' })).toThrowError(/--max-height: /);
});

test('sizes, durations and tables in words', () => {
  expect([0, 999, 1000, 1_350_000_000, 2e15].map(sizeInWords)).toEqual(
    ['0 byte', '999 byte', '1 kB', '1.4 GB', '2,000 TB'].map((text) =>
      expect.stringContaining(text.split(' ')[0]!),
    ),
  );
  expect([0, 59.6, 61, 3600, 360_000].map(durationInWords)).toEqual([
    '00:00',
    '01:00',
    '01:01',
    '01:00:00',
    '100:00:00',
  ]);
  expect(
    table([
      ['a', 'b'],
      ['long', 'c'],
      ['', 'é'],
    ]),
  ).toBe('a     b\nlong  c\n      é');
  expect(table([])).toBe('');
});

test('how much there is to watch is told in hours and minutes', () => {
  expect([0, 68, 3_600, 48_600, 359_990].map(spanInWords)).toEqual([
    '0 min',
    '1 min',
    '1 hr',
    '13 hr 30 min',
    '100 hr',
  ]);
});
