import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { travel } from './travel.ts';
import { createReport } from './report.ts';

/**
 * `npm run journey [-- --json]`: the traveler's day without a window, on real processes. With --json one
 * object on standard output and nothing else. Exit code 0 only if every step is ok.
 */
const json = process.argv.includes('--json');
const folder = await mkdtemp(path.join(os.tmpdir(), 'layover-journey-'));
const report = createReport(({ step, ok, ms, detail }) => {
  if (!json)
    process.stdout.write(`${ok ? '✓' : '✗'} ${step.padEnd(26)} ${String(ms).padStart(6)} ms  ${detail}\n`);
});
try {
  await travel(report, folder);
} finally {
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
}
if (json) process.stdout.write(`${JSON.stringify({ ok: report.ok, steps: report.steps })}\n`);
process.exitCode = report.ok ? 0 : 1;
