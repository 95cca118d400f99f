import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { benches } from './benches.ts';
import { machine } from './parts/machine.ts';
import { findProgram } from './parts/programs.ts';
import { tableOf } from './table.ts';

/**
 * `npm run bench -- NAME [--json] [--runs N] [--folder DIR]`. With --json one object on standard output:
 * {"bench", "machine", "runs", "medians", "ratios"}. Ends with 1 when the bench cannot run: figures below what
 * is to be reached are told, not punished, since another machine gives others.
 */
const usage = `npm run bench -- NAME [--json] [--runs N] [--folder DIR]
  license: [--sequences N] [--seed BATCH]
  NAME: ${Object.keys(benches).join(', ')}
`;

function readArguments() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      json: { type: 'boolean', default: false },
      runs: { type: 'string', default: '5' },
      folder: { type: 'string', default: os.tmpdir() },
      sequences: { type: 'string', default: '1000000' },
      seed: { type: 'string', default: '1' },
      help: { type: 'boolean', default: false },
    },
  });
  const numbers = {
    runs: Number(values.runs),
    sequences: Number(values.sequences),
    seed: Number(values.seed),
  };
  const isRight =
    positionals.length === 1 && Object.values(numbers).every((one) => one >= 1 && one % 1 === 0);
  const [name = ''] = positionals;
  return { ...values, ...numbers, name, load: isRight ? benches[name] : undefined };
}

let called;
try {
  called = readArguments();
} catch (thrown) {
  process.stderr.write(`${thrown instanceof Error ? thrown.message : String(thrown)}\n${usage}`);
  process.exit(2);
}
const { name, load, runs, sequences, seed } = called;
if (called.help || !load) {
  (called.help ? process.stdout : process.stderr).write(usage);
  process.exit(called.help ? 0 : 2);
}

const { bench } = await load();
if (bench.impossible !== undefined) {
  process.stderr.write(`The bench ${name} cannot run here: ${bench.impossible}\n`);
  process.exit(1);
}
const missing = bench.programs.filter((program) => !findProgram(program));
if (missing.length > 0) {
  process.stderr.write(`Not on this machine, and the bench ${name} needs it: ${missing.join(', ')}\n`);
  process.exit(1);
}
const folder = fs.mkdtempSync(path.join(called.folder, `layover-bench-${name}-`));
const cleanUp = () => fs.rmSync(folder, { recursive: true, force: true });
process.once('SIGINT', () => {
  cleanUp();
  process.exit(130);
});
try {
  const say = (line: string) => process.stderr.write(`${line}\n`);
  const findings = await bench.run({ runs, folder, sequences, seed, say });
  const whole = { bench: name, machine: machine(), ...findings };
  process.stdout.write(
    `${called.json ? JSON.stringify(whole) : tableOf(`${name}: ${bench.about}`, findings, bench.reaches(findings))}\n`,
  );
} finally {
  cleanUp();
}
