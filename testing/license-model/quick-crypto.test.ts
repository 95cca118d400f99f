import { createPrivateKey, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { expect, test } from 'vitest';
import { quickSubtle } from './quick-crypto.ts';

const real = globalThis.crypto.subtle;
const quick = quickSubtle(real);

test('a signature fits its own bytes and key, and nothing else, also when it was seen before', async () => {
  const pairs = [generateKeyPairSync('ed25519'), generateKeyPairSync('ed25519')];
  const [key, other] = await Promise.all(
    pairs.map(({ publicKey }) =>
      quick.importKey('jwk', publicKey.export({ format: 'jwk' }), 'Ed25519', true, ['verify']),
    ),
  );
  const data = randomBytes(300);
  const signature = sign(
    null,
    data,
    createPrivateKey(pairs[0]!.privateKey.export({ format: 'pem', type: 'pkcs8' })),
  );
  const edited = Buffer.from(data);
  edited[7]! ^= 1;
  const wrong = Buffer.from(signature);
  wrong[7]! ^= 1;
  for (let round = 0; round < 2; round++) {
    expect(await quick.verify('Ed25519', key!, signature, data)).toBe(true);
    expect(await quick.verify('Ed25519', key!, signature, edited)).toBe(false);
    expect(await quick.verify('Ed25519', key!, wrong, data)).toBe(false);
    expect(await quick.verify('Ed25519', other!, signature, data)).toBe(false);
  }
});

test('ciphers, agreements and digests are those of WebCrypto', async () => {
  const bytes = randomBytes(32);
  const [iv, additionalData, plain] = [randomBytes(12), randomBytes(40), randomBytes(100)];
  const gcm = { name: 'AES-GCM', iv, additionalData, tagLength: 128 };
  const theirs = await real.importKey('raw', bytes, 'AES-GCM', false, ['encrypt', 'decrypt']);
  const ours = await quick.importKey('raw', bytes, 'AES-GCM', false, ['encrypt', 'decrypt']);
  const sealed = Buffer.from(await quick.encrypt(gcm, ours, plain));
  expect(Buffer.from(await real.encrypt(gcm, theirs, plain))).toEqual(sealed);
  expect(Buffer.from(await quick.decrypt(gcm, ours, sealed))).toEqual(plain);
  for (let at = 0; at < sealed.length; at += 1) {
    const edited = Buffer.from(sealed);
    edited[at]! ^= 1;
    await expect(quick.decrypt(gcm, ours, edited)).rejects.toThrow();
  }
  const pairs = await Promise.all(
    [1, 2].map(() => real.generateKey({ name: 'ECDH', namedCurve: 'P-256' }, false, ['deriveBits'])),
  );
  const [mine, yours] = pairs;
  const agreed = await quick.deriveBits({ name: 'ECDH', public: yours!.publicKey }, mine!.privateKey, 256);
  expect(await real.deriveBits({ name: 'ECDH', public: mine!.publicKey }, yours!.privateKey, 256)).toEqual(
    agreed,
  );
  expect(await quick.digest('SHA-256', plain)).toEqual(await real.digest('SHA-256', plain));
});
