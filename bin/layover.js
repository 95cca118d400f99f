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
const pinned = createRequire(import.meta.url).resolve('node/bin/node', { paths: [root] });
const child = spawn(pinned, [path.join(root, 'src/cli/main.ts'), ...process.argv.slice(2)], {
  stdio: 'inherit',
});
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => {
  process.exitCode = signal ? 128 + constants.signals[signal] : (code ?? 1);
});
