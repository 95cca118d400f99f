import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { box, joined, sidx } from '../../../testing/sidx.ts';
import { isLayoverError } from '../../shared/errors.ts';
import { reasonWords } from '../../shared/manifest-reasons.ts';
import type { ByteRange } from '../../shared/presentation.ts';
import { readFileIndex } from './file-index.ts';
import { load } from './presentation.ts';

const url = 'https://cdn.example/show/v.mp4';

/** A file, and what was asked of it. */
function served(file: Uint8Array) {
  const asked: ByteRange[] = [];
  const fetchBytes = async (_: string, range: ByteRange) => {
    asked.push(range);
    return file.slice(range.offsetBytes, range.offsetBytes + range.lengthBytes);
  };
  return { asked, fetchBytes };
}

const indexOf = (file: Uint8Array, range?: ByteRange) => readFileIndex(served(file).fetchBytes, url, range);

async function refusal(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(() => undefined, (thrown: unknown) => thrown); // prettier-ignore
  if (!isLayoverError(error, 'manifest/malformed', 'manifest/unsupported'))
    throw new Error('it was not refused', { cause: error });
  return reasonWords(error.details) ?? '';
}

const ftyp = box('ftyp', new Uint8Array(16));
const moov = box('moov', new Uint8Array(500));
const media = (sizeBytes: number) => box('moof', new Uint8Array(sizeBytes - 8));
const references = [
  { sizeBytes: 100, ticks: 48_000 },
  { sizeBytes: 250, ticks: 96_000 },
];

