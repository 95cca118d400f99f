#!/usr/bin/env node
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import path from 'node:path';
import { createRequire } from 'node:module';

/**
 * Layover runs on the Node that the project pins (better-sqlite3's prebuilt binary crashes on Node 20), so
 * whatever Node started this file only starts that one.
 */
const root = path.resolve(import.meta.dirname, '..');
const name = process.platform === 'win32' ? 'node.exe' : 'node';
const pinned = createRequire(import.meta.url).resolve(`node/bin/${name}`, { paths: [root] });
const child = spawn(pinned, [path.join(root, 'src/cli/main.ts'), ...process.argv.slice(2)], {
  stdio: 'inherit',
  // Half of what a short command costs is reading these modules anew. A folder of this copy's own: what lies there is run.
  env: { NODE_COMPILE_CACHE: path.join(root, '.layover/compile-cache'), ...process.env },
});
// On Windows a Ctrl-C reaches every process of the console, and kill() would end the child without a last word.
const pass = process.platform === 'win32' ? () => undefined : (signal) => child.kill(signal);
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, pass);
child.on('exit', (code, signal) => {
  process.exitCode = signal ? 128 + constants.signals[signal] : (code ?? 1);
});
