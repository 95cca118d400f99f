import { createDecipheriv } from 'node:crypto';
import { copyFile, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { IntegrityAnswer } from '../../src/shared/service-api.ts';
import { VideoRecord } from '../encoder/drop.ts';
import { encryptSegment, integrityOf, ivOf, keyUriOf } from '../encoder/encryption.ts';
import type { Layout } from '../encoder/layout.ts';
import { makeWorkDir } from '../encoder/work.ts';

/** Below encodes/<videoId>: a whole video under another key, that has to be put in its place. */
const READY = 'rekeyed';

/**
 * Encrypts all files of a video anew: same names, same sizes, other bytes and digests. Manifests name the key by `keyId`, so that
 * whoever has a part of the old ones sees that they are under another key.
 *
 * A kill leaves the old video or, from the moment on that the new one is whole, the new one: `finishRekeying` puts it there.
 * Throws what the file system throws, and where a file is not what the old key encrypts.
 */
export async function rekey(
  layout: Layout,
  videoId: string,
  to: { readonly keyHex: string; readonly keyId: string },
): Promise<void> {
  const encode = path.join(layout.encodes, videoId);
  const record = VideoRecord.parse(await json(path.join(encode, 'video.json')));
  const { files } = IntegrityAnswer.parse(await json(path.join(encode, 'integrity.json')));
  const [oldKey, newKey] = [Buffer.from(record.contentKeyHex, 'hex'), Buffer.from(to.keyHex, 'hex')];
  const work = await makeWorkDir(layout);
  try {
    const fresh: IntegrityAnswer['files'] = {};
    for (const [name, known] of Object.entries(files)) {
      const below = path.relative(videoId, name);
      const [from, target] = [path.join(layout.media, name), path.join(work, 'media', below)];
      await mkdir(path.dirname(target), { recursive: true });
      const number = Number(/^(\d+)\.(?:m4s|vtt)$/.exec(path.basename(name))?.[1] ?? NaN);
      if (Number.isNaN(number)) {
        // Init segments are not encrypted.
        await copyFile(from, target);
        fresh[name] = known;
        continue;
      }
      const decipher = createDecipheriv('aes-128-cbc', oldKey, ivOf(number));
      const plain = Buffer.concat([decipher.update(await readFile(from)), decipher.final()]);
      const sealed = encryptSegment(plain, newKey, number);
      await writeFile(target, sealed);
      fresh[name] = integrityOf(sealed, plain.length);
    }
    const names = await readdir(path.join(layout.media, videoId), { recursive: true });
    // Under the first key no id stands behind the name.
    const uri = new RegExp(`${keyUriOf(videoId)}(:[0-9a-f]+)?(?=")`, 'g');
    for (const name of names.filter((one) => /\.(m3u8|mpd)$/.test(one))) {
      const text = await readFile(path.join(layout.media, videoId, name), 'utf8');
      await writeFile(path.join(work, 'media', name), text.replace(uri, `${keyUriOf(videoId)}:${to.keyId}`));
    }
    await writeFile(path.join(work, 'integrity.json'), JSON.stringify({ files: fresh }));
    const after: VideoRecord = { ...record, contentKeyHex: to.keyHex };
    await writeFile(path.join(work, 'video.json'), JSON.stringify(after, null, 2));
    await rename(work, path.join(encode, READY));
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  await finishRekeying(layout, videoId);
}

/** Puts a video that was encrypted anew in its place, if there is one; again, after a kill, what is left of it. */
export async function finishRekeying(layout: Layout, videoId: string): Promise<void> {
  const encode = path.join(layout.encodes, videoId);
  const ready = path.join(encode, READY);
  const left = await readdir(ready).catch(() => undefined);
  if (!left) return;
  const media = path.join(layout.media, videoId);
  if (left.includes('media')) {
    await rm(media, { recursive: true, force: true });
    await rename(path.join(ready, 'media'), media);
  }
  for (const name of ['integrity.json', 'video.json'])
    if (left.includes(name)) await rename(path.join(ready, name), path.join(encode, name));
  await rm(ready, { recursive: true });
}

/** At start: all that a kill has left half in its place. */
export async function finishRekeyings(layout: Layout): Promise<void> {
  for (const videoId of await readdir(layout.encodes).catch(() => [])) await finishRekeying(layout, videoId);
}

async function json(file: string): Promise<unknown> {
  return JSON.parse(await readFile(file, 'utf8'));
}