describe('the index inside a file', () => {
  it.each([0, 1] as const)('version %i: what it names, where, and for how long', async (version) => {
    const index = sidx({ version, timescale: 48_000, earliestTime: 1024, firstOffset: 7, references });
    const head = joined(ftyp, moov);
    const file = joined(head, index, new Uint8Array(7), media(100), media(250));
    const told = { offsetBytes: head.length, lengthBytes: index.length };
    const anchor = head.length + index.length + 7;
    for (const range of [told, undefined])
      expect(await indexOf(file, range)).toEqual({
        timescale: 48_000n,
        earliestTime: 1024n,
        entries: [
          { byteRange: { offsetBytes: anchor, lengthBytes: 100 }, ticks: 48_000n },
          { byteRange: { offsetBytes: anchor + 100, lengthBytes: 250 }, ticks: 96_000n },
        ],
        initRange: { offsetBytes: 0, lengthBytes: head.length },
      });
  });

  it('is asked for once where its place is told, and found in few requests where it is not', async () => {
    const index = sidx({ references });
    const large = joined(ftyp, box('moov', new Uint8Array(300_000)));
    const file = joined(large, index);
    const told = served(file);
    await readFileIndex(told.fetchBytes, url, { offsetBytes: large.length, lengthBytes: index.length });
    expect(told.asked).toEqual([{ offsetBytes: large.length, lengthBytes: index.length }]);
    const sought = served(file);
    await readFileIndex(sought.fetchBytes, url, undefined);
    expect(sought.asked.length).toBeLessThanOrEqual(3);
    // The large box is stepped over.
    expect(sought.asked.reduce((sum, one) => sum + one.lengthBytes, 0)).toBeLessThan(100_000);
  });

  it('may name other indexes: as a tree, and one after the other', async () => {
    const leafA = sidx({ timescale: 10, references: [{ sizeBytes: 40, ticks: 20 }, { sizeBytes: 50, ticks: 20 }] }); // prettier-ignore
    const leafB = sidx({ timescale: 20, earliestTime: 80, references: [{ sizeBytes: 60, ticks: 40 }] });
    const [sizeA, sizeB] = [leafA.length + 90, leafB.length + 60];
    const top = sidx({
      timescale: 10,
      references: [
        { isIndex: true, sizeBytes: sizeA, ticks: 40 },
        { isIndex: true, sizeBytes: sizeB, ticks: 20 },
        { sizeBytes: 70, ticks: 10 },
      ],
    });
    const file = joined(top, leafA, media(40), media(50), leafB, media(60), media(70));
    const read = await indexOf(file, { offsetBytes: 0, lengthBytes: top.length });
    expect(read.initRange).toBeUndefined();
    expect(read.entries.map(({ byteRange, ticks }) => [byteRange.lengthBytes, ticks])).toEqual([
      [40, 20n],
      [50, 20n],
      [60, 20n],
      [70, 10n],
    ]);
    for (const { byteRange } of read.entries)
      expect(Buffer.from(file).toString('latin1', byteRange.offsetBytes + 4, byteRange.offsetBytes + 8)).toBe('moof'); // prettier-ignore
  });

  const self = sidx({ references: [{ isIndex: true, sizeBytes: 0, ticks: 1 }] });
  it.each<[string, Uint8Array, string]>([
    ['is not there', joined(ftyp, moov, media(100)), 'without an index'],
    ['is not there in a file that ends', joined(ftyp, moov), 'without an index'],
    ['is cut off', sidx({ references }).subarray(0, 30), 'inside its index'],
    ['names nothing', sidx({ references: [] }), 'names nothing'],
    ['has no timescale', sidx({ timescale: 0, references }), 'damaged'],
    ['is of a version to come', sidx({ version: 2 as 0, references }), 'damaged'],
    ['is WebM', Buffer.from('1a45dfa3934282886d6174726f736b61', 'hex'), 'damaged'],
    ['names itself without end', joined(...Array.from({ length: 20 }, () => self)), 'levels'],
  ])('%s', async (_, file, reason) => {
    expect(await refusal(indexOf(file))).toContain(reason);
  });

  it('that names another 60,000 times, which does the same, is refused soon', async () => {
    const many = sidx({ references: Array.from({ length: 60_000 }, () => ({ isIndex: true, sizeBytes: 0, ticks: 1 })) }); // prettier-ignore
    const last = sidx({ references });
    expect(await refusal(indexOf(joined(many, many, many, last)))).toContain('levels');
  });

  it('of 100,000 small indexes is refused before they are all asked for', async () => {
    const one = sidx({ references: [{ sizeBytes: 30_000, ticks: 1 }] });
    const size = one.length + 30_000;
    const top = sidx({ references: Array.from({ length: 60_000 }, () => ({ isIndex: true, sizeBytes: size, ticks: 1 })) }); // prettier-ignore
    let requests = 0;
    const fetchBytes = async (_: string, { offsetBytes, lengthBytes }: ByteRange) => {
      requests += 1;
      const file = offsetBytes < top.length ? top.subarray(offsetBytes) : joined(one, new Uint8Array(30_000));
      return file.slice(0, lengthBytes);
    };
    expect(await refusal(readFileIndex(fetchBytes, url, undefined))).toContain('length');
    expect(requests).toBeLessThan(300);
  });

  it('ends as an index or a manifest error, whatever the bytes', async () => {
    const file = joined(ftyp, moov, sidx({ references }), media(100), media(250));
    const edits = fc.array(fc.tuple(fc.nat(file.length - 1), fc.nat(255)), { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(edits, fc.nat(file.length), async (changes, length) => {
        const bytes = Buffer.from(file);
        for (const [at, value] of changes) bytes[at] = value;
        await indexOf(bytes.subarray(0, length)).catch((error: unknown) => {
          if (!isLayoverError(error, 'manifest/malformed', 'manifest/unsupported')) throw error;
        });
      }),
      { numRuns: 500 },
    );
  });
});

describe('an MPD with SegmentBase', () => {
  const index = sidx({ timescale: 10, earliestTime: 50, references: [{ sizeBytes: 100, ticks: 40 }, { sizeBytes: 250, ticks: 20 }] }); // prettier-ignore
  const head = joined(ftyp, moov);
  const file = joined(head, index, media(100), media(250));
  const mpd = (base: string) =>
    `<MPD mediaPresentationDuration="PT6S"><Period><AdaptationSet mimeType="video/mp4"><Representation id="v" bandwidth="1"><BaseURL>v.mp4</BaseURL>${base}</Representation></AdaptationSet></Period></MPD>`;
  const anchor = head.length + index.length;
  const segments = [
    { index: 0, path: 'v.mp4', startSeconds: 0, durationSeconds: 4, byteRange: { offsetBytes: anchor, lengthBytes: 100 } },
    { index: 1, path: 'v.mp4', startSeconds: 4, durationSeconds: 2, byteRange: { offsetBytes: anchor + 100, lengthBytes: 250 } },
  ]; // prettier-ignore

  it.each([
    ['told', `<SegmentBase indexRange="${head.length}-${anchor - 1}" presentationTimeOffset="5"><Initialization range="0-${head.length - 1}"/></SegmentBase>`],
    ['told without an init segment', `<SegmentBase indexRange="${head.length}-${anchor - 1}" timescale="2" presentationTimeOffset="10"/>`],
    ['not told', '<SegmentBase presentationTimeOffset="5"/>'],
  ])('has the segments of the index: its place %s', async (_, base) => {
    const { fetchBytes } = served(file);
    const [video] = (await load(mpd(base), 'https://cdn.example/m.mpd', fetchBytes)).video;
    expect(video?.init).toMatchObject({ path: 'v.mp4', byteRange: { offsetBytes: 0, lengthBytes: head.length } });
    expect(video?.segments).toEqual(segments);
  }); // prettier-ignore

  it('lets through what the network says', async () => {
    const broken = () => Promise.reject(new Error('no network'));
    await expect(load(mpd(''), url, broken)).rejects.toThrow('no network');
  });
});
