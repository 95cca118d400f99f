import path from 'node:path';
import * as electron from 'electron';
import { createEngine } from '../../engine/engine.ts';
import { createLab } from '../../lab/lab.ts';
import { runApp } from './app.ts';
import { appScheme } from './scheme.ts';

/** The QA build's start: as `main.ts`, with the license lab for whoever says `--qa`. */
electron.protocol.registerSchemesAsPrivileged([appScheme]);

const build = path.resolve(import.meta.dirname, '..');
void runApp({
  electron,
  argv: process.argv.slice(1),
  bundleFolder: path.join(build, 'renderer'),
  preloadFile: path.join(build, 'preload', 'preload.cjs'),
  createEngine,
  createLab,
});
