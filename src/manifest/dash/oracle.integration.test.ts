import { spawnSync } from 'node:child_process';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packagedVideo } from '../../../testing/packaged-video.ts';
import { INIT_INDEX, renditionsOf } from '../../shared/presentation.ts';
import { presentation } from './presentation.ts';

const url = 'https://cdn.example/show/manifest.mpd';
const root = path.resolve(import.meta.dirname, '../../..');

interface OraclePlaylist {
  attributes: { NAME: string };
  segments: {
    resolvedUri: string;
    duration: number;
    byterange?: { length: number; offset: number };
    discontinuity?: boolean;
    map?: { resolvedUri: string };
  }[];
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

/** One Period: its length, and what it contains. */
const arbitraryPeriod = fc
  .record({ addressing, atSet: fc.boolean() })
  .map(({ addressing: { length, xml }, atSet }) => {
    const representation = (id: number) =>
      `<Representation id="r${id}" bandwidth="${id}000" codecs="avc1.64001f" width="${id}6" height="${id}9">${atSet ? '' : xml}</Representation>`;
    const content = `<AdaptationSet mimeType="video/mp4">${atSet ? xml : ''}${representation(1)}${representation(2)}</AdaptationSet>`;
    return { length, content };
  });

/** It takes the end of all for the Period's, and ISO/IEC 23009-1 section 5.3.9.6.2 the Period's own. */
const repeatsToEnd = /r="-1"/;

const arbitraryMpd = fc
  .record({
    periods: fc.array(arbitraryPeriod, { minLength: 1, maxLength: 3 }),
    base: fc.constantFrom('', '<BaseURL>a/</BaseURL>'),
    // It joins Periods only where they have the same base.
    inner: fc.constantFrom('', '<BaseURL>b/c/</BaseURL>'),
  })
  .filter(({ periods }) => periods.length === 1 || !periods.some(({ content }) => repeatsToEnd.test(content)))
  .map(({ periods, base, inner }) => {
    const ofPeriods = periods.map(
      ({ length, content }) => `<Period duration="PT${length}S">${inner}${content}</Period>`,
    );
    const length = periods.reduce((sum, one) => sum + one.length, 0);
    return `<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" mediaPresentationDuration="PT${length.toFixed(3)}S">${base}${ofPeriods.join('')}</MPD>`;
  });

describe('mpd-parser and we agree', () => {
  it('on files, durations, ranges, init segments and discontinuities of generated MPDs, and of the service’s', () => {
    const mpds = [packagedVideo('film-1', 7).mpd, ...fc.sample(arbitraryMpd, { numRuns: 400, seed: 7 })];
    expect(mpds.some((mpd) => mpd.split('<Period').length === 4)).toBe(true);
    const oracle = parsedByOracle(mpds);
    for (const [at, mpd] of mpds.entries()) {
      const read = presentation(mpd, url);
      const base = read.pathways[0]?.baseUrl ?? '';
      const address = (path_: string | undefined) => path_ && new URL(path_, base).href;
      const ours = new Map(renditionsOf(read).map((one) => [one.id, one]));
      const theirs = oracle[at] ?? [];
      expect([...ours.keys()].toSorted()).toEqual(theirs.map((one) => one.attributes.NAME).toSorted());
      for (const { attributes, segments } of theirs) {
        const mine = ours.get(attributes.NAME);
        const inits = [mine?.init, ...(mine?.laterInits ?? [])];
        let discontinuities = 0;
        const told = (mine?.segments ?? []).flatMap((one) => {
          discontinuities += one.isDiscontinuity ? 1 : 0;
          // It has no word for time without bytes.
          if (one.isGap) return [];
          const init = inits.find((some) => some?.index === (one.initIndex ?? INIT_INDEX));
          return {
            url: address(one.path),
            range: one.byteRange && [one.byteRange.offsetBytes, one.byteRange.lengthBytes],
            milliseconds: Math.round(one.durationSeconds * 1000),
            init: address(init?.path),
            discontinuities,
          };
        });
        discontinuities = 0;
        const expected = segments.map((one) => ({
          url: one.resolvedUri,
          range: one.byterange && [one.byterange.offset, one.byterange.length],
          milliseconds: Math.round(one.duration * 1000),
          // Where there is none it gives the address of the MPD.
          init: one.map?.resolvedUri === url ? undefined : one.map?.resolvedUri,
          discontinuities: (discontinuities += one.discontinuity ? 1 : 0),
        }));
        expect(told, mpd).toEqual(expected);
      }
    }
  });
});
