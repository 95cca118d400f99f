import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeEach, expect, it } from 'vitest';
import { temporaryFolder } from '../../testing/temporary-folder.ts';
import type { LogLevel } from './log.ts';
import { createLog, hideSecrets } from './log.ts';

let folder: string;
let shown: string[];
beforeEach(() => {
  folder = temporaryFolder();
  shown = [];
});
const open = (stderrLevel: LogLevel, maxBytes?: number) =>
  createLog({
    folder,
    stderrLevel,
    now: () => 0,
    stderr: (line) => shown.push(line),
    ...(maxBytes ? { maxBytes } : {}),
  });
const fileText = (name = 'layover.log') => readFileSync(path.join(folder, name), 'utf8');

it('writes everything to the file and the louder part to stderr, a JSON object a line', () => {
  const log = open('warn');
  log.debug('a', { n: 1 });
  log.warn('b', { why: 'c\nd' });
  expect(
    fileText()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown),
  ).toEqual([
    { time: '1970-01-01T00:00:00.000Z', level: 'debug', event: 'a', n: 1 },
    { time: '1970-01-01T00:00:00.000Z', level: 'warn', event: 'b', why: 'c\nd' },
  ]);
  expect(shown).toHaveLength(1);
});

it('goes on to a new file when one is full, and keeps three older ones', () => {
  const log = open('silent', 400);
  for (let n = 0; n < 60; n += 1) log.info('tick', { n });
  expect(readdirSync(folder).sort()).toEqual([
    'layover.1.log',
    'layover.2.log',
    'layover.3.log',
    'layover.log',
  ]);
  for (const name of readdirSync(folder)) expect(fileText(name).length).toBeLessThanOrEqual(400);
  expect(fileText()).toContain('"n":59');
});

it('goes on after a restart where it was', () => {
  open('silent').info('first');
  open('silent').info('second');
  expect(fileText().trim().split('\n')).toHaveLength(2);
});

it('does not stop the app when it cannot write', () => {
  writeFileSync(path.join(folder, 'file'), '');
  const log = createLog({
    folder: path.join(folder, 'file', 'logs'),
    stderrLevel: 'info',
    now: () => 0,
    stderr: (line) => shown.push(line),
  });
  log.info('still here');
  expect(shown.join('')).toContain('still here');
});

it('hides what must not be written down and leaves the rest', () => {
  const jws = 'eyJhbGciOiJFZERTQSJ9.eyJpc3MiOiJsYXlvdmVyIn0.c2lnbmF0dXJl';
  expect(
    hideSecrets({
      accessToken: 'a',
      password: 'b',
      contentKey: 'c',
      pin: '1234',
      pinned: true,
      monkey: 'kept? named like a key, so no',
      reason: `license ${jws} refused`,
      url: 'http://127.0.0.1:1/s/v1.1790000000.AbC-dEf/v1/v-720p/3.m4s?x=secret',
      count: 3,
    }),
  ).toEqual({
    accessToken: '(hidden)',
    password: '(hidden)',
    contentKey: '(hidden)',
    pin: '(hidden)',
    pinned: true,
    monkey: '(hidden)',
    reason: 'license (hidden) refused',
    url: 'http://127.0.0.1:1/s/v1.1790000000.(hidden)/v1/v-720p/3.m4s?(hidden)',
    count: 3,
  });
});
