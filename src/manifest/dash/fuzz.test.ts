import fc from 'fast-check';
import { expect, it } from 'vitest';
import { joined, box, sidx } from '../../../testing/sidx.ts';
import { isLayoverError } from '../../shared/errors.ts';
import { Presentation, renditionsOf } from '../../shared/presentation.ts';
import { load } from './presentation.ts';

const url = 'https://cdn.example/show/manifest.mpd';
const file = joined(box('ftyp'), sidx({ timescale: 4, earliestTime: 8, references: [{ sizeBytes: 90, ticks: 9 }] }), new Uint8Array(90)); // prettier-ignore
const fetchBytes = async (_: string, range: { offsetBytes: number; lengthBytes: number }) =>
  file.slice(range.offsetBytes, range.offsetBytes + range.lengthBytes);

/** Something of everything that we read. */
const source = `<?xml version="1.0" encoding="UTF-8"?>
<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" xmlns:xlink="http://www.w3.org/1999/xlink" type="static" mediaPresentationDuration="PT0H0M20.5S">
  <BaseURL serviceLocation="a" dvb:priority="2">https://a.example/x/</BaseURL><BaseURL serviceLocation="b">https://b.example/x/</BaseURL>
  <ContentSteering defaultServiceLocation="b">https://steer.example/</ContentSteering>
  <Period id="1" duration="PT8S"><AdaptationSet id="1" contentType="video" mimeType="video/mp4" frameRate="30000/1001">
    <Role schemeIdUri="urn:mpeg:dash:role:2011" value="main"/><Accessibility schemeIdUri="urn:scte:dash:cc:cea-608:2015" value="CC1=eng"/>
    <SegmentTemplate timescale="1000" initialization="$RepresentationID$/i.mp4" media="$RepresentationID$/$Number%05d$-$Time$.m4s" startNumber="5" endNumber="99" presentationTimeOffset="100" eptDelta="-3">
      <SegmentTimeline><S t="100" d="2000" r="1"/><S t="4700" d="1000" r="-1"/></SegmentTimeline></SegmentTemplate>
    <Representation id="v1" bandwidth="1000000" width="1280" height="720" codecs="avc1.64001f"/><Representation id="v2" bandwidth="2000000.5" width="1920" height="1080"/></AdaptationSet>
    <AdaptationSet mimeType="audio/mp4" lang="en" selectionPriority="2"><AudioChannelConfiguration schemeIdUri="urn:mpeg:mpegB:cicp:ChannelConfiguration" value="6"/><Label>English</Label>
      <Representation id="a1" bandwidth="128000" codecs="mp4a.40.2"><BaseURL>a.mp4</BaseURL><SegmentBase indexRange="8-51" timescale="4" presentationTimeOffset="8"><Initialization range="0-7"/></SegmentBase></Representation></AdaptationSet>
    <EventStream schemeIdUri="urn:x"><Event>&lt;</Event></EventStream></Period>
  <Period id="2" start="PT8S"><AdaptationSet mimeType="video/mp4"><ContentProtection schemeIdUri="urn:mpeg:dash:sea:2012"><SegmentEncryption/><CryptoPeriod numSegments="1" keyUriTemplate="k/$Number$" IV="0x1f"/></ContentProtection>
      <Representation id="v1" bandwidth="900000" height="700"><SegmentList timescale="10" duration="40"><Initialization sourceURL="l.mp4" range="0-99"/><SegmentURL media="l.mp4" mediaRange="100-199"/><SegmentURL media="l.mp4" mediaRange="200-299"/></SegmentList></Representation></AdaptationSet>
    <AdaptationSet mimeType="text/vtt" lang="es"><Role schemeIdUri="urn:mpeg:dash:role:2011" value="forced-subtitle"/><Representation id="t" bandwidth="1"><BaseURL>t.vtt</BaseURL></Representation></AdaptationSet></Period>
</MPD>`;

const shards = ['"', '<', '/>', '-', '0', '-1', '1e9', '999999999999', '$', '$Time$', 'PT', 'S', '&#x0;', '&amp;', '<Period>', '</Period>', '<S d="1"/>', 'r="-1"', '=', ' ', '..', '//', 'urn:', 'xlink:href="x"', '\u0000', '\uD800', 'duration="0"', 'timescale="0"']; // prettier-ignore

/** Whole attributes and elements are doubled, dropped and moved, and characters are broken. */
const pieces = source.split(/(?=<)|(?<=>)|(?= [\w:]+=")/);
const mutated = fc
  .array(
    fc.record({
      at: fc.nat(pieces.length - 1),
      from: fc.nat(pieces.length - 1),
      kind: fc.constantFrom('drop', 'double', 'move', 'digit', 'break'),
      shard: fc.constantFrom(...shards),
      place: fc.nat(60),
    }),
    { minLength: 1, maxLength: 4 },
  )
  .map((edits) => {
    const parts = [...pieces];
    for (const { at, from, kind, shard, place } of edits) {
      const part = parts[at] ?? '';
      if (kind === 'drop') parts[at] = '';
      if (kind === 'double') parts[at] = part + part;
      if (kind === 'move') parts[at] = pieces[from] ?? '';
      if (kind === 'digit') parts[at] = part.replace(/\d+/, shard);
      if (kind === 'break') parts[at] = part.slice(0, place) + shard + part.slice(place);
    }
    return parts.join('');
  });

it('any change of an MPD ends as a presentation that holds together, or as a manifest error', async () => {
  const seen = { read: 0, refused: 0 };
  await fc.assert(
    fc.asyncProperty(mutated, async (text) => {
      let read: Presentation;
      try {
        read = Presentation.parse(await load(text, url, fetchBytes));
      } catch (error) {
        if (!isLayoverError(error, 'manifest/malformed', 'manifest/unsupported', 'manifest/live'))
          throw error;
        seen.refused += 1;
        return;
      }
      seen.read += 1;
      for (const { segments, init, laterInits } of renditionsOf(read)) {
        const inits = new Set([init, ...(laterInits ?? [])].map((one) => one?.index));
        let end = 0;
        for (const [index, segment] of segments.entries()) {
          expect(segment.index).toBe(index);
          // End to end: that is how HLS will tell it.
          expect(segment.startSeconds).toBeCloseTo(end, 5);
          end = segment.startSeconds + segment.durationSeconds;
          if (segment.initIndex !== undefined) expect(inits).toContain(segment.initIndex);
        }
      }
    }),
    { numRuns: 1_500 },
  );
  // Both happen, so the changes reach behind the first check.
  expect(seen.read).toBeGreaterThan(100);
  expect(seen.refused).toBeGreaterThan(100);
});
