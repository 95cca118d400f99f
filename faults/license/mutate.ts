import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { mutants } from './mutants.ts';

/** `node --import mutate.ts`, with the number of a mutant in LAYOVER_MUTANT: this process reads that line wrong. */
const mutant = mutants[Number(process.env.LAYOVER_MUTANT)];
if (!mutant) throw new Error('LAYOVER_MUTANT names no mutant');
const { right, wrong } = mutant;
const file = path.resolve(import.meta.dirname, '../../src/license', mutant.file);
if (readFileSync(file, 'utf8').split(right).length !== 2)
  throw new Error(`${mutant.file} does not say once: ${right}`);

registerHooks({
  load(url, context, next) {
    const loaded = next(url, context);
    if (!url.startsWith('file:') || fileURLToPath(url) !== file) return loaded;
    const text = loaded.source;
    if (text == null) throw new Error('no source');
    const source = typeof text === 'string' ? text : new TextDecoder().decode(text);
    return { ...loaded, source: source.replace(right, () => wrong) };
  },
});
