import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { expect, it } from 'vitest';

/** How large the young generation of a process has become in which much survives, in bytes. */
function grown(first: string): number {
  const module = path.join(import.meta.dirname, 'young-generation.ts');
  const script = `
    import v8 from 'node:v8';
    import { keepYoungGenerationSmall } from ${JSON.stringify(module)};
    ${first}
    const kept = [];
    for (let count = 0; count < 1_000_000; count += 1) kept.push({ count });
    const { space_size } = v8.getHeapSpaceStatistics().find((space) => space.space_name === 'new_space');
    console.log(space_size);`;
  return Number(
    spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' }).stdout,
  );
}

it('hardly grows, where otherwise it would', () => {
  // How far it gets otherwise is a matter of when collections come, so the two are compared.
  expect(grown('keepYoungGenerationSmall();')).toBeLessThan(grown('') / 2);
});
