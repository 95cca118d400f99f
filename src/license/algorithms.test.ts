import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { algorithms } from './algorithms.ts';

/** Written a second time on purpose: a name is added here only once it has been tried under Electron. */
const inBoringSsl = new Set(['EdDSA', 'ECDH-ES', 'P-256', 'A256GCM', 'aes-256-gcm', 'sha256']);

test('only what Electron’s BoringSSL has', () => {
  expect(Object.values(algorithms).filter((name) => !inBoringSsl.has(name))).toEqual([]);
});

test('no other algorithm is named in this folder', async () => {
  const files = (await readdir(import.meta.dirname)).filter(
    (name) => name.endsWith('.ts') && !name.endsWith('.test.ts') && name !== 'algorithms.ts',
  );
  expect(files).toContain('claims.ts');
  const names =
    /'[^'\n]*(?:\bA\d{3}|ECDH|RSA|EdDSA|Ed25519|X25519|[HREP]S\d{3}|sha-?\d|md5|aes-|chacha)[^'\n]*'/gi;
  for (const file of files) {
    const code = await readFile(path.join(import.meta.dirname, file), 'utf8');
    expect({ file, found: code.match(names) }).toEqual({ file, found: null });
  }
});
