import path from 'node:path';
import * as electron from 'electron';
import { createEngine } from '../../engine/engine.ts';
import { runApp } from './app.ts';
import { appScheme } from './scheme.ts';

// Must run before `ready`, so here and not in a function that somebody awaits.
electron.protocol.registerSchemesAsPrivileged([appScheme]);

const build = path.resolve(import.meta.dirname, '..');
void runApp({
  electron,
  argv: process.argv.slice(1),
  bundleFolder: path.join(build, 'renderer'),
  preloadFile: path.join(build, 'preload', 'preload.cjs'),
  createEngine,
});
