import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { ensureChromium } from './tools/chromium.ts';
import { ensureFfmpeg } from './tools/ffmpeg.ts';

/**
 * Everything that must hold before a change lands: types, lint, unit, integration, faults, the journey,
 * e2e. Gets the tools that it needs. Ends with one line "N passed, N failed, N skipped" over all of them.
 */
const root = path.resolve(import.meta.dirname, '..');
const results = path.join(root, 'test-results');
rmSync(results, { recursive: true, force: true });
mkdirSync(results, { recursive: true });

interface Count {
  passed: number;
  failed: number;
  skipped: number;
}
interface Step {
  name: string;
  command: string[];
  /** Reads how many tests ran; a step without one counts as one test. */
  count?: () => Count;
}

const vitestCount = (file: string) => (): Count => {
  const report = z
    .object({ numPassedTests: z.number(), numFailedTests: z.number(), numPendingTests: z.number() })
    .parse(JSON.parse(readFileSync(file, 'utf8')));
  return { passed: report.numPassedTests, failed: report.numFailedTests, skipped: report.numPendingTests };
};
const playwrightCount = (file: string) => (): Count => {
  const { stats } = z
    .object({
      stats: z.object({
        expected: z.number(),
        unexpected: z.number(),
        flaky: z.number(),
        skipped: z.number(),
      }),
    })
    .parse(JSON.parse(readFileSync(file, 'utf8')));
  return { passed: stats.expected + stats.flaky, failed: stats.unexpected, skipped: stats.skipped };
};
const vitest = (project: string): Step => {
  const file = path.join(results, `${project}.json`);
  // Relative: on Windows these words go through a shell, and a path of somebody's may have spaces.
  const reporters = [
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${path.relative(root, file)}`,
  ];
  return {
    name: project,
    command: ['vitest', 'run', '--project', project, ...reporters],
    count: vitestCount(file),
  };
};
const faultsReport = path.join(results, 'faults.json');
const faultsCount = (): Count => {
  const suite = z.object({ cases: z.number(), failed: z.number(), notRun: z.string().optional() });
  const { suites } = z
    .object({ suites: z.record(z.string(), suite) })
    .parse(JSON.parse(readFileSync(faultsReport, 'utf8')));
  const all = Object.values(suites);
  const sum = (count: (one: z.infer<typeof suite>) => number) =>
    all.reduce((total, one) => total + count(one), 0);
  return {
    passed: sum(({ cases, failed }) => cases - failed),
    failed: sum(({ failed }) => failed),
    skipped: sum(({ notRun }) => (notRun === undefined ? 0 : 1)),
  };
};
const e2eReport = path.join(results, 'e2e.json');

const steps: Step[] = [
  { name: 'types', command: ['npm', 'run', '--silent', 'typecheck'] },
  { name: 'lint', command: ['npm', 'run', '--silent', 'lint'] },
  vitest('unit'),
  { name: 'build', command: ['node', 'scripts/build.ts', '--electron'] },
  vitest('integration'),
  {
    name: 'faults',
    // One seed, so that what fails here fails at whoever looks into it.
    command: [
      'node',
      'faults/main.ts',
      '--short',
      '--seed',
      '20261126',
      '--report',
      path.relative(root, faultsReport),
    ],
    count: faultsCount,
  },
  { name: 'journey', command: ['node', 'scripts/journey/main.ts'] },
  {
    name: 'e2e',
    command: ['playwright', 'test', '--config', 'e2e/playwright.config.ts', '--reporter=list,json'],
    count: playwrightCount(e2eReport),
  },
];

async function run(step: Step, env: NodeJS.ProcessEnv): Promise<Count> {
  process.stdout.write(`\n── ${step.name}\n`);
  const [program = '', ...args] = step.command;
  // npm's programs are .cmd files on Windows, which only a shell starts; the words here are all our own.
  const child = spawn(program, args, {
    cwd: root,
    stdio: 'inherit',
    env,
    shell: process.platform === 'win32',
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', resolve);
  });
  const count = countOf(step, code);
  // A runner that fails outside its tests still fails.
  return code !== 0 && count.failed === 0 ? { ...count, failed: 1 } : count;
}

function countOf(step: Step, code: number | null): Count {
  if (step.count)
    try {
      return step.count();
    } catch {
      return { passed: 0, failed: 1, skipped: 0 };
    }
  return code === 0 ? { passed: 1, failed: 0, skipped: 0 } : { passed: 0, failed: 1, skipped: 0 };
}

const only = process.argv.slice(2);
const chosen = steps.filter((step) => only.length === 0 || only.includes(step.name));
const env = {
  ...process.env,
  FFMPEG_PATH: ensureFfmpeg(),
  CHROMIUM_PATH: ensureChromium(),
  PLAYWRIGHT_JSON_OUTPUT_FILE: e2eReport,
};
const total: Count = { passed: 0, failed: 0, skipped: 0 };
const lines: string[] = [];
for (const step of chosen) {
  const startedAt = performance.now();
  const count = await run(step, env);
  const seconds = Math.round((performance.now() - startedAt) / 1000);
  lines.push(
    `${step.name.padEnd(12)} ${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped; ${seconds} s`,
  );
  total.passed += count.passed;
  total.failed += count.failed;
  total.skipped += count.skipped;
}
process.stdout.write(`\n${lines.join('\n')}\n\n`);
process.stdout.write(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped\n`);
process.exitCode = total.failed > 0 ? 1 : 0;
