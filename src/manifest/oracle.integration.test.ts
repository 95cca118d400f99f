import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packagedVideo } from '../../testing/packaged-video.ts';
import { isLayoverError } from '../shared/errors.ts';
import { filesOf, renditionsOf } from '../shared/presentation.ts';
import { dash, hls, loadPresentation } from './index.ts';

const url = 'https://cdn.example/show/manifest.mpd';
const root = path.resolve(import.meta.dirname, '../..');
const packageFolder = (name: string) =>
  path.resolve(path.dirname(createRequire(import.meta.url).resolve(name)), '..');

interface OraclePlaylist {
  attributes: { NAME: string };
  segments: { resolvedUri: string; duration: number; byterange?: { length: number; offset: number } }[];
}

/** In a process with a time limit: on some texts mpd-parser never ends. */
function parsedByOracle(mpds: string[]): OraclePlaylist[][] {
  const child = spawnSync(process.execPath, [path.join(root, 'testing/children/parse-mpds.ts')], {
    input: JSON.stringify(mpds),
    encoding: 'utf8',
    timeout: 120_000,
    maxBuffer: 1 << 28,
  });
  if (child.status !== 0) throw new Error(`mpd-parser: ${child.stderr || String(child.signal)}`);
  return JSON.parse(child.stdout) as OraclePlaylist[][];
}

const seconds = fc.integer({ min: 1, max: 120_000 }).map((ms) => ms / 1000);
const timescale = fc.constantFrom(1, 600, 1000, 12288, 48000, 90000);

/** Attributes and content of a SegmentTemplate or a SegmentList, beside the length of the period. */
const addressing = fc.oneof(
  fc
    .record({ timescale, seconds: fc.integer({ min: 1, max: 12 }), start: fc.nat(1 << 21), width: fc.nat(9), length: seconds })
    .map((one) => ({
      length: one.length,
      xml: `<SegmentTemplate timescale="${one.timescale}" duration="${one.seconds * one.timescale}" startNumber="${one.start}" media="$RepresentationID$/$Number%0${one.width}d$-$Bandwidth$.m4s" initialization="i/$RepresentationID$.mp4"/>`,
    })),
  fc
    .record({
      timescale,
      runs: fc.array(fc.record({ d: fc.integer({ min: 1, max: 9 }), r: fc.nat(4), gap: fc.nat(1) }), { minLength: 1, maxLength: 5 }),
      toEnd: fc.boolean(),
      byTime: fc.boolean(),
    })
    .map((one) => {
      let time = 0;
      const entries = one.runs.map(({ d, r, gap }, at) => {
        const start = time + gap * one.timescale;
        const count = r + 1;
        time = start + count * d * one.timescale;
        const repeat = one.toEnd && at === one.runs.length - 1 ? -1 : r;
        return `<S t="${start}" d="${d * one.timescale}" r="${repeat}"/>`;
      });
      return {
        length: time / one.timescale,
        xml: `<SegmentTemplate timescale="${one.timescale}" media="$RepresentationID$-$${one.byTime ? 'Time' : 'Number'}$.m4s" initialization="i"><SegmentTimeline>${entries.join('')}</SegmentTimeline></SegmentTemplate>`,
      };
    }),
  fc.array(fc.integer({ min: 1, max: 1e6 }), { minLength: 1, maxLength: 6 }).map((sizes) => {
    let offset = 100;
    const urls = sizes.map((size) => `<SegmentURL media="all.mp4" mediaRange="${offset}-${(offset += size) - 1}"/>`);
    return {
      length: sizes.length * 2,
      xml: `<SegmentList duration="2"><Initialization sourceURL="all.mp4" range="0-99"/>${urls.join('')}</SegmentList>`,
    };
  }),
); // prettier-ignore

const arbitraryMpd = fc
  .record({
    addressing,
    bases: fc.subarray(['<BaseURL>a/</BaseURL>', '<BaseURL>b/c/</BaseURL>']),
    atSet: fc.boolean(),
  })
  .map(({ addressing: { length, xml }, bases, atSet }) => {
    const representation = (id: number) =>
      `<Representation id="r${id}" bandwidth="${id}000" codecs="avc1.64001f" width="16" height="9">${atSet ? '' : xml}</Representation>`;
    return `<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" mediaPresentationDuration="PT${length}S">${bases[0] ?? ''}<Period>${bases[1] ?? ''}<AdaptationSet mimeType="video/mp4">${atSet ? xml : ''}${representation(1)}${representation(2)}</AdaptationSet></Period></MPD>`;
  });

