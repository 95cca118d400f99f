import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { createFileSecretBox } from '../src/platform/file-secrets.ts';
import { createRecordingLog } from './recording-log.ts';

/** Bytes that may lie nowhere, with a name for the report. */
export interface Secret {
  readonly name: string;
  readonly bytes: Buffer;
}

/** A key in every form in which it could have been written down. */
export function spellingsOf(name: string, key: Buffer): Secret[] {
  return [
    { name: `${name}, raw`, bytes: key },
    { name: `${name}, hex`, bytes: Buffer.from(key.toString('hex')) },
    { name: `${name}, HEX`, bytes: Buffer.from(key.toString('hex').toUpperCase()) },
    { name: `${name}, base64`, bytes: Buffer.from(key.toString('base64').replace(/=+$/, '')) },
    { name: `${name}, base64url`, bytes: Buffer.from(key.toString('base64url')) },
  ];
}

const DeviceFile = z.object({ sealed: z.string() });
const PrivateParts = z.object({ deviceSecret: z.string(), privateKey: z.object({ d: z.string() }) });

/** Device secret and private key of a user without a keychain, opened with the key that lies beside them. */
export async function deviceSecretsOf(userData: string): Promise<Secret[]> {
  const file = DeviceFile.parse(JSON.parse(await readFile(path.join(userData, 'device.json'), 'utf8')));
  const box = createFileSecretBox(userData, createRecordingLog());
  const plain = await box.open(Buffer.from(file.sealed, 'base64url'));
  const { deviceSecret, privateKey } = PrivateParts.parse(JSON.parse(Buffer.from(plain).toString('utf8')));
  return [
    ...spellingsOf('device secret', Buffer.from(deviceSecret, 'base64url')),
    ...spellingsOf('device private key', Buffer.from(privateKey.d, 'base64url')),
  ];
}
