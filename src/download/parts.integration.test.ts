import { createCipheriv, createHash, randomBytes } from 'node:crypto';
import fs from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { startChild } from '../../testing/children/child.ts';
import { contentKey, openStore, readSegment, unlockTrack, trackSpec } from '../../testing/store.ts';
import { temporaryFolder } from '../../testing/temporary-folder.ts';
import type { Presentation } from '../shared/presentation.ts';

const plain = randomBytes(24 * 1024 * 1024);
const iv = Buffer.alloc(16, 3);
const cipher = createCipheriv('aes-128-cbc', contentKey, iv);
const wire = Buffer.concat([cipher.update(plain), cipher.final()]);
/** What the server gives at once of each of the first two answers; the rest of these comes a byte at a time. */
const BURST_BYTES = 8 * 1024 * 1024;

const presentation: Presentation = {
  durationSeconds: 4,
  pathways: [],
  video: [
    {
      kind: 'video', id: 'v-720p', bandwidthBitsPerSecond: 1e6, width: 1280, height: 720, codecs: 'avc1.640028',
      segments: [
        {
          index: 0, path: '0.m4s', startSeconds: 0, durationSeconds: 4,
          integrity: { sizeBytes: wire.length, plainBytes: plain.length, sha256: createHash('sha256').update(wire).digest('hex') },
          encryption: { method: 'aes-128', keyUri: 'urn:layover:content-key:video', ivHex: iv.toString('hex') },
        },
      ],
    },
  ],
  audio: [],
  subtitles: [],
}; // prettier-ignore

/**
 * Gives one large file, and remembers from which byte on it was asked for. The first two who ask never come to its end,
 * however long they stay, and never see it silent.
 */
async function slowServer() {
  const askedFrom: number[] = [];
  const server = createServer((request, response) => {
    const from = Number(/^bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
    const range = { 'Content-Range': `bytes ${from}-${wire.length - 1}/${wire.length}` };
    response.writeHead(from > 0 ? 206 : 200, {
      'Content-Length': wire.length - from,
      ...(from > 0 && range),
    });
    if (request.method === 'HEAD') return void response.end();
    askedFrom.push(from);
    void (async () => {
      if (askedFrom.length > 2) return void response.end(wire.subarray(from));
      response.write(wire.subarray(from, from + BURST_BYTES));
      for (let at = from + BURST_BYTES; !response.destroyed; at += 1) {
        response.write(wire.subarray(at, at + 1));
        await sleep(25);
      }
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, askedFrom };
}

it('after a kill in the middle of a segment only what is missing of it is asked for', async () => {
  const folder = temporaryFolder();
  await fs.mkdir(path.join(folder, 'data'), { recursive: true });
  const { url, askedFrom } = await slowServer();
  const args = [folder, JSON.stringify(presentation), url, Buffer.from(contentKey).toString('hex')];
  let lastKept = 0;
  for (let kills = 0; kills < 2; kills += 1) {
    const child = startChild('download-file.ts', args);
    const before = lastKept;
    await child.line((line) => Number(/^kept (\d+)$/.exec(line)?.[1] ?? 0) > before);
    await child.kill();
    const { store, close } = openStore(folder);
    await store.sweep();
    const [part] = store.parts('download.v-720p');
    expect(part?.keptBytes).toBeGreaterThan(lastKept);
    lastKept = part!.keptBytes;
    close();
    // Nothing plain lies on the disk, half-way as little as at the end.
    const sealed = await fs.readFile(path.join(folder, 'downloads', 'download.v-720p.sealed'));
    for (let at = 0; at < lastKept; at += 262_144) {
      expect(sealed.includes(plain.subarray(at, at + 32))).toBe(false);
      expect(sealed.includes(wire.subarray(at, at + 32))).toBe(false);
    }
    expect(askedFrom).toHaveLength(kills + 1);
  }
  const last = startChild('download-file.ts', args);
  await last.line((line) => line === 'done');
  // Each run asked from where the one before had come to, and the last for the rest.
  expect(askedFrom).toHaveLength(3);
  expect(askedFrom[0]).toBe(0);
  expect(askedFrom[1]).toBeGreaterThan(0);
  expect(askedFrom[2]).toBe(lastKept);
  await last.kill();
  const { store } = openStore(folder);
  expect(store.parts('download.v-720p')).toEqual([]);
  const got = await readSegment(unlockTrack(store, { ...trackSpec(), videoId: 'video' }), 0);
  expect(got.equals(plain)).toBe(true);
});
