import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { smallYoungGeneration } from '../src/platform/young-generation.ts';

/**
 * The demo on one machine: the reference service with its OCAs, and the app on it. `--browser` and
 * `--electron` choose the host; `--print` only prints the address; `--qa` adds the license lab.
 */
const root = path.resolve(import.meta.dirname, '..');
const serviceData = path.join(root, '.layover', 'service');
const userData = path.join(root, '.layover', 'user');
const flags = new Set(process.argv.slice(2));
const say = (line: string) => process.stdout.write(`${line}\n`);

const children: ChildProcess[] = [];
function start(program: string, args: string[], stdio: 'inherit' | 'piped' = 'inherit'): ChildProcess {
  const child = spawn(program, args, {
    cwd: root,
    stdio: ['pipe', 'inherit', stdio === 'piped' ? 'pipe' : 'inherit'],
  });
  children.push(child);
  return child;
}
function stopAll(): void {
  for (const child of children) child.kill('SIGTERM');
}
// On Windows a Ctrl-C reaches the children by itself, and kill() would not let them put things away.
process.once('SIGINT', process.platform === 'win32' ? () => undefined : stopAll);
process.once('SIGTERM', stopAll);
const ended = (child: ChildProcess) =>
  new Promise<number>((resolve) => child.once('exit', (code) => resolve(code ?? 1)));

/** Which host, and the reason in words. */
function chooseHost(): { electron: string | undefined; why: string } {
  const folder = path.join(root, 'node_modules', 'electron');
  const named = path.join(folder, 'path.txt');
  const binary = existsSync(named)
    ? path.join(folder, 'dist', readFileSync(named, 'utf8').trim())
    : undefined;
  if (flags.has('--browser')) return { electron: undefined, why: 'the browser host, as you asked' };
  if (binary && existsSync(binary)) return { electron: binary, why: 'Electron: its binary is installed' };
  return {
    electron: undefined,
    why: 'the browser host: Electron’s binary is not installed (`npx install-electron` gets it)',
  };
}

const Service = z.object({ apiUrl: z.url(), pid: z.number() });

async function serviceUrl(service: ChildProcess): Promise<string> {
  const file = path.join(serviceData, 'service.json');
  while (service.exitCode === null) {
    if (existsSync(file)) {
      const answer = Service.safeParse(JSON.parse(readFileSync(file, 'utf8')));
      if (answer.success && answer.data.pid === service.pid) return answer.data.apiUrl;
    }
    await sleep(50);
  }
  throw new Error('The service ended before it was ready; see the lines above.');
}

const host = chooseHost();
const qa = flags.has('--qa') ? ['--qa'] : [];
if (flags.has('--electron') && !host.electron) {
  say('Electron’s binary is not installed. Run `npx install-electron`, then start again.');
  process.exit(1);
}
mkdirSync(serviceData, { recursive: true });
// What the viewer watched is nobody else's to read.
mkdirSync(userData, { recursive: true, mode: 0o700 });
rmSync(path.join(serviceData, 'service.json'), { force: true });

say(`Host: ${host.why}.`);
const build = ended(
  start(process.execPath, ['scripts/build.ts', ...(host.electron ? ['--electron'] : []), ...qa]),
);
const service = start(
  process.execPath,
  ['service/main.ts', '--data', serviceData, '--exit-with-parent'],
  'piped',
);
if (service.stderr) createInterface({ input: service.stderr }).on('line', (line) => say(`  ${line}`));
const url = await serviceUrl(service);
if ((await build) !== 0) {
  stopAll();
  process.exit(1);
}
say('Sign in with traveler@layover.example / layover-demo.');
const app = host.electron
  ? start(host.electron, [
      qa.length > 0 ? 'build/main-qa/main.js' : '.',
      `--data=${userData}`,
      `--service=${url}`,
      ...qa,
    ])
  : start(process.execPath, [
      ...smallYoungGeneration,
      'src/main/browser/main.ts',
      '--data',
      userData,
      '--service',
      url,
      '--open',
      flags.has('--print') ? 'print' : 'app',
      ...qa,
    ]);
process.exitCode = await Promise.race([ended(app), ended(service)]);
stopAll();
