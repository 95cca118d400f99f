import { createCipheriv, randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { decryptSegment, encryptedBytes } from './decrypt.ts';

// Fixed: one wrong key in 256 gives padding that looks right by chance.
const key = Buffer.alloc(16, 3);
const other = Buffer.alloc(16, 7);
const encryption = {
  method: 'aes-128' as const,
  keyUri: 'urn:layover:content-key:video',
  ivHex: '00000000000000000000000000100001',
};

function encrypt(plain: Uint8Array): Uint8Array {
  const cipher = createCipheriv('aes-128-cbc', key, Buffer.from(encryption.ivHex, 'hex'));
  return Buffer.concat([cipher.update(plain), cipher.final()]);
}

it.each([0, 1, 15, 16, 17, 1024 * 1024 - 1, 1024 * 1024, 2_500_000])('gives back %i bytes', async (size) => {
  const plain = randomBytes(size);
  const bytes = encrypt(plain);
  expect(bytes.byteLength).toBe(encryptedBytes(size));
  expect(Buffer.from(await decryptSegment(bytes, encryption, key)).equals(plain)).toBe(true);
});

it('leaves alone what is not encrypted', async () => {
  const init = randomBytes(700);
  expect(await decryptSegment(init, undefined, key)).toBe(init);
});

it.each([
  ['another key', encrypt(Buffer.alloc(64, 9)), other],
  ['bytes that are not whole blocks', encrypt(Buffer.alloc(64, 9)).subarray(0, 70), key],
  ['nothing', new Uint8Array(), key],
])('refuses %s', async (_what, bytes, itsKey) => {
  await expect(decryptSegment(bytes, encryption, itsKey)).rejects.toMatchObject({
    code: 'cdn/digest-mismatch',
  });
});
