import path from 'node:path';
import { defineConfig } from 'vitest/config';

/**
 * `unit`: one process, no ffmpeg, no child servers; files share a worker's modules, which each would load again otherwise:
 * a third of the time. `unit-apart`: those with a document or a fake `electron`, which keep state of their module's own.
 * `integration`: real processes, real media, real kills; these share the machine's few cores, so they run one file after
 * another.
 */
const alias = { electron: path.resolve(import.meta.dirname, 'testing/fake-electron/index.ts') };
/** electron-store imports electron itself and must meet the fake too. */
const server = { deps: { inline: ['electron-store'] } };
const include = (kind: string) => [`{src,service,testing,scripts,bench,faults}/**/*${kind}.test.{ts,tsx}`];
const apart = ['src/{renderer,preload,main/electron}/**/*.test.{ts,tsx}'];
/** What is waited for comes when it comes: a second, as vitest has it, is a statement on the machine. */
const expect = { poll: { timeout: 30_000 } };
const exclude = ['**/*.integration.test.ts', '**/node_modules/**'];

export default defineConfig({
  test: {
    projects: [
      {
        resolve: { alias },
        test: {
          name: 'unit',
          server,
          include: include(''),
          exclude: [...exclude, ...apart],
          isolate: false,
          expect,
          testTimeout: 30_000,
        },
      },
      {
        resolve: { alias },
        test: { name: 'unit-apart', server, include: apart, exclude, expect, testTimeout: 30_000 },
      },
      {
        resolve: { alias },
        test: {
          name: 'integration',
          server,
          include: include('.integration'),
          fileParallelism: false,
          expect,
          testTimeout: 240_000,
          hookTimeout: 240_000,
        },
      },
    ],
  },
});
