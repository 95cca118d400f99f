import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { mutants } from './mutants.ts';

const rules = path.resolve(import.meta.dirname, '../../src/license');

it.each(mutants)('$what: what it replaces stands exactly once', ({ file, right, wrong }) => {
  expect(readFileSync(path.join(rules, file), 'utf8').split(right)).toHaveLength(2);
  expect(wrong).not.toBe(right);
});
