import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { named, notLinux } from '../testing/systems.ts';

const root = path.resolve(import.meta.dirname, '..');
const scratch = mkdtempSync(path.join(tmpdir(), 'layover-package-'));

async function run(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk) => (stdout += String(chunk)));
  child.stderr.on('data', (chunk) => (stderr += String(chunk)));
  const [code] = (await once(child, 'close')) as [number];
  return { code, stdout, stderr };
}

beforeAll(async () => {
  expect(await run('scripts/build.ts', '--electron', '--qa')).toMatchObject({ code: 0 });
});

/** All that a bundle is made of, names of files included. */
function textOfBundle(name: string): string {
  const folder = path.join(root, 'build', name);
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  return files
    .map((entry) => `${entry.name}\n${readFileSync(path.join(entry.parentPath, entry.name), 'utf8')}`)
    .join('\n');
}

describe('the license lab', () => {
  const messages = Object.keys(
    JSON.parse(readFileSync(path.join(root, 'src/renderer/lab/locales/en.json'), 'utf8')) as object,
  );
  // What a minifier leaves of it: names of procedures, actions and files, and every message of the screen.
  const ofTheWindow = [
    'verdictAt',
    'exportScenario',
    'importScenario',
    'renewalsRefused',
    'lab-screen',
    'lab-timeline',
    'layover-lab-answered',
    ...messages,
  ];
  const ofTheEngine = ['verdictAt', 'exportScenario', 'createVirtualClock', 'move-to-another-computer', 'layover-lab-', 'lab.json', 'lab-journal.json', 'lab-scenario']; // prettier-ignore

  it.each([
    ['renderer', ofTheWindow],
    ['main', ofTheEngine],
  ])('is in no release: %s', (name, traces) => {
    const [release, qa] = [textOfBundle(name), textOfBundle(`${name}-qa`)];
    expect(traces.filter((trace) => release.includes(trace))).toEqual([]);
    // The search would find it.
    expect(traces.filter((trace) => !qa.includes(trace))).toEqual([]);
  });
});

