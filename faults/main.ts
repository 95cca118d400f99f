import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { randomInt } from 'node:crypto';
import { suites } from './suites.ts';
import { runSuite } from './suite.ts';
import type { SuiteResult } from './suite.ts';

const usage = `usage: npm run faults -- [NAME …] [--json] [--seed N] [--cases N | --short] [--case N] [--report FILE]
  NAME   ${suites.map(({ name }) => name).join(', ')}; default: all
  --json    one object on standard output: {"suites": {NAME: {"cases", "failed", "seed", "failures": […], …}}}
  --seed    what to repeat; default: another one each time
  --cases   how many of each suite; default: ${suites.map(({ name, cases }) => `${name} ${cases}`).join(', ')}
  --short   a few of each; a suite that cannot be run here is passed over, and says why
  --case    only the one of this number
  --report  also writes the object into this file
`;

function readArguments() {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        json: { type: 'boolean', default: false },
        seed: { type: 'string' },
        cases: { type: 'string' },
        case: { type: 'string' },
        short: { type: 'boolean', default: false },
        report: { type: 'string' },
      },
    });
    const number = (text: string | undefined) => {
      if (text !== undefined && !/^\d{1,9}$/.test(text)) throw new Error(`not a number: ${text}`);
      return text === undefined ? undefined : Number(text);
    };
    const unknown = positionals.filter((name) => !suites.some((suite) => suite.name === name));
    if (unknown.length > 0) throw new Error(`no such suite: ${unknown.join(', ')}`);
    const chosen = suites.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
    const { json, short: isShort, report } = values;
    return {
      chosen,
      json,
      isShort,
      report,
      seed: number(values.seed),
      cases: number(values.cases),
      only: number(values.case),
    };
  } catch (thrown) {
    process.stderr.write(`${thrown instanceof Error ? thrown.message : String(thrown)}\n${usage}`);
    process.exit(2);
  }
}

const { chosen, json, isShort, report, seed = randomInt(2 ** 31), cases, only } = readArguments();
const say = (text: string) => void (json ? process.stderr : process.stdout).write(text);
const results: Record<string, SuiteResult> = {};
for (const suite of chosen) {
  const total = only === undefined ? (cases ?? (isShort ? suite.shortCases : suite.cases)) : 1;
  // Of the full run only: nothing is missing here.
  if (total === 0) continue;
  if (suite.impossible !== undefined) {
    const notRun = suite.impossible;
    results[suite.name] = { cases: 0, failed: 0, seed, failures: [], counts: {}, seconds: 0, notRun };
    say(`${suite.name}: not run: ${notRun}\n`);
    continue;
  }
  say(`${suite.name}: ${total} cases, seed ${seed}\n`);
  let failed = 0;
  results[suite.name] = await runSuite(suite, {
    seed,
    cases: total,
    only,
    onCase(done, failure) {
      if (failure) {
        failed += 1;
        say(
          `  case ${failure.case} FAILED: ${failure.what}\n    ${failure.why.replaceAll('\n', '\n    ')}\n`,
        );
      }
      if (done % 10 === 0 || done === total) say(`  ${done}/${total}, ${failed} failed\n`);
    },
  });
}

const object = `${JSON.stringify({ suites: results }, null, 2)}\n`;
if (report !== undefined) writeFileSync(report, object);
if (json) {
  process.stdout.write(object);
} else {
  for (const [name, { cases: ran, failed, seed: used, counts, seconds, notRun }] of Object.entries(results)) {
    const told = Object.entries(counts).map(([what, count]) => `${what} ${count}`);
    say(
      notRun === undefined
        ? `${name.padEnd(6)} ${ran} cases, ${failed} failed, seed ${used}, ${seconds} s (${told.join(', ')})\n`
        : `${name.padEnd(6)} not run: ${notRun}\n`,
    );
  }
}
// Not run is not passed.
const isGood = ({ failed, notRun }: SuiteResult) => failed === 0 && (notRun === undefined || isShort);
process.exitCode = Object.values(results).every(isGood) ? 0 : 1;
