import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { faultsOutcome, playwrightOutcome, vitestOutcome } from './test-reports.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'layover-reports-'));
afterAll(() => rmSync(folder, { recursive: true }));
function report(value: unknown): string {
  const file = path.join(folder, 'report.json');
  writeFileSync(file, JSON.stringify(value));
  return file;
}

test('a failed test is named with its file and the first lines of its message', () => {
  const assertionResults = [
    { status: 'passed', fullName: 'one' },
    {
      status: 'failed',
      fullName: 'two',
      failureMessages: ['\u001B[31mexpected 1\u001B[39m\nreceived 2\nat\nthere'],
    },
  ];
  const file = report({
    numPassedTests: 1,
    numFailedTests: 1,
    numPendingTests: 3,
    testResults: [{ name: 'a.test.ts', status: 'failed', assertionResults }],
  });
  expect(vitestOutcome(file)).toEqual({
    passed: 1,
    failed: 1,
    skipped: 3,
    failures: ['a.test.ts › two\n    expected 1\n    received 2\n    at'],
  });
});

test('a file that cannot be loaded fails, though no test of it did', () => {
  const file = report({
    numPassedTests: 0,
    numFailedTests: 0,
    numPendingTests: 0,
    testResults: [{ name: 'a.test.ts', status: 'failed', message: 'no such module', assertionResults: [] }],
  });
  expect(vitestOutcome(file)).toMatchObject({ failed: 1, failures: ['a.test.ts\n    no such module'] });
});

test('a failed spec is named with its host and line, however deep it stands', () => {
  const spec = (status: string) => ({
    title: 'plays',
    file: 'play.spec.ts',
    line: 7,
    tests: [{ status, projectName: 'browser-host', results: [{ error: { message: 'dark' } }] }],
  });
  const file = report({
    suites: [{ specs: [spec('expected')], suites: [{ specs: [spec('unexpected')] }] }],
    errors: [],
    stats: { expected: 1, unexpected: 1, flaky: 0, skipped: 2 },
  });
  expect(playwrightOutcome(file)).toEqual({
    passed: 1,
    failed: 1,
    skipped: 2,
    failures: ['[browser-host] play.spec.ts:7 › plays\n    dark'],
  });
});

test('a fault suite that cannot run here counts as skipped', () => {
  const file = report({
    suites: {
      kill: { cases: 5, failed: 1, failures: [{ case: 3, why: 'a wrong byte' }] },
      disk: { cases: 0, failed: 0, failures: [], notRun: 'needs root' },
    },
  });
  expect(faultsOutcome(file)).toEqual({
    passed: 4,
    failed: 1,
    skipped: 1,
    failures: ['kill: {"case":3,"why":"a wrong byte"}'],
  });
});
