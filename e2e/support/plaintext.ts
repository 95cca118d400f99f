import { createDecipheriv } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { VideoRecord } from '../../service/encoder/drop.ts';
import { ivOf } from '../../service/encoder/encryption.ts';
import { spellingsOf } from '../../testing/spellings.ts';
import type { Secret } from '../../testing/spellings.ts';
import { filesBelow, ifThere } from './files.ts';

const WINDOW_BYTES = 32;

/** The true plaintext of what was downloaded, made from the service's own files with the content key. */
export async function secretsOf(
  serviceData: string,
  videoId: string,
  renditionIds: readonly string[],
): Promise<Secret[]> {
  const record = VideoRecord.parse(
    JSON.parse(await readFile(path.join(serviceData, 'encodes', videoId, 'video.json'), 'utf8')),
  );
  const key = Buffer.from(record.contentKeyHex, 'hex');
  const secrets: Secret[] = spellingsOf('content key', key);
  for (const renditionId of renditionIds) {
    const folder = path.join(serviceData, 'media', videoId, renditionId);
    for (const file of await readdir(folder)) {
      if (file.endsWith('.m3u8')) continue;
      const bytes = await readFile(path.join(folder, file));
      const name = `${renditionId}/${file}`;
      if (file === 'init.mp4') secrets.push(...windows(name, bytes));
      else secrets.push(...windows(name, decrypted(bytes, key, Number.parseInt(file, 10))));
    }
  }
  return secrets;
}

function decrypted(bytes: Buffer, key: Buffer, segmentNumber: number): Buffer {
  const decipher = createDecipheriv('aes-128-cbc', key, ivOf(segmentNumber));
  return Buffer.concat([decipher.update(bytes), decipher.final()]);
}

/** Beginning, middle and end; a cue of subtitles is in the middle of its file. */
function windows(name: string, bytes: Buffer): Secret[] {
  const last = bytes.length - WINDOW_BYTES;
  return [0, 1 / 4, 1 / 2, 3 / 4, 1].map((part) => {
    const from = Math.floor(last * part);
    return { name: `${name} at ${from}`, bytes: bytes.subarray(from, from + WINDOW_BYTES) };
  });
}

/** "<file>: <secret>" for each one that lies in some file below the folder, which programs may be using. */
export async function findSecrets(folder: string, secrets: readonly Secret[]): Promise<string[]> {
  const found: string[] = [];
  for await (const file of filesBelow(folder)) {
    const content = await ifThere(readFile(file));
    for (const { name, bytes } of secrets)
      if (content?.includes(bytes)) found.push(`${path.relative(folder, file)}: ${name}`);
  }
  return found;
}
