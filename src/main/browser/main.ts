import path from 'node:path';
import { createEngine } from '../../engine/engine.ts';
import { createLog } from '../../platform/log.ts';
import { createNodePlatform } from '../../platform/node-platform.ts';
import { seedServiceUrl } from '../../platform/settings.ts';
import { asLayoverError } from '../../shared/errors.ts';
import { openBundle } from '../bundle.ts';
import type { HostOptions } from '../host-options.ts';
import { parseHostOptions, UsageError } from '../host-options.ts';
import { defaultUserData, versionIn } from '../../platform/places.ts';
import { findBrowser, openAppWindow, thisMachine } from './app-window.ts';
import { startBrowserHost } from './host.ts';
import { endInOrder } from './lifetime.ts';

const root = path.resolve(import.meta.dirname, '../../..');

async function run(options: HostOptions): Promise<void> {
  const userData = options.data ?? defaultUserData(process.env);
  const log = createLog({
    folder: path.join(userData, 'logs'),
    stderrLevel: options['log-level'],
    now: () => Date.now(),
  });
  const bundle = openBundle(path.join(root, 'build', options.qa ? 'renderer-qa' : 'renderer'));
  const platform = createNodePlatform({
    host: 'browser',
    version: versionIn(root),
    userData,
    log,
  });
  seedServiceUrl(platform.settings, options.service);
  const offsetMs = options['qa-clock-offset-ms'];
  const lab =
    options.qa || offsetMs !== 0
      ? (await import('../../lab/lab.ts')).createLab(platform, offsetMs)
      : undefined;
  const engine = await createEngine(lab?.platform ?? platform, options.qa ? lab?.extend : undefined);
  const { random } = platform;
  const host = await startBrowserHost({ engine, bundle, port: options.port, random, log });

  const stop = async () => {
    await host.close();
    await engine.stop();
    await platform.close();
  };
  endInOrder(process, stop, log);

  const say = (line: string) => process.stdout.write(options.json ? '' : `${line}\n`);
  if (options.json) process.stdout.write(`${JSON.stringify({ url: host.url, pid: process.pid })}\n`);
  const printAddress = (reason?: string) =>
    say(
      `${reason ? `No window could be opened (${reason}). ` : ''}Open this address in a browser: ${host.url}`,
    );
  if (options.open === 'print') {
    printAddress();
    return;
  }
  const browser = findBrowser(thisMachine);
  if ('reason' in browser) {
    printAddress(browser.reason);
    return;
  }
  say(`Layover opens in ${browser.file}. Press Ctrl+C here to stop it.`);
  openAppWindow(browser.file, host.url, path.join(userData, 'browser-window'), printAddress);
}

try {
  await run(parseHostOptions(process.argv.slice(2)));
} catch (thrown) {
  if (thrown instanceof UsageError) {
    process.stderr.write(`${thrown.message}\n`);
    process.exit(2);
  }
  const error = asLayoverError(thrown);
  if (process.argv.includes('--json'))
    process.stdout.write(`${JSON.stringify({ error: error.toValue() })}\n`);
  process.stderr.write(`${error.message}\n`);
  if (error.code === 'internal') process.stderr.write(`${String(error.cause)}\n`);
  process.exit(1);
}
