import { readFileSync } from 'node:fs';
import { stripVTControlCharacters } from 'node:util';
import { z } from 'zod';

/** What one step of the tests came to. `failures`: what failed, each in a line or a few, for the end of the output. */
export interface Outcome {
  passed: number;
  failed: number;
  skipped: number;
  failures: string[];
}

const json = (file: string): unknown => JSON.parse(readFileSync(file, 'utf8'));
/** Colors off, and no more of a message than names the reason: the whole stands where it happened. */
const brief = (text = '') => stripVTControlCharacters(text).split('\n').slice(0, 3).join('\n    ');

const vitestReport = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  numPendingTests: z.number(),
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      message: z.string().optional(),
      assertionResults: z.array(
        z.object({
          status: z.string(),
          fullName: z.string(),
          failureMessages: z.array(z.string()).nullish(),
        }),
      ),
    }),
  ),
});

/** Of a report in Jest's format, as vitest writes it: a file that could not be loaded counts as one failure. */
export function vitestOutcome(file: string): Outcome {
  const report = vitestReport.parse(json(file));
  const failures = report.testResults.flatMap(({ name, status, message, assertionResults }) => {
    const tests = assertionResults.filter((one) => one.status === 'failed');
    if (status === 'failed' && tests.length === 0) return [`${name}\n    ${brief(message)}`];
    return tests.map((one) => `${name} › ${one.fullName}\n    ${brief(one.failureMessages?.[0])}`);
  });
  const { numPassedTests: passed, numPendingTests: skipped } = report;
  return { passed, failed: Math.max(report.numFailedTests, failures.length), skipped, failures };
}

const spec = z.object({
  title: z.string(),
  file: z.string(),
  line: z.number(),
  tests: z.array(
    z.object({
      status: z.string(),
      projectName: z.string(),
      results: z.array(z.object({ error: z.object({ message: z.string().optional() }).optional() })),
    }),
  ),
});
interface Suite {
  specs: z.infer<typeof spec>[];
  suites?: Suite[] | undefined;
}
const suite: z.ZodType<Suite> = z.lazy(() =>
  z.object({ specs: z.array(spec), suites: z.array(suite).optional() }),
);
const playwrightReport = z.object({
  suites: z.array(suite),
  errors: z.array(z.object({ message: z.string().optional() })),
  stats: z.object({
    expected: z.number(),
    unexpected: z.number(),
    flaky: z.number(),
    skipped: z.number(),
  }),
});
const specsOf = (one: Suite): Suite['specs'] => [...one.specs, ...(one.suites ?? []).flatMap(specsOf)];

/** Of Playwright's JSON report. Its errors are those outside of any test. */
export function playwrightOutcome(file: string): Outcome {
  const { suites, errors, stats } = playwrightReport.parse(json(file));
  const tests = suites.flatMap(specsOf).flatMap((one) => {
    const bad = one.tests.filter(({ status }) => status === 'unexpected');
    return bad.map(
      ({ projectName, results }) =>
        `[${projectName}] ${one.file}:${String(one.line)} › ${one.title}\n    ${brief(results[0]?.error?.message)}`,
    );
  });
  const failures = [...tests, ...errors.map(({ message }) => brief(message))];
  const failed = Math.max(stats.unexpected, failures.length);
  return { passed: stats.expected + stats.flaky, failed, skipped: stats.skipped, failures };
}

const faultsReport = z.object({
  suites: z.record(
    z.string(),
    z.object({
      cases: z.number(),
      failed: z.number(),
      notRun: z.string().optional(),
      failures: z.array(z.unknown()).optional(),
    }),
  ),
});

/** Of the report of the fault suites; a suite that cannot run here counts as skipped. */
export function faultsOutcome(file: string): Outcome {
  const suites = Object.entries(faultsReport.parse(json(file)).suites);
  const sum = (count: (one: (typeof suites)[number][1]) => number) =>
    suites.reduce((total, [, one]) => total + count(one), 0);
  return {
    passed: sum(({ cases, failed }) => cases - failed),
    failed: sum(({ failed }) => failed),
    skipped: sum(({ notRun }) => (notRun === undefined ? 0 : 1)),
    failures: suites.flatMap(([name, { failures = [] }]) =>
      failures.map((one) => `${name}: ${JSON.stringify(one).slice(0, 300)}`),
    ),
  };
}
