import fs from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';

/**
 * Electron's crypto library is BoringSSL, where some of what Node has otherwise is not there (AES-KW, CCM,
 * ChaCha20-Poly1305 in node:crypto). What is used in src/ is therefore on this list.
 */
const allowed = new Set(['aes-256-gcm', 'aes-128-cbc', 'sha256', 'md5', 'sha1', 'ed25519', 'EdDSA', 'A256GCM', 'ECDH-ES']); // prettier-ignore
const calls =
  /\b(?:createCipheriv|createDecipheriv|createHash|createHmac|hkdfSync|hkdf|pbkdf2Sync|pbkdf2|hash)\(\s*(['"`])([^'"`]+)\1/g;
const names =
  /(['"`])((?:id-)?(?:aes|aria|camellia|chacha20|des|rc[245]|bf|sm4)[-\d][-\w]*|A(?:128|192|256)(?:GCM|CBC|KW|GCMKW)[-\w]*|(?:ECDH-ES|RSA-OAEP|PBES2)[-+\w]*)\1/gi;

/** Manifest terms that look like ciphers: how a playlist names its encryption. */
const manifestTerms = new Set(['AES-128', 'aes-128', 'aes128-cbc']);

function sources(folder: string): string[] {
  return fs
    .readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name) && !/\.test\.tsx?$/.test(name))
    .map((name) => path.join(folder, name));
}

it('uses only ciphers that every crypto library has', () => {
  const used = new Map<string, string>();
  for (const file of sources(path.resolve(import.meta.dirname, '..'))) {
    const text = fs.readFileSync(file, 'utf8');
    for (const pattern of [calls, names]) {
      for (const match of text.matchAll(pattern)) used.set(match[2]!, file);
    }
  }
  expect([...used.keys()]).toEqual(expect.arrayContaining(['aes-256-gcm', 'sha256']));
  expect([...used].filter(([name]) => !allowed.has(name) && !manifestTerms.has(name))).toEqual([]);
});

it('would notice others', () => {
  const text = `createCipheriv('chacha20-poly1305', k) + createHash("blake2b512") + f('aes-256-ccm') + { alg: 'A256KW' }`;
  const found = [calls, names].flatMap((pattern) => [...text.matchAll(pattern)].map((match) => match[2]));
  for (const name of ['chacha20-poly1305', 'blake2b512', 'aes-256-ccm', 'A256KW']) {
    expect(found).toContain(name);
    expect(allowed.has(name)).toBe(false);
  }
});
