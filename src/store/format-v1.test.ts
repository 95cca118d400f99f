import { createHash, webcrypto } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { openStore, readSegment } from '../../testing/store.ts';
import { temporaryFolder } from '../../testing/temporary-folder.ts';
import { sealedBytesOf } from './format.ts';
import { deriveKek, beginFrame, deriveRecordKey, openFrame, unwrapKey, wrapKey } from './seal.ts';

const root = path.resolve(import.meta.dirname, '../..');
const fixture = path.join(root, 'testing/fixtures/store-v1');

const Hex = z
  .string()
  .regex(/^([0-9a-f]{2})*$/)
  .transform((text) => Buffer.from(text, 'hex'));
const Vectors = z.object({
  trackId: z.string(),
  contentKey: Hex,
  deviceSecret: Hex,
  fileSalt: Hex,
  headerDigest: Hex,
  kek: Hex,
  wrappedKey: Hex,
  dataKey: Hex,
  records: z.array(
    z.object({
      segment: z.int(),
      fileOffset: z.int(),
      plainBytes: z.int(),
      salt: Hex,
      recordKey: Hex,
      plainSha256: Hex,
      sealed: Hex.optional(),
      sealedSha256: Hex.optional(),
    }),
  ),
});

const doc = fs.readFileSync(path.join(root, 'docs/store-format.md'), 'utf8');
const vectors = Vectors.parse(JSON.parse(/```json\n(.*?)```/s.exec(doc)?.[1] ?? ''));
const sealedFile = fs.readFileSync(path.join(fixture, `${vectors.trackId}.sealed`));
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest();
const plainOf = (segment: number, sizeBytes: number) =>
  segment === -1
    ? Buffer.from('Layover')
    : Buffer.from(Uint8Array.from({ length: sizeBytes }, (_, i) => i % 251));

describe('the code says what docs/store-format.md says', () => {
  const { trackId } = vectors;

  it('about keys', () => {
    expect(deriveKek(vectors.contentKey, vectors.deviceSecret, vectors.fileSalt, trackId)).toEqual(
      vectors.kek,
    );
    expect(unwrapKey(vectors.kek, vectors.wrappedKey, trackId)).toEqual(vectors.dataKey);
    const nonce = vectors.wrappedKey.subarray(0, 12);
    expect(wrapKey(vectors.kek, vectors.dataKey, nonce, trackId)).toEqual(vectors.wrappedKey);
  });

  it('about records', () => {
    for (const record of vectors.records) {
      const name = { trackId, index: record.segment, plainBytes: record.plainBytes };
      expect(deriveRecordKey(vectors.dataKey, record.salt, name)).toEqual(record.recordKey);
      if (!record.sealed) continue;
      const plain = plainOf(record.segment, record.plainBytes);
      const sealer = beginFrame(record.recordKey, name, 0, true);
      // In whatever pieces it comes.
      const [one, other] = [plain.subarray(0, 5), plain.subarray(5)];
      expect(Buffer.concat([sealer.seal(one), sealer.seal(other), sealer.end()])).toEqual(record.sealed);
      expect(openFrame(record.recordKey, name, 0, true, record.sealed)).toEqual(plain);
      expect(openFrame(record.recordKey, name, 0, false, record.sealed)).toBeUndefined();
      expect(openFrame(record.recordKey, name, 1, true, record.sealed)).toBeUndefined();
    }
  });

  it('and the fixture has those very bytes', () => {
    expect(sha256(sealedFile.subarray(0, 512))).toEqual(vectors.headerDigest);
    for (const { fileOffset, plainBytes, sealed, sealedSha256 } of vectors.records) {
      const bytes = sealedFile.subarray(fileOffset, fileOffset + sealedBytesOf(plainBytes));
      if (sealed) expect(bytes).toEqual(sealed);
      else expect(sha256(bytes)).toEqual(sealedSha256);
    }
  });
});

it('a folder that version 1 wrote opens', async () => {
  const folder = temporaryFolder();
  fs.cpSync(fixture, folder, { recursive: true });
  const { store } = openStore(folder, { downloads: folder, deviceSecret: vectors.deviceSecret });
  expect(await store.sweep()).toEqual({ orphanFiles: 0, lostTracks: 0, lostSegments: 0 });
  expect(store.tracks()).toEqual([
    {
      trackId: vectors.trackId,
      downloadId: 'fixture',
      videoId: 'fixture-video',
      renditionId: 'v-720p',
      kind: 'video',
    },
  ]);
  expect(store.stored(vectors.trackId)).toEqual(
    vectors.records.map(({ segment, plainBytes }) => ({ index: segment, plainBytes })),
  );
  const track = store.unlock(vectors.trackId, vectors.contentKey);
  for (const { segment, plainBytes, plainSha256 } of vectors.records) {
    const plain = await readSegment(track, segment);
    expect(plain.equals(plainOf(segment, plainBytes))).toBe(true);
    expect(sha256(plain)).toEqual(plainSha256);
  }
  track.close();
});

