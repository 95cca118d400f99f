import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { encodeDemoCatalog } from '../../scripts/demo-catalog.ts';
import { electronBinary } from './electron-host.ts';

const root = path.resolve(import.meta.dirname, '../..');

/** Before the first spec: the window's bundle is the one of this source, with the license lab and without, and the catalog is encoded. */
export default async function prepare(): Promise<void> {
  const flags = ['--qa', ...(electronBinary() ? ['--electron'] : [])];
  const built = spawnSync(process.execPath, ['scripts/build.ts', ...flags], { cwd: root, stdio: 'inherit' });
  if (built.status !== 0) throw new Error('the window could not be built');
  await encodeDemoCatalog();
}
