import path from 'node:path';
import { exportJWK, generateKeyPair, importJWK } from 'jose';
import type { CryptoKey } from 'jose';
import { z } from 'zod';
import { Id } from '../shared/catalog.ts';
import { LayoverError, isLayoverError } from '../shared/errors.ts';
import type { Log, SecretBox } from '../shared/platform.ts';
import type { Bytes } from '../shared/units.ts';
import { algorithms } from './algorithms.ts';
import { readIfThere, setAside, writeDurably } from './device-file.ts';
import type { DeviceIdentity } from './types.ts';

/** The identity with its private half: stays in this folder, apart from `deviceSecret`, which store/ needs. */
export interface Device extends DeviceIdentity {
  /** Opens the content keys that the service sealed to this device. Cannot be exported. */
  readonly privateKey: CryptoKey;
}

export interface LoadedDevice {
  readonly device: Device;
  /** `device/secret-unreadable` when the identity had to be made anew: downloads must be licensed again. */
  readonly notices: LayoverError[];
}

const coordinate = z.string().regex(/^[A-Za-z0-9_-]{43}$/);
const PublicKey = z.object({
  kty: z.literal('EC'),
  crv: z.literal(algorithms.curve),
  x: coordinate,
  y: coordinate,
});
const base64url = z.string().regex(/^[A-Za-z0-9_-]+$/);

/** device.json. What is public is legible; `sealed` is `PrivateParts` as the SecretBox sealed it. */
const DeviceFile = z.object({
  version: z.literal(1),
  deviceId: Id,
  publicKey: PublicKey,
  sealed: base64url,
});
/** The public half again, so that an edited file is noticed: the sealed copy is the one that counts. */
const PrivateParts = z.object({
  deviceId: Id,
  privateKey: PublicKey.extend({ d: coordinate }),
  /** 32 bytes. */
  deviceSecret: coordinate,
});
type PrivateParts = z.infer<typeof PrivateParts>;

const FILE_NAME = 'device.json';
const DEVICE_SECRET_BYTES: Bytes = 32;

/**
 * Reads this installation's identity from `folder`, or makes it. When the keychain no longer opens it, the
 * old file is set aside (never deleted: the keychain may come back), a new identity takes its place, and a
 * notice says so; data keys that were wrapped under the old device secret stay closed. A keychain that fails
 * in another way (locked, no answer) throws: that may pass, and a new identity would not.
 *
 * Errors: `database/unwritable` when the folder cannot be written or read; whatever `secrets` throws.
 */
export async function loadDevice(from: {
  folder: string;
  secrets: SecretBox;
  random: (sizeBytes: Bytes) => Uint8Array;
  log: Log;
}): Promise<LoadedDevice> {
  const file = path.join(from.folder, FILE_NAME);
  const text = await readIfThere(file);
  if (text === undefined) {
    return { device: await makeDevice(file, from), notices: [] };
  }
  const parts = await openPrivateParts(text, from.secrets);
  if (parts instanceof LayoverError) {
    from.log.error('device/secret-unreadable', { cause: String(parts.cause) });
    await setAside(file);
    return { device: await makeDevice(file, from), notices: [parts] };
  }
  return { device: await deviceOf(parts), notices: [] };
}

/** An error value instead of the parts: the file is there, but this computer cannot open it any more. */
async function openPrivateParts(text: string, secrets: SecretBox): Promise<PrivateParts | LayoverError> {
  const file = DeviceFile.safeParse(jsonOf(text));
  if (!file.success) return new LayoverError('device/secret-unreadable', {}, { cause: file.error });
  let plain: Uint8Array;
  try {
    plain = await secrets.open(Buffer.from(file.data.sealed, 'base64url'));
  } catch (thrown) {
    if (isLayoverError(thrown, 'device/secret-unreadable')) return thrown;
    throw thrown;
  }
  const parts = PrivateParts.safeParse(jsonOf(Buffer.from(plain).toString('utf8')));
  plain.fill(0);
  return parts.success
    ? parts.data
    : new LayoverError('device/secret-unreadable', {}, { cause: new Error('sealed part is malformed') });
}

async function makeDevice(
  file: string,
  from: { secrets: SecretBox; random: (sizeBytes: Bytes) => Uint8Array },
): Promise<Device> {
  const pair = await generateKeyPair(algorithms.keyAgreement, { crv: algorithms.curve, extractable: true });
  const parts = PrivateParts.parse({
    deviceId: `device-${Buffer.from(from.random(16)).toString('hex')}`,
    privateKey: await exportJWK(pair.privateKey),
    deviceSecret: Buffer.from(from.random(DEVICE_SECRET_BYTES)).toString('base64url'),
  });
  const sealed = await from.secrets.seal(Buffer.from(JSON.stringify(parts)));
  const content: z.input<typeof DeviceFile> = {
    version: 1,
    deviceId: parts.deviceId,
    publicKey: PublicKey.parse(parts.privateKey),
    sealed: Buffer.from(sealed).toString('base64url'),
  };
  await writeDurably(file, `${JSON.stringify(content, null, 2)}\n`);
  return deviceOf(parts);
}

async function deviceOf(parts: PrivateParts): Promise<Device> {
  const key = await importJWK(parts.privateKey, algorithms.keyAgreement, { extractable: false });
  return {
    deviceId: parts.deviceId,
    publicKey: PublicKey.parse(parts.privateKey),
    deviceSecret: Buffer.from(parts.deviceSecret, 'base64url'),
    privateKey: key,
  };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
