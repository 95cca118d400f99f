import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { z } from 'zod';
// @ts-expect-error -- a plain JavaScript file, because eslint's configuration loads it under any Node
import * as layering from './lint/layering.js';

const root = path.resolve(import.meta.dirname, '..');
const textOf = (file: string) => readFileSync(path.join(root, file), 'utf8');
/** Cells of the rows of all tables in a Markdown text. */
const rowsOf = (text: string) =>
  text
    .split('\n')
    .filter((line) => line.startsWith('| ') && !line.startsWith('| -'))
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .map((cells) => cells.slice(1, -1));

it('architecture.md has the import table that lint enforces', () => {
  const { table } = z.object({ table: z.record(z.string(), z.array(z.string())) }).parse(layering);
  const told = rowsOf(textOf('docs/architecture.md'))
    .filter(([folder]) => folder?.startsWith('`'))
    .map(([folder = '', , imports = '']) => [folder.replaceAll(/[`/]/g, ''), imports] as const);
  expect(told.map(([folder]) => folder)).toEqual(Object.keys(table));
  const all = told
    .slice(
      0,
      told.findIndex(([folder]) => folder === 'engine'),
    )
    .map(([folder]) => folder);
  for (const [folder, imports] of told) {
    const named =
      imports === 'all above but platform'
        ? all.filter((each) => each !== 'platform')
        : imports.split(', ').filter((each) => each !== '–');
    expect([folder, named.sort()]).toEqual([folder, [...(table[folder] ?? [])].sort()]);
  }
});

it('every folder of src/ is in that table and has a README', () => {
  const folders = readdirSync(path.join(root, 'src'));
  const { table } = z.object({ table: z.record(z.string(), z.unknown()) }).parse(layering);
  expect(folders.sort()).toEqual(Object.keys(table).sort());
  for (const folder of folders)
    expect(existsSync(path.join(root, 'src', folder, 'README.md')), folder).toBe(true);
});

it('every library has its reason, and no other is named', () => {
  const names = z.record(z.string(), z.string());
  const manifest = z
    .object({ dependencies: names, devDependencies: names })
    .parse(JSON.parse(textOf('package.json')));
  const [running = '', building = ''] = textOf('docs/decisions/008-libraries.md').split('Only for building');
  const told = (text: string) =>
    rowsOf(text)
      .flatMap(([libraries = '']) => libraries.split(', '))
      .filter((name) => name !== 'library')
      .sort();
  const grouped = (from: Record<string, string>) =>
    [...new Set(Object.keys(from).map((name) => (name.startsWith('@types/') ? '@types/*' : name)))].sort();
  expect(told(running)).toEqual(grouped(manifest.dependencies));
  expect(told(building)).toEqual(grouped(manifest.devDependencies));
});

it('links between the documents lead somewhere', () => {
  const skipped = new Set(['node_modules', '.git', 'build', 'dist', '.layover', 'test-results']);
  const texts = (folder: string): string[] =>
    readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
      if (skipped.has(entry.name)) return [];
      const place = path.join(folder, entry.name);
      if (entry.isDirectory()) return texts(place);
      return entry.name.endsWith('.md') ? [place] : [];
    });
  const broken = texts(root).flatMap((file) =>
    Array.from(readFileSync(file, 'utf8').matchAll(/\]\((?!https?:)([^)#\s]+)/g), ([, link = '']) => link)
      .filter((link) => !existsSync(path.join(path.dirname(file), link)))
      .map((link) => `${path.relative(root, file)}: ${link}`),
  );
  expect(broken).toEqual([]);
});

it.each(['bad-input.md', 'lessons-tested.md'])('every test that %s names is there', (name) => {
  const named = Array.from(
    textOf(`docs/${name}`).matchAll(/`([^`*]+\.(?:test|spec)\.ts)`/g),
    ([, file = '']) => file,
  );
  expect(named.length).toBeGreaterThan(0);
  expect(named.filter((file) => !existsSync(path.join(root, file)))).toEqual([]);
});
