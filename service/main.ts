import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { createApi } from './api/create-api.ts';
import { plansWith } from './api/license-terms.ts';
import { layoutOf } from './encoder/layout.ts';
import { startEncoder } from './supervisor/encoder.ts';
import { startFleet } from './supervisor/fleet.ts';
import { planFleet } from './supervisor/holdings.ts';
import { openHoldsFiles } from './supervisor/holds-files.ts';
import { readOptions, usage } from './supervisor/options.ts';
import type { Options } from './supervisor/options.ts';
import { portAgain } from './supervisor/ports.ts';
import {
  readState,
  removeServiceFile,
  runningService,
  writeServiceFile,
  writeState,
} from './supervisor/state-file.ts';
import type { ServiceFile } from './supervisor/state-file.ts';

/** The reference service: API in this process, OCAs and encoder in processes of their own. */

const say = (line: string): void => void process.stderr.write(`${line}\n`);
const closers: (() => Promise<void> | void)[] = [];
let ending = false;

/** Everything that was started is stopped, last first. Children that are only just starting end with us. */
async function end(code: number): Promise<never> {
  for (const close of closers.splice(0).reverse()) await close();
  process.exit(code);
}
function endOnce(code: number): void {
  if (ending) return;
  ending = true;
  end(code).catch((error: unknown) => {
    say(String(error));
    process.exit(1);
  });
}

async function run(options: Options): Promise<void> {
  const dataDir = path.resolve(options.data);
  const layout = layoutOf(dataDir);
  const now = (): number => Date.now() + options['qa-clock-offset-ms'];
  mkdirSync(layout.media, { recursive: true });
  const other = await runningService(dataDir);
  if (other) throw new Error(`A service runs on this folder already (${other.apiUrl}). Stop it first.`);

  const state = readState(dataDir);
  const appliances = planFleet(options.ocas);
  const holdsFiles = openHoldsFiles(dataDir, appliances);
  const tell = (event: string, fields: object): void => {
    if (options.json) process.stdout.write(`${JSON.stringify({ event, ...fields })}\n`);
  };

  const fleet = await startFleet({
    appliances,
    mediaDir: layout.media,
    holdsFileOf: holdsFiles.fileOf,
    secret: state.ocaSecret,
    hasControl: options.control,
    restart: !options['no-restart'],
    clockOffsetMs: options['qa-clock-offset-ms'],
    ports: state.ports,
    say,
    onChange: () => publish(),
    now,
  });
  closers.push(() => fleet.stop());

  const devices = options['download-devices'];
  const { app } = await createApi({
    dataDir,
    clock: { now },
    ocas: () => fleet.running().map((oca) => ({ ...oca, holds: (id) => holdsFiles.holds(oca.ocaId, id) })),
    ocaSecret: state.ocaSecret,
    ...(options['address-valid-seconds'] ? { addressValidMs: options['address-valid-seconds'] * 1000 } : {}),
    planTerms: plansWith(devices ? { maxDevices: devices } : {}),
    operatorToken: state.operatorToken,
    logger: { level: options.verbose ? 'info' : 'warn', file: path.join(dataDir, 'service.log') },
    onCatalogChange: holdsFiles.fill,
  });
  closers.push(() => app.close());
  await app.listen({ host: '127.0.0.1', port: options.port || (await portAgain(state.ports['api'] ?? 0)) });

  const apiUrl = app.listeningOrigin;
  const described = (): ServiceFile => ({
    apiUrl,
    ocas: fleet.running().map(({ ocaId, url, pid }) => ({
      ocaId,
      url,
      controlUrl: options.control ? `${url}/control/faults` : null,
      pid,
    })),
    pid: process.pid,
  });
  const publish = (): void => {
    if (!ending) writeServiceFile(dataDir, described());
  };
  const ports = Object.fromEntries(
    fleet.running().map(({ ocaId, url }) => [ocaId, Number(new URL(url).port)]),
  );
  writeState(dataDir, { ...state, ports: { ...state.ports, ...ports, api: Number(new URL(apiUrl).port) } });
  closers.push(() => removeServiceFile(dataDir));
  publish();
  say(`Service: ${apiUrl}, ${appliances.length} OCAs`);
  tell('ready', described());
  if (!options['no-encode']) prepareCatalog(dataDir, now, tell);
}

function prepareCatalog(
  dataDir: string,
  now: () => number,
  tell: (event: string, fields: object) => void,
): void {
  let said = '';
  const encoder = startEncoder({
    dataDir,
    now,
    say,
    onProgress: (progress) => {
      tell('encode', progress);
      // A few lines for the whole of it, not a few a second.
      const line = `Demo catalog: ${progress.done} of ${progress.total} videos ready`;
      const step = `${line} ${Math.floor(progress.fraction * 20)}`;
      if (step !== said) say(`${line} (${Math.round(progress.fraction * 100)} %, ${progress.name})`);
      said = step;
    },
  });
  closers.push(() => encoder.stop());
}

let options: Options | undefined;
try {
  options = readOptions(process.argv.slice(2));
} catch (error) {
  say(`${error instanceof Error ? error.message : String(error)}\n${usage}`);
  process.exitCode = 2;
}
if (options) {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => endOnce(0));
  if (options['exit-with-parent'])
    process.stdin
      .once('end', () => endOnce(0))
      .once('close', () => endOnce(0))
      .resume();
  await run(options).catch((error: unknown) => {
    if (!ending) say(error instanceof Error ? error.message : String(error));
    endOnce(1);
  });
}
