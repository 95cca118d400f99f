import { defineConfig } from '@playwright/test';
import type { WorkerOptions } from './support/test.ts';

/**
 * The same specs in both hosts. One worker: decoding, encoding and serving share the machine's few cores.
 * Reporters come from the command line.
 */
export default defineConfig<object, WorkerOptions>({
  testDir: './specs',
  // A folder of its own: Playwright empties it, and other reports lie beside it.
  outputDir: '../test-results/e2e',
  globalSetup: './support/prepare.ts',
  forbidOnly: Boolean(process.env['CI']),
  workers: 1,
  retries: 0,
  timeout: 120_000,
  expect: { timeout: 30_000 },
  use: {
    // Without the film strip: taking it costs as much as decoding the video.
    trace: { mode: 'retain-on-failure', screenshots: false },
    screenshot: 'only-on-failure',
    actionTimeout: 30_000,
  },
  projects: [
    { name: 'browser-host', use: { host: 'browser' } },
    { name: 'electron', use: { host: 'electron' } },
  ],
});
