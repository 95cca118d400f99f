import { createDecipheriv, createHash, hkdfSync } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { expect, it } from 'vitest';
import { contentKey, deviceSecret, openStore, readSegment } from '../../testing/store.ts';
import { temporaryFolder } from '../../testing/temporary-folder.ts';

const fixture = path.resolve(import.meta.dirname, '../../testing/fixtures/store-v1-moved');
const expected: Record<string, [segment: number, plain: Buffer][]> = {
  'fixture.v-720p': [
    [-1, Buffer.from('Layover')],
    [0, counted(262_145)],
    [1, counted(0)],
    [2, counted(1000)],
  ],
  'fixture.a-en': [[0, counted(300)]],
};

function counted(sizeBytes: number): Buffer {
  return Buffer.from(Uint8Array.from({ length: sizeBytes }, (_, i) => i % 251));
}
function copyOfFixture(): string {
  const folder = path.join(temporaryFolder(), 'copy');
  fs.cpSync(fixture, folder, { recursive: true });
  return folder;
}

it('a folder that was moved, with a hole and a reservation, opens', async () => {
  const folder = copyOfFixture();
  const sql = new BetterSqlite3(path.join(folder, 'layover.db'));
  sql.prepare('UPDATE store_place SET folder = ?').run(folder);
  sql.close();
  const { store } = openStore(folder, { downloads: '/not/there/any/more' });
  expect(store.folder).toBe(folder);
  expect(await store.sweep()).toEqual({ orphanFiles: 0, lostTracks: 0, lostSegments: 0 });
  expect(store.reservedBytes()).toBe(1000 + 3 * 16 - 300 - 16);
  expect(store.verifications().map((one) => [one.trackId, one.verifiedAtMs])).toEqual([
    ['fixture.a-en', null],
    ['fixture.v-720p', 1_790_000_000_000],
  ]);
  for (const [trackId, segments] of Object.entries(expected)) {
    const track = store.unlock(trackId, contentKey);
    for (const [segment, plain] of segments)
      expect((await readSegment(track, segment)).equals(plain)).toBe(true);
    expect(store.stored(trackId)).toHaveLength(segments.length);
    track.close();
  }
});

/** Made from docs/store-format.md with node:crypto and SQLite: nothing of src/ is used. */
it('is read by a program that knows the document alone', () => {
  const folder = copyOfFixture();
  const sql = new BetterSqlite3(path.join(folder, 'layover.db'), { readonly: true });
  const ascii = (text: string) => Buffer.from(text, 'latin1');
  const hkdf = (ikm: Buffer, salt: Buffer, info: Buffer) =>
    Buffer.from(hkdfSync('sha256', ikm, salt, info, 32));
  const int = (size: 4 | 8, value: number) => {
    const bytes = Buffer.alloc(size);
    if (size === 4) bytes.writeInt32BE(value);
    else bytes.writeBigInt64BE(BigInt(value));
    return bytes;
  };
  const open = (key: Buffer, nonce: Buffer, data: Buffer, sealed: Buffer) => {
    const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: 16 });
    decipher.setAAD(data).setAuthTag(sealed.subarray(-16));
    return Buffer.concat([decipher.update(sealed.subarray(0, -16)), decipher.final()]);
  };

  const place = sql.prepare('SELECT folder, placeId FROM store_place').get() as Record<string, string>;
  expect(place.folder).toBe('/moved/to');
  const marker = fs.readFileSync(path.join(folder, 'layover-store.txt'), 'latin1');
  expect(marker.trimEnd().split('\n').at(-1)).toBe(`Place: ${place.placeId}`);

  const found: typeof expected = {};
  for (const row of sql.prepare('SELECT * FROM store_track').all() as Record<string, never>[]) {
    const { track, trackId, downloadId, videoId, renditionId, kind } = row as Record<string, string>;
    const { headerDigest, wrappedKey, rowDigest, sealedBytes } = row as Record<string, never> & { headerDigest: Buffer; wrappedKey: Buffer; rowDigest: Buffer; sealedBytes: number }; // prettier-ignore
    const file = fs.readFileSync(path.join(folder, `${trackId}.sealed`));
    const sha256 = (...parts: Buffer[]) => createHash('sha256').update(Buffer.concat(parts)).digest();
    expect(sha256(file.subarray(0, 512))).toEqual(headerDigest);
    const names = [trackId, downloadId, videoId, renditionId, kind].map((name) => ascii(`${name}\0`));
    expect(sha256(...names, headerDigest, wrappedKey)).toEqual(rowDigest);
    const secret = Buffer.concat([contentKey, deviceSecret]);
    const kek = hkdf(secret, file.subarray(16, 48), ascii(`layover/v1/kek${trackId}`));
    const dataKey = open(kek, wrappedKey.subarray(0, 12), ascii(`layover/v1/data-key${trackId}`), wrappedKey.subarray(12)); // prettier-ignore
    let sum = 512;
    const rows = sql.prepare('SELECT * FROM store_segment WHERE track = ? ORDER BY segment').all(track);
    found[trackId!] = (rows as Record<string, number>[]).map(
      ({ segment, fileOffset, plainBytes, ...rest }) => {
        const { salt } = rest as unknown as { salt: Buffer };
        const recordKey = hkdf(dataKey, salt, Buffer.concat([ascii(`layover/v1/record${trackId}`), int(4, segment!)])); // prettier-ignore
        const data = Buffer.concat([int(4, 1), int(4, 262_144), int(4, segment!), int(8, plainBytes!), ascii(trackId!)]); // prettier-ignore
        const frames = Math.max(1, Math.ceil(plainBytes! / 262_144));
        const pieces = Array.from({ length: frames }, (_none, n) => {
          const isLast = n === frames - 1;
          const nonce = Buffer.concat([Buffer.alloc(7), int(4, n), Buffer.of(isLast ? 1 : 0)]);
          const start = fileOffset! + n * 262_160;
          const size = (isLast ? plainBytes! - n * 262_144 : 262_144) + 16;
          return open(recordKey, nonce, data, file.subarray(start, start + size));
        });
        sum += plainBytes! + 16 * frames;
        return [segment!, Buffer.concat(pieces)];
      },
    );
    expect(sum).toBe(sealedBytes);
  }
  sql.close();
  expect(found).toEqual(expected);
});
