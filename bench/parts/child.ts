import { spawn } from 'node:child_process';
import path from 'node:path';
import { smallYoungGeneration } from '../../src/platform/young-generation.ts';

/**
 * Runs a TypeScript file of `bench/children/` in a process of its own, hands it one argument as JSON, and
 * gives back the JSON that it prints as its last line. So one run's memory and compiled code never help the
 * next. `nodeArgs`: for a profile, `--cpu-prof`. `prefix`: the command that starts it, `ip netns exec NAME`.
 */
export async function runChild<Input, Output>(
  file: string,
  input: Input,
  nodeArgs: readonly string[] = [],
  prefix: readonly string[] = [],
): Promise<Output> {
  const script = path.resolve(import.meta.dirname, '../children', file);
  const own = [process.execPath, ...smallYoungGeneration, ...nodeArgs, script];
  const [program = process.execPath, ...args] = [...prefix, ...own];
  const child = spawn(program, [...args, JSON.stringify(input)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  child.stdout.on('data', (piece: Buffer) => (said += piece.toString()));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const last = said.trimEnd().split('\n').at(-1);
  if (code !== 0 || !last) throw new Error(`${file} ended with ${code}: ${said.slice(-2000)}`);
  return JSON.parse(last) as Output;
}
