import { expect, it } from 'vitest';
import { judge } from './answer.ts';

const nowMs = Date.UTC(2026, 10, 22, 12);
const ask = (status: number, headers: Record<string, string>, fromBytes = 0, isPart = false) =>
  judge({ status, headers: new Headers(headers) }, { fromBytes, isPart, nowMs });

it.each([
  ['10', 10_000],
  ['Sun, 22 Nov 2026 12:00:30 GMT', 30_000],
  ['Sun, 22 Nov 2026 11:00:00 GMT', 0],
  ['999999999', 3_600_000],
])('Retry-After %s is obeyed', (text, retryAfterMs) => {
  expect(ask(503, { 'retry-after': text })).toEqual({ kind: 'busy', retryAfterMs });
  expect(ask(429, { 'retry-after': text })).toEqual({ kind: 'busy', retryAfterMs });
});

it('Retry-After that cannot be read is as none', () => {
  expect(ask(503, { 'retry-after': 'soon' })).toEqual({ kind: 'failed', reason: '503' });
  expect(ask(429, {})).toEqual({ kind: 'busy', retryAfterMs: 5000 });
});

it('a part has to begin where it was asked to', () => {
  expect(ask(206, { 'content-range': 'bytes 5-9/10' }, 5)).toEqual({
    kind: 'bytes',
    skipBytes: 0,
    totalBytes: 10,
  });
  expect(ask(206, { 'content-range': 'bytes 0-9/10' }, 5)).toMatchObject({ kind: 'failed' });
  expect(ask(206, {}, 5)).toMatchObject({ kind: 'failed' });
});

it('a size is learned from what is not compressed, and from the whole file only', () => {
  expect(ask(200, { 'content-length': '10' })).toMatchObject({ totalBytes: 10 });
  expect(ask(200, { 'content-length': '10', 'content-encoding': 'gzip' })).toMatchObject({
    totalBytes: undefined,
  });
  expect(ask(206, { 'content-range': 'bytes 5-9/10' }, 5, true)).toMatchObject({ totalBytes: undefined });
});

it('a page of HTML is a portal, but an error’s page is an error', () => {
  expect(ask(200, { 'content-type': 'text/html; charset=utf-8' })).toEqual({ kind: 'portal' });
  expect(ask(511, { 'content-type': 'text/html' })).toEqual({ kind: 'portal' });
  expect(ask(404, { 'content-type': 'text/html' })).toEqual({ kind: 'missing' });
});
