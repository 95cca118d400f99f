import { spawn } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { faultsOutcome, playwrightOutcome, vitestOutcome } from './test-reports.ts';
import type { Outcome } from './test-reports.ts';
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

interface Step {
  name: string;
  command: string[];
  /** Reads what came of it from the report that it wrote; a step without one counts as one test. */
  outcome?: () => Outcome;
  /** Runs at the same time as the step before it: neither serves or measures anything. */
  isBeside?: true;
}

const vitest = (project: string, projects = project): Step => {
  const file = path.join(results, `${project}.json`);
  // Relative: on Windows these words go through a shell, and a path of somebody's may have spaces.
  const reporters = [
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${path.relative(root, file)}`,
  ];
  return {
    name: project,
    command: ['vitest', 'run', '--project', projects, ...reporters],
    outcome: () => vitestOutcome(file),
  };
};
const faultsReport = path.join(results, 'faults.json');
const e2eReport = path.join(results, 'e2e.json');

const steps: Step[] = [
  { name: 'types', command: ['npm', 'run', '--silent', 'typecheck'] },
  { name: 'lint', command: ['npm', 'run', '--silent', 'lint'], isBeside: true },
  vitest('unit', 'unit*'),
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
    outcome: () => faultsOutcome(faultsReport),
  },
  { name: 'journey', command: ['node', 'scripts/journey/main.ts'] },
  {
    name: 'e2e',
    command: ['playwright', 'test', '--config', 'e2e/playwright.config.ts', '--reporter=list,json'],
    outcome: () => playwrightOutcome(e2eReport),
  },
];

async function run(step: Step, env: NodeJS.ProcessEnv): Promise<Outcome & { line: string }> {
  process.stdout.write(`\n── ${step.name}\n`);
  const startedAt = performance.now();
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
  const seconds = Math.round((performance.now() - startedAt) / 1000);
  const outcome = outcomeOf(step, code);
  const { passed, failed, skipped } = outcome;
  const counts = `${String(passed)} passed, ${String(failed)} failed, ${String(skipped)} skipped`;
  return { ...outcome, line: `${step.name.padEnd(12)} ${counts}; ${String(seconds)} s` };
}

function outcomeOf(step: Step, code: number | null): Outcome {
  const ended = `ended with ${String(code)}`;
  const broken = { passed: 0, failed: 1, skipped: 0, failures: [`${step.name}: ${ended}`] };
  if (!step.outcome) return code === 0 ? { passed: 1, failed: 0, skipped: 0, failures: [] } : broken;
  try {
    const outcome = step.outcome();
    // A runner that fails outside its tests still fails.
    return code !== 0 && outcome.failed === 0
      ? { ...outcome, failed: 1, failures: broken.failures }
      : outcome;
  } catch {
    return broken;
  }
}

const only = process.argv.slice(2);
const chosen = steps.filter((step) => only.length === 0 || only.includes(step.name));
const env = {
  // Hundreds of processes of ours are started, each of which would compile the same modules.
  NODE_COMPILE_CACHE: path.join(root, '.layover/compile-cache'),
  ...process.env,
  FFMPEG_PATH: ensureFfmpeg(),
  CHROMIUM_PATH: ensureChromium(),
  PLAYWRIGHT_JSON_OUTPUT_FILE: e2eReport,
};
const outcomes: Awaited<ReturnType<typeof run>>[] = [];
for (let next = chosen.shift(); next; next = chosen.shift()) {
  const together = [next];
  while (chosen[0]?.isBeside) together.push(...chosen.splice(0, 1));
  outcomes.push(...(await Promise.all(together.map((step) => run(step, env)))));
}
const sum = (key: 'passed' | 'failed' | 'skipped') => outcomes.reduce((total, one) => total + one[key], 0);
const failures = outcomes.flatMap((one) => one.failures);
// Last, because of a long output the end is what people see.
if (failures.length > 0)
  process.stdout.write(`\nWhat failed:\n${failures.map((one) => `  ${one}`).join('\n')}\n`);
process.stdout.write(`\n${outcomes.map(({ line }) => line).join('\n')}\n\n`);
process.stdout.write(
  `${String(sum('passed'))} passed, ${String(sum('failed'))} failed, ${String(sum('skipped'))} skipped\n`,
);
process.exitCode = sum('failed') > 0 ? 1 : 0;