/** Written from the document alone, on another crypto API: nothing of src/ is used. */
describe('a reader made from the document', () => {
  const { subtle } = webcrypto;
  const ascii = (text: string) => Buffer.from(text, 'latin1');
  const number = (size: 4 | 8, value: number) => {
    const bytes = Buffer.alloc(size);
    if (size === 4) bytes.writeInt32BE(value);
    else bytes.writeBigInt64BE(BigInt(value));
    return bytes;
  };
  async function hkdf(secret: Uint8Array, salt: Uint8Array, info: Uint8Array) {
    const key = await subtle.importKey('raw', Buffer.from(secret), 'HKDF', false, ['deriveBits']);
    const parameters = { name: 'HKDF', hash: 'SHA-256', salt: Buffer.from(salt), info: Buffer.from(info) };
    return Buffer.from(await subtle.deriveBits(parameters, key, 256));
  }
  async function open(rawKey: Uint8Array, iv: Uint8Array, additionalData: Uint8Array, sealed: Uint8Array) {
    const key = await subtle.importKey('raw', Buffer.from(rawKey), 'AES-GCM', false, ['decrypt']);
    const parameters = { name: 'AES-GCM', iv: Buffer.from(iv), additionalData: Buffer.from(additionalData) };
    return Buffer.from(await subtle.decrypt(parameters, key, Buffer.from(sealed)));
  }

  interface Tables {
    tracks: { track: number; trackId: string; wrappedKey: Buffer }[];
    segments: { segment: number; fileOffset: number; plainBytes: number; salt: Buffer }[];
  }
  function tables(): Tables {
    const copy = path.join(temporaryFolder(), 'layover.db');
    fs.copyFileSync(path.join(fixture, 'layover.db'), copy);
    const sql = new BetterSqlite3(copy);
    const tracks = sql.prepare('SELECT * FROM store_track').all() as Tables['tracks'];
    const segments = sql.prepare('SELECT * FROM store_segment ORDER BY segment').all() as Tables['segments'];
    sql.close();
    return { tracks, segments };
  }

  it('reads the fixture', async () => {
    const { tracks, segments } = tables();
    const { trackId, wrappedKey } = tracks[0]!;
    const file = fs.readFileSync(path.join(fixture, `${trackId}.sealed`));
    expect(file.subarray(0, 16).toString('hex')).toBe('4c41594f564552000000000100040000');
    expect(file.subarray(50, 50 + file.readUInt16BE(48)).toString('latin1')).toBe(trackId);
    const kek = await hkdf(
      Buffer.concat([vectors.contentKey, vectors.deviceSecret]),
      file.subarray(16, 48),
      ascii(`layover/v1/kek${trackId}`),
    );
    const wrapData = ascii(`layover/v1/data-key${trackId}`);
    const dataKey = await open(kek, wrappedKey.subarray(0, 12), wrapData, wrappedKey.subarray(12));
    for (const { segment, fileOffset, plainBytes, salt } of segments) {
      const info = Buffer.concat([ascii(`layover/v1/record${trackId}`), number(4, segment)]);
      const recordKey = await hkdf(dataKey, salt, info);
      const data = Buffer.concat([number(4, 1), number(4, 262144), number(4, segment), number(8, plainBytes), ascii(trackId)]); // prettier-ignore
      const frames = Math.max(1, Math.ceil(plainBytes / 262144));
      const parts: Buffer[] = [];
      for (let n = 0; n < frames; n += 1) {
        const isLast = n === frames - 1;
        const nonce = Buffer.concat([Buffer.alloc(7), number(4, n), Buffer.from([isLast ? 1 : 0])]);
        const start = fileOffset + n * 262160;
        const size = (isLast ? plainBytes - n * 262144 : 262144) + 16;
        parts.push(await open(recordKey, nonce, data, file.subarray(start, start + size)));
      }
      expect(Buffer.concat(parts).equals(plainOf(segment, plainBytes)), `segment ${segment}`).toBe(true);
    }
    expect(segments).toHaveLength(vectors.records.length);
  });
});
