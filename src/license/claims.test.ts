import { randomBytes } from 'node:crypto';
import { CompactSign, CompactEncrypt, UnsecuredJWT, generateKeyPair, importJWK } from 'jose';
import { beforeAll, describe, expect, test } from 'vitest';
import { createLicenseIssuer, sealContentKey } from '../../testing/license-issuer.ts';
import type { LicenseIssuer } from '../../testing/license-issuer.ts';
import { loadTestDevice } from '../../testing/test-device.ts';
import type { LicenseClaims } from '../shared/license.ts';
import { fingerprintOf, openContentKey, verifyLicense } from './claims.ts';
import type { Device } from './device.ts';

const videoId = 'v1';
let issuer: LicenseIssuer;
let device: Device;
let other: Device;
let genuine: string;
let claims: LicenseClaims;

const verify = (license: string, licenseKeys = issuer.publicKeys) =>
  verifyLicense(license, { licenseKeys, deviceId: device.deviceId, videoId });
const forged = { code: 'license/forged' };
const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

beforeAll(async () => {
  issuer = await createLicenseIssuer();
  device = await loadTestDevice();
  other = await loadTestDevice();
  genuine = await issuer.issue({ videoId, device });
  claims = await verify(genuine);
});

test('a genuine license gives its claims, and its content key opens', async () => {
  expect(claims).toMatchObject({ videoId, deviceId: device.deviceId, purpose: 'offline' });
  expect(await openContentKey(claims.sealedContentKey, device)).toEqual(issuer.contentKeyOf(videoId));
});

describe('what is not genuine is forged', () => {
  test.each<[string, () => Promise<string> | string]>([
    ['alg none', () => `${encode({ alg: 'none', kid: 'license-key-1' })}.${encode(claims)}.`],
    ['unsecured token', () => new UnsecuredJWT({ ...claims }).encode()],
    [
      'HS256 keyed with the public key',
      () => {
        const secret = Buffer.from(issuer.publicKeys[0]!.x, 'base64url');
        return new CompactSign(Buffer.from(JSON.stringify(claims)))
          .setProtectedHeader({ alg: 'HS256', kid: 'license-key-1' })
          .sign(secret);
      },
    ],
    [
      'ES256, with our own key under the known kid',
      async () => {
        const { privateKey } = await generateKeyPair('ES256');
        return new CompactSign(Buffer.from(JSON.stringify(claims)))
          .setProtectedHeader({ alg: 'ES256', kid: 'license-key-1' })
          .sign(privateKey);
      },
    ],
    [
      'another issuer under the known kid',
      async () => (await createLicenseIssuer({ kid: 'license-key-1' })).issue({ videoId, device }),
    ],
    [
      'another issuer under its own kid, its key offered in the header',
      async () => {
        const stranger = await createLicenseIssuer({ kid: 'license-key-2' });
        return stranger.sign(claims, { jwk: stranger.publicKeys[0] });
      },
    ],
    ['our signature under another kid', () => issuer.sign(claims, { kid: 'license-key-2' })],
    ['our signature under another name of the algorithm', () => issuer.sign(claims, { alg: 'Ed25519' })],
    ['no kid', () => issuer.sign(claims, { kid: undefined })],
    ['for another device', () => issuer.issue({ videoId, device: other })],
    ['for another video', () => issuer.issue({ videoId: 'v2', device })],
    ['claims that are missing something', () => issuer.sign({ ...claims, policy: undefined })],
    [
      'a negative duration',
      () => issuer.sign({ ...claims, policy: { ...claims.policy, rental_duration_seconds: -1 } }),
    ],
    [
      'signed, but not JSON',
      () =>
        new CompactSign(Buffer.from('{"licenseId":'))
          .setProtectedHeader({ alg: 'EdDSA', kid: 'license-key-1' })
          .sign(issuer.signingKey),
    ],
    ['empty', () => ''],
    ['two parts', () => genuine.split('.').slice(0, 2).join('.')],
    ['a part more', () => `${genuine}.AA`],
    ['space around it', () => ` ${genuine}\n`],
    ['padding', () => `${genuine}==`],
  ])('%s', async (_name, make) => {
    await expect(verify(await make())).rejects.toMatchObject(forged);
  });

  test('no license keys known', async () => {
    await expect(verify(genuine, [])).rejects.toMatchObject(forged);
  });

  test('one character changed, at every position', async () => {
    // Its neighbour in the alphabet differs in the lowest bit: where that bit is spare, only a check of the
    // spelling finds it. The second one differs in the highest.
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const accepted: number[] = [];
    for (let position = 0; position < genuine.length; position++) {
      const digit = alphabet.indexOf(genuine[position]!);
      for (const changed of digit === -1 ? ['A', ''] : [alphabet[digit ^ 1]!, alphabet[digit ^ 32]!, '']) {
        const license = genuine.slice(0, position) + changed + genuine.slice(position + 1);
        await verify(license).then(
          () => accepted.push(position),
          (thrown: unknown) => expect(thrown).toMatchObject(forged),
        );
      }
    }
    expect(accepted).toEqual([]);
  });
});

describe('a content key that does not open is forged', () => {
  test.each<[string, () => Promise<string> | string]>([
    ['sealed to another device', () => sealContentKey(randomBytes(16), other.publicKey)],
    ['15 bytes', () => sealContentKey(randomBytes(15), device.publicKey)],
    ['32 bytes', () => sealContentKey(randomBytes(32), device.publicKey)],
    ['another cipher', () => sealContentKey(randomBytes(16), device.publicKey, { enc: 'A128GCM' })],
    ['a CBC cipher', () => sealContentKey(randomBytes(16), device.publicKey, { enc: 'A256CBC-HS512' })],
    ['a key wrap', () => sealContentKey(randomBytes(16), device.publicKey, { alg: 'ECDH-ES+A256KW' })],
    [
      'a key of one’s own choosing (dir)',
      () =>
        new CompactEncrypt(randomBytes(16))
          .setProtectedHeader({ alg: 'dir', enc: 'A256GCM' })
          .encrypt(randomBytes(32)),
    ],
    ['not a JWE', () => 'a.b.c.d.e'],
  ])('%s', async (_name, make) => {
    await expect(openContentKey(await make(), device)).rejects.toMatchObject(forged);
  });

  test('one byte of it changed', async () => {
    const parts = claims.sealedContentKey.split('.');
    for (const part of [2, 3, 4]) {
      const bytes = Buffer.from(parts[part]!, 'base64url');
      bytes[0] = bytes[0]! ^ 1;
      const changed = parts.with(part, bytes.toString('base64url')).join('.');
      await expect(openContentKey(changed, device)).rejects.toMatchObject(forged);
    }
  });
});

test('a fingerprint tells keys apart and does not contain them', async () => {
  const key = randomBytes(16);
  expect(fingerprintOf(key)).toBe(fingerprintOf(Uint8Array.from(key)));
  expect(fingerprintOf(key)).not.toBe(fingerprintOf(randomBytes(16)));
  expect(fingerprintOf(key)).not.toContain(key.toString('hex'));
});

test('the device key is one that the service can import', async () => {
  await expect(importJWK(device.publicKey, 'ECDH-ES')).resolves.toBeDefined();
});