describe('mpd-parser and we agree', () => {
  it('on files, durations and ranges of generated MPDs, and of the service’s', () => {
    const mpds = [packagedVideo('film-1', 7).mpd, ...fc.sample(arbitraryMpd, { numRuns: 300, seed: 7 })];
    const oracle = parsedByOracle(mpds);
    for (const [at, mpd] of mpds.entries()) {
      const read = dash.presentation(mpd, url);
      const ours = new Map(renditionsOf(read).map((one) => [one.id, one.segments]));
      const theirs = oracle[at] ?? [];
      expect([...ours.keys()].toSorted()).toEqual(theirs.map((one) => one.attributes.NAME).toSorted());
      for (const { attributes, segments } of theirs) {
        // It has no word for time without bytes.
        const mine = (ours.get(attributes.NAME) ?? []).filter(({ isGap }) => !isGap);
        const base = read.pathways[0]?.baseUrl ?? '';
        expect(
          mine.map((one) => new URL(one.path, base).href),
          mpd,
        ).toEqual(segments.map((one) => one.resolvedUri));
        for (const [index, segment] of segments.entries()) {
          expect(mine[index]?.durationSeconds, mpd).toBeCloseTo(segment.duration, 3);
          expect(mine[index]?.byteRange?.offsetBytes).toBe(segment.byterange?.offset);
          expect(mine[index]?.byteRange?.lengthBytes).toBe(segment.byterange?.length);
        }
      }
    }
  });
});

/** Read, or refused for a reason that was foreseen; anything else is thrown. */
async function outcomeOf(text: string, media: string): Promise<string> {
  try {
    const fetchText = async (asked: string) => (asked === url ? text : media);
    const read = await loadPresentation({ manifestUrl: url, fetchText });
    return `read ${renditionsOf(read).flatMap(filesOf).length}`;
  } catch (error) {
    if (isLayoverError(error, 'manifest/malformed', 'manifest/unsupported', 'manifest/live'))
      return error.code;
    throw error;
  }
}

describe('fixtures of the independent parsers', () => {
  const m3u8 = path.join(packageFolder('m3u8-parser'), 'test/fixtures/integration');
  const mpd = path.join(packageFolder('mpd-parser'), 'test/manifests');
  const good = '#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\n0.ts\n#EXT-X-ENDLIST';
  const textsIn = (folder: string, extension: string) =>
    readdirSync(folder)
      .filter((file) => file.endsWith(extension))
      .map((file) => [file, readFileSync(path.join(folder, file), 'utf8')] as const);

  it('are read, or refused by name', async () => {
    const texts = [...textsIn(m3u8, '.m3u8'), ...textsIn(mpd, '.mpd')];
    const outcomes = await Promise.all(
      texts.map(async ([file, text]) => [file, await outcomeOf(text, good)] as const),
    );
    expect(outcomes.length).toBeGreaterThan(70);
    expect(outcomes.filter(([, outcome]) => outcome.startsWith('read')).length).toBeGreaterThan(25);
  });

  it('have, where we read them, the segments that m3u8-parser’s expectations list', () => {
    const require = createRequire(import.meta.url);
    let compared = 0;
    for (const [file, text] of textsIn(m3u8, '.m3u8')) {
      let read;
      try {
        read = hls.presentation(text, url, new Map());
      } catch (error) {
        if (isLayoverError(error)) continue;
        throw error;
      }
      const expected = require(path.join(m3u8, file.replace('.m3u8', '.js'))) as {
        segments: { uri: string; duration: number; byterange?: { length: number; offset: number } }[];
      };
      const [mine] = renditionsOf(read);
      expect(
        mine?.segments.map((one) => new URL(one.path, url).href),
        file,
      ).toEqual(expected.segments.map((one) => new URL(one.uri, url).href));
      expect(
        mine?.segments.map((one) => one.durationSeconds || 0.01),
        file,
      ).toEqual(expected.segments.map((one) => one.duration));
      expect(
        mine?.segments.map((one) => one.byteRange?.offsetBytes),
        file,
      ).toEqual(expected.segments.map((one) => one.byterange?.offset));
      compared++;
    }
    expect(compared).toBeGreaterThan(10);
  });
});
