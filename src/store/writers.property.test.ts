import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  openStore,
  openTrack,
  readSegment,
  segmentBytes,
  trackSpec,
  unlockTrack,
} from '../../testing/store.ts';
import type { OpenTrack, SegmentWriter } from './types.ts';

const { trackId } = trackSpec();
const FRAME_BYTES = 262_144;
const segment = fc.nat({ max: 3 });
const step = fc.oneof(
  fc.record({ do: fc.constant('begin' as const), segment, sizeBytes: fc.integer({ min: 0, max: 3 * FRAME_BYTES }) }),
  fc.record({ do: fc.constant('write' as const), writer: fc.nat(), part: fc.integer({ min: 1, max: 4 }) }),
  fc.record({ do: fc.constantFrom('commit' as const, 'abort' as const, 'keep' as const, 'break-off' as const), writer: fc.nat() }),
  fc.record({ do: fc.constantFrom('kill' as const, 'sweep' as const, 'reserve' as const, 'unreserve' as const) }),
); // prettier-ignore

interface Writing {
  readonly segment: number;
  readonly plain: Buffer;
  readonly writer: SegmentWriter;
  at: number;
}

it('whatever writers do beside each other, what is stored is right and what is kept is a beginning of it', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
      let opened = openStore();
      let track: OpenTrack = await openTrack(opened.store);
      let writing: Writing[] = [];
      let seeds = 0;
      const stored = new Map<number, Buffer>();
      /** Everything that was ever begun: what is kept is the beginning of one of these. */
      const begun = new Map<number, Buffer[]>();

      async function checkAll(): Promise<void> {
        expect(opened.store.stored(trackId)).toEqual(
          [...stored]
            .map(([index, { length }]) => ({ index, plainBytes: length }))
            .sort((a, b) => a.index - b.index),
        );
        for (const [index, plain] of stored)
          expect((await readSegment(track, index)).equals(plain)).toBe(true);
        for (const { index, keptBytes } of opened.store.parts(trackId)) {
          const pieces: Uint8Array[] = [];
          for await (const piece of track.part(index)!.read()) pieces.push(piece);
          const kept = Buffer.concat(pieces);
          expect(kept.length).toBe(keptBytes);
          expect(begun.get(index)?.some((plain) => plain.subarray(0, keptBytes).equals(kept))).toBe(true);
        }
      }

      for (const each of steps) {
        if (each.do === 'begin') {
          const plain = segmentBytes((seeds += 1), each.sizeBytes);
          begun.set(each.segment, [...(begun.get(each.segment) ?? []), plain]);
          const writer = track.begin(each.segment, plain.length);
          writing.push({ segment: each.segment, plain, writer, at: 0 });
        } else if (each.do === 'kill') {
          // Files and database as they are; nobody ends what was begun.
          await Promise.all(writing.map(({ writer }) => writer.keep(undefined)));
          opened.close();
          opened = openStore(opened.folder);
          track = unlockTrack(opened.store);
          writing = [];
        } else if (each.do === 'sweep') {
          expect(await opened.store.sweep()).toEqual({ orphanFiles: 0, lostTracks: 0, lostSegments: 0 });
        } else if (each.do === 'reserve') {
          await opened.store.reserve('download', [{ trackId, plainBytes: 4 * FRAME_BYTES, segments: 4 }]);
        } else if (each.do === 'unreserve') await opened.store.unreserve('download');
        else if ('writer' in each && writing.length > 0) {
          const one = writing[each.writer % writing.length]!;
          const { writer, plain } = one;
          if (each.do === 'write') {
            const piece = plain.subarray(one.at, one.at + Math.ceil(plain.length / each.part));
            one.at += piece.length;
            await writer.write(Buffer.from(piece));
            continue;
          }
          if (each.do === 'keep') await writer.keep(undefined);
          else if (each.do === 'abort') await writer.abort();
          else if (each.do === 'break-off') await writer.abort({ etag: undefined });
          else if (one.at === plain.length) {
            await writer.commit();
            stored.set(one.segment, plain);
          } else await expect(writer.commit()).rejects.toThrow(RangeError);
          if (each.do !== 'keep') writing = writing.filter((other) => other !== one);
        }
      }
      await checkAll();
      await Promise.all(writing.map(({ writer }) => writer.abort()));
      await checkAll();
      track.close();
      opened.close();
    }),
    { numRuns: 25 },
  );
});
