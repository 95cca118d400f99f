import path from 'node:path';
import type { InlineConfig } from 'vite';

const root = path.resolve(import.meta.dirname, '..');

export interface BundleSpec {
  readonly name: 'renderer' | 'main' | 'preload' | 'renderer-qa' | 'main-qa';
  /** Files and folders it is made of: while they stay the same it is not built again. */
  readonly sources: readonly string[];
  readonly config: (outDir: string) => InlineConfig;
}

const tools = ['package-lock.json', 'vite.config.ts', 'scripts/build.ts', 'scripts/bundles.ts'];

/** Code for Electron's processes: all libraries bundled, except Electron itself and the one native module. */
function processConfig(outDir: string, entry: string, format: 'es' | 'cjs', fileName: string): InlineConfig {
  return {
    configFile: false,
    root,
    logLevel: 'warn',
    publicDir: false,
    ssr: { noExternal: true, external: ['better-sqlite3'], target: 'node' },
    build: {
      ssr: path.join(root, entry),
      outDir,
      emptyOutDir: true,
      target: 'node24',
      minify: false,
      rolldownOptions: {
        external: ['electron', 'better-sqlite3'],
        output: { format, entryFileNames: fileName, codeSplitting: false },
      },
    },
  };
}

/** `qa`: with the screen of the license lab; in production the branch that asks for it is dropped. */
function windowConfig(outDir: string, mode: 'production' | 'qa'): InlineConfig {
  return {
    configFile: path.join(root, 'vite.config.ts'),
    logLevel: 'warn',
    mode,
    build: { outDir, emptyOutDir: true },
  };
}
const windowSources = ['src/renderer', 'src/shared', 'src/abr', 'resources', ...tools];

export const bundles: Record<BundleSpec['name'], BundleSpec> = {
  renderer: {
    name: 'renderer',
    sources: windowSources,
    config: (outDir) => windowConfig(outDir, 'production'),
  },
  'renderer-qa': {
    name: 'renderer-qa',
    sources: windowSources,
    config: (outDir) => windowConfig(outDir, 'qa'),
  },
  'main-qa': {
    name: 'main-qa',
    sources: ['src', ...tools],
    config: (outDir) => processConfig(outDir, 'src/main/electron/main-qa.ts', 'es', 'main.js'),
  },
  main: {
    name: 'main',
    sources: ['src', 'resources', ...tools],
    config: (outDir) => processConfig(outDir, 'src/main/electron/main.ts', 'es', 'main.js'),
  },
  preload: {
    name: 'preload',
    // A sandboxed preload script is one CommonJS file: its `require` knows little but electron.
    sources: ['src/preload', 'src/shared', ...tools],
    config: (outDir) => processConfig(outDir, 'src/preload/preload.ts', 'cjs', 'preload.cjs'),
  },
};