describe('the build', () => {
  it('is left alone while nothing has changed', async () => {
    expect(await run('scripts/build.ts', '--electron', '--qa')).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  it('has a preload script that asks for electron and nothing else', () => {
    const text = readFileSync(path.join(root, 'build', 'preload', 'preload.cjs'), 'utf8');
    expect([...text.matchAll(/require\("([^"]+)"\)/g)].map(([, name]) => name)).toEqual(['electron']);
    expect(text.length).toBeLessThan(4096);
  });

  it('has libraries in their production form, whoever built it', () => {
    const assets = path.join(root, 'build', 'renderer', 'assets');
    const scripts = readdirSync(assets).filter((name) => name.endsWith('.js'));
    const text = scripts.map((name) => readFileSync(path.join(assets, name), 'utf8')).join('');
    expect(text).toContain('react.dev/errors/');
    expect(text).not.toContain('Download the React DevTools');
  });

  it('has a page without inline scripts or styles, which its policy would refuse', () => {
    const html = readFileSync(path.join(root, 'build', 'renderer', 'index.html'), 'utf8');
    expect(html).not.toMatch(/<script(?![^>]*\bsrc=)|<style| style=| on\w+=/);
  });

  it('runs as Electron’s main process: window, engine, database, end', async () => {
    const userData = mkdtempSync(path.join(tmpdir(), 'layover-built-'));
    const bundle = path.join('build', 'main', 'main.js');
    const { code, stdout, stderr } = await run('testing/fake-electron/run-built.ts', bundle, userData);
    expect([code, stderr]).toEqual([0, '']);
    expect(JSON.parse(stdout)).toMatchObject({
      privileged: [{ scheme: 'app' }],
      preload: path.join(root, 'build', 'preload', 'preload.cjs'),
      url: 'app://bundle/',
      status: { host: 'electron', version: '1.2.3', account: null },
    });
  });
});

/** A folder that electron-builder takes for Electron: the program is the fuse wire and little else. */
function standInElectron(): string {
  const folder = path.join(scratch, 'electron');
  mkdirSync(path.join(folder, 'resources'), { recursive: true });
  const wire = Buffer.concat([Buffer.from(SENTINEL), Buffer.of(1, 9), Buffer.from('101100001')]);
  writeFileSync(path.join(folder, 'electron'), Buffer.concat([Buffer.from('\x7fELF'), wire]), {
    mode: 0o755,
  });
  for (const name of ['version', 'LICENSE', 'LICENSES.chromium.html'])
    writeFileSync(path.join(folder, name), '');
  return folder;
}
/** Electron's own mark before the fuses (electron/fuses on GitHub). */
const SENTINEL = 'dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX';
const fuses = [
  'runAsNode',
  'cookieEncryption',
  'nodeOptions',
  'nodeCliInspect',
  'asarIntegrity',
  'onlyLoadAppFromAsar',
  'browserProcessSpecificV8Snapshot',
  'grantFileProtocolExtraPrivileges',
];

/** Paths in an asar archive; its header is a pickled JSON string behind four lengths. */
function listAsar(file: string): string[] {
  const descriptor = openSync(file, 'r');
  const lengths = Buffer.alloc(16);
  readSync(descriptor, lengths);
  const json = Buffer.alloc(lengths.readUInt32LE(12));
  readSync(descriptor, json, { position: 16 });
  interface Node {
    files?: Record<string, Node>;
  }
  const walk = (node: Node, prefix: string): string[] =>
    node.files
      ? Object.entries(node.files).flatMap(([name, child]) => walk(child, `${prefix}/${name}`))
      : [prefix];
  return walk(JSON.parse(json.toString('utf8')) as Node, '');
}

describe.skipIf(notLinux)(named('the package for Linux x64, on a stand-in for Electron', notLinux), () => {
  const out = path.join(scratch, 'out', 'linux-unpacked');

  beforeAll(async () => {
    const { code, stderr } = await run(
      path.join('node_modules', 'electron-builder', 'cli.js'),
      ...['--linux', '--x64', '--dir', '--publish', 'never'],
      `-c.electronDist=${standInElectron()}`,
      `-c.directories.output=${path.join(scratch, 'out')}`,
    );
    expect([code, code === 0 ? '' : stderr]).toEqual([0, '']);
  });

  it('holds the bundles, the one native module for the target, and nothing else', () => {
    const names = listAsar(path.join(out, 'resources', 'app.asar'));
    expect(names).toEqual(
      expect.arrayContaining([
        '/package.json',
        '/build/main/main.js',
        '/build/preload/preload.cjs',
        '/build/renderer/index.html',
      ]),
    );
    const expected =
      /^\/(package\.json|build\/(main|preload|renderer)\/.+|node_modules\/better-sqlite3\/(package\.json|LICENSE|lib\/.+|prebuilds\/linux-x64\.node))$/;
    expect(names.filter((name) => !expected.test(name))).toEqual([]);
    const native = readdirSync(out, { recursive: true }).filter((name) => String(name).endsWith('.node'));
    expect(native).toEqual([
      path.join(
        'resources',
        'app.asar.unpacked',
        'node_modules',
        'better-sqlite3',
        'prebuilds',
        'linux-x64.node',
      ),
    ]);
  });

  it('has its fuses set as the security checklist wants them', () => {
    const program = readFileSync(path.join(out, 'layover'));
    const at = program.indexOf(SENTINEL) + SENTINEL.length + 2;
    const states = fuses.map((name, index) => [name, String.fromCharCode(program[at + index]!)]);
    expect(Object.fromEntries(states)).toEqual({
      runAsNode: '0',
      cookieEncryption: '1',
      nodeOptions: '0',
      nodeCliInspect: '0',
      asarIntegrity: '1',
      onlyLoadAppFromAsar: '1',
      browserProcessSpecificV8Snapshot: '0',
      grantFileProtocolExtraPrivileges: '0',
    });
  });
});
