import { registerHooks } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

/**
 * Runs the built main process under the fake: `node run-built.ts BUNDLE USER_DATA`. Prints what the window was
 * given as one line of JSON, quits, and ends with the app's exit code.
 */
const [bundle = '', userData = ''] = process.argv.slice(2);
const fake = pathToFileURL(path.join(import.meta.dirname, 'index.ts')).href;
registerHooks({
  resolve: (specifier, context, next) =>
    specifier === 'electron' ? { url: fake, shortCircuit: true } : next(specifier, context),
});

const { becomeReady, pageChannel, resetElectron } = await import('./control.ts');
const { emitters } = await import('./state.ts');
const { createPortClient } = await import('../../src/renderer/transport/client.ts');
const state = resetElectron(userData);
process.argv = [process.execPath, bundle, '--log-level', 'error'];
await import(pathToFileURL(path.resolve(bundle)).href);
const { privileged } = state;
becomeReady();
while (!state.windows[0]?.isShown && state.exitCode === null) await new Promise(setImmediate);

const window = state.windows[0];
if (window) {
  const { page, main } = pageChannel();
  const client = createPortClient(page);
  page.start();
  window.webContents.postToMain('layover:connect', null, [main]);
  const status = await client.app.status();
  const preload = window.options.webPreferences?.['preload'];
  const url = window.webContents.mainFrame.url;
  process.stdout.write(`${JSON.stringify({ privileged, preload, url, status })}\n`);
  window.close();
  if (state.exitCode === null) await new Promise((resolve) => emitters.app.once('quit', resolve));
}
for (const box of state.errorBoxes) process.stderr.write(`${box}\n`);
process.exit(state.exitCode ?? 1);
