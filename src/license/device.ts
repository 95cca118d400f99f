import path from 'node:path';
import { exportJWK, generateKeyPair, importJWK } from 'jose';
import type { CryptoKey } from 'jose';
import { z } from 'zod';
import { Id } from '../shared/catalog.ts';
import { LayoverError, isLayoverError } from '../shared/errors.ts';
import type { Log, SecretBox } from '../shared/platform.ts';
import type { Bytes } from '../shared/units.ts';
import { algorithms } from './algorithms.ts';
import { asides, readIfThere, setAside, writeDurably } from './device-file.ts';
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
  /** Identities that this installation had and cannot open any more, latest first; those that were recovered are not named. */
  readonly lost: string[];
  /**
   * Takes over the device secret of a lost identity, for good: in the file first, then in `device.deviceSecret` itself, the
   * one buffer that everybody holds. What was wrapped under the secret before it stays closed.
   */
  adopt(lostId: string, deviceSecret: Uint8Array): Promise<void>;
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
  /** Lost identities whose device secret this one has, or has done without. */
  recovered: z.array(Id).default([]),
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

interface From {
  readonly folder: string;
  readonly secrets: SecretBox;
  readonly random: (sizeBytes: Bytes) => Uint8Array;
  readonly log: Log;
}

/**
 * Reads this installation's identity from `folder`, or makes it. When the keychain no longer opens it, the
 * old file is set aside (never deleted: the keychain may come back, and its public part says which device it was), a new
 * identity takes its place, and a notice says so. When a file that was set aside opens again, and was not
 * recovered meanwhile, it is the identity again. A keychain that fails in another way (locked, no answer) throws: that
 * may pass, and a new identity would not.
 *
 * Errors: `database/unwritable` when the folder cannot be written or read; whatever `secrets` throws.
 */
export async function loadDevice(from: From): Promise<LoadedDevice> {
  const file = path.join(from.folder, FILE_NAME);
  const text = await readIfThere(file);
  if (text === undefined) return loaded(file, from, await makeParts(file, from), []);
  const parts = await openPrivateParts(text, from.secrets);
  if (!(parts instanceof LayoverError)) return loaded(file, from, parts, []);
  from.log.error('device/secret-unreadable', { cause: String(parts.cause) });
  const back = await openedAside(file, fileIn(text)?.recovered ?? [], from.secrets);
  await setAside(file);
  if (!back) return loaded(file, from, await makeParts(file, from), [parts]);
  from.log.info('device/keychain-back', { deviceId: back.parts.deviceId });
  await writeDurably(file, back.text);
  return loaded(file, from, back.parts, []);
}

async function loaded(
  file: string,
  from: From,
  parts: PrivateParts,
  notices: LayoverError[],
): Promise<LoadedDevice> {
  const device = await deviceOf(parts);
  const recovered = fileIn((await readIfThere(file)) ?? '')?.recovered ?? [];
  const known = (await asides(file)).flatMap(({ text }) => fileIn(text)?.deviceId ?? []);
  const lost = new Set(known.filter((id) => id !== device.deviceId && !recovered.includes(id)));
  return {
    device,
    notices,
    get lost() {
      return [...lost];
    },
    async adopt(lostId, deviceSecret) {
      const next = PrivateParts.parse({
        ...parts,
        deviceSecret: Buffer.from(deviceSecret).toString('base64url'),
      });
      await writeParts(file, next, from.secrets, [...recovered, ...lost, lostId]);
      device.deviceSecret.set(deviceSecret);
      lost.clear();
    },
  };
}

/** The latest identity that was set aside and opens again. */
async function openedAside(
  file: string,
  recovered: readonly string[],
  secrets: SecretBox,
): Promise<{ text: string; parts: PrivateParts } | undefined> {
  for (const { text } of await asides(file)) {
    const parts = await openPrivateParts(text, secrets);
    if (!(parts instanceof LayoverError) && !recovered.includes(parts.deviceId)) return { text, parts };
  }
  return undefined;
}

function fileIn(text: string): z.infer<typeof DeviceFile> | undefined {
  return DeviceFile.safeParse(jsonOf(text)).data;
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

async function makeParts(file: string, from: From): Promise<PrivateParts> {
  const pair = await generateKeyPair(algorithms.keyAgreement, { crv: algorithms.curve, extractable: true });
  const parts = PrivateParts.parse({
    deviceId: `device-${Buffer.from(from.random(16)).toString('hex')}`,
    privateKey: await exportJWK(pair.privateKey),
    deviceSecret: Buffer.from(from.random(DEVICE_SECRET_BYTES)).toString('base64url'),
  });
  await writeParts(file, parts, from.secrets, []);
  return parts;
}

async function writeParts(
  file: string,
  parts: PrivateParts,
  secrets: SecretBox,
  recovered: string[],
): Promise<void> {
  const sealed = await secrets.seal(Buffer.from(JSON.stringify(parts)));
  const content: z.input<typeof DeviceFile> = {
    version: 1,
    deviceId: parts.deviceId,
    publicKey: PublicKey.parse(parts.privateKey),
    sealed: Buffer.from(sealed).toString('base64url'),
    recovered: [...new Set(recovered)],
  };
  await writeDurably(file, `${JSON.stringify(content, null, 2)}\n`);
}

async function deviceOf(parts: PrivateParts): Promise<Device> {
  const key = await importJWK(parts.privateKey, algorithms.keyAgreement, { extractable: false });
  return {
    deviceId: parts.deviceId,
    publicKey: PublicKey.parse(parts.privateKey),
    deviceSecret: Uint8Array.from(Buffer.from(parts.deviceSecret, 'base64url')),
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
