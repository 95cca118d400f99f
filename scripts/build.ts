import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { BundleSpec } from './bundles.ts';
import { bundles } from './bundles.ts';

/**
 * Builds the window (and with `--electron` the main process and the preload script) into build/. What has not
 * changed since it was last built is left alone, so that starting again is quick; `--force` builds anyway. `--qa`:
 * beside these, the same with the license lab, which no package takes along.
 */
const root = path.resolve(import.meta.dirname, '..');
const buildFolder = path.join(root, 'build');

function filesUnder(place: string): string[] {
  const full = path.join(root, place);
  if (!existsSync(full)) return [];
  if (statSync(full).isFile()) return [full];
  return readdirSync(full, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !/\.test\.tsx?$|\.md$/.test(entry.name))
    .map((entry) => path.join(entry.parentPath, entry.name));
}

/** A digest of the names and contents of everything that goes into a bundle. */
function digestOf({ sources }: BundleSpec): string {
  const hash = createHash('sha256');
  for (const file of sources.flatMap(filesUnder).sort()) {
    const bytes = readFileSync(file);
    hash.update(`${path.relative(root, file)}\0${bytes.length}\0`).update(bytes);
  }
  return hash.digest('hex');
}

const stampFile = (name: string) => path.join(buildFolder, `${name}.stamp`);

function isCurrent(name: string, digest: string): boolean {
  const stamp = stampFile(name);
  const built = existsSync(stamp) ? readFileSync(stamp, 'utf8') : '';
  return built === digest && existsSync(path.join(buildFolder, name));
}

/** Builds beside the old one and takes its place at the end: a failed or killed build changes nothing. */
async function buildOne(spec: BundleSpec, digest: string): Promise<void> {
  const { build } = await import('vite');
  const draft = path.join(buildFolder, `.${spec.name}.${process.pid}`);
  const target = path.join(buildFolder, spec.name);
  try {
    await build(spec.config(draft));
    rmSync(stampFile(spec.name), { force: true });
    rmSync(target, { recursive: true, force: true });
    renameSync(draft, target);
    writeFileSync(stampFile(spec.name), digest);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

// A test runner sets this to "test", which would put React's development build into the window.
process.env['NODE_ENV'] = 'production';

const flags = new Set(process.argv.slice(2));
const unknown = [...flags].find((flag) => !['--electron', '--force', '--qa'].includes(flag));
if (unknown) {
  process.stderr.write(`build: unknown option ${unknown}; it takes --electron, --qa and --force\n`);
  process.exit(2);
}
const wanted = Object.values(bundles).filter(
  ({ name }) =>
    (name.startsWith('renderer') || flags.has('--electron')) && (!name.endsWith('-qa') || flags.has('--qa')),
);
for (const spec of wanted) {
  const digest = digestOf(spec);
  if (!flags.has('--force') && isCurrent(spec.name, digest)) continue;
  const startedAt = performance.now();
  try {
    await buildOne(spec, digest);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.stderr.write(`Building ${spec.name} failed; what was built before is still there.\n`);
    process.exit(1);
  }
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  process.stdout.write(`Built ${spec.name} in ${seconds} s.\n`);
}
