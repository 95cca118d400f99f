import type { ClosedCaptions, Presentation } from '../../shared/presentation.ts';
import type { Seconds } from '../../shared/units.ts';
import { pathFinder } from '../address.ts';
import { assemble } from '../assemble.ts';
import type { PresentationOptions } from '../assemble.ts';
import { Budget, checkText, SEGMENT_BYTES } from '../limits.ts';
import { unsupported } from '../refuse.ts';
import { renditionIds } from '../rendition-ids.ts';
import { toMicros } from '../timing.ts';
import { basesOf } from './base-urls.ts';
import type { Bases } from './base-urls.ts';
import { Demand } from './demand.ts';
import { readFileIndex } from './file-index.ts';
import type { FetchBytes, FileIndex } from './file-index.ts';
import { strayOf } from './fit.ts';
import { parseMpd } from './mpd.ts';
import type { Mpd } from './mpd.ts';
import { filesOf, isDefaultIn, renditionOf } from './rendition.ts';
import type { Span } from './rendition.ts';
import type { Representation } from './representation.ts';
import { partOf, rangeOf } from './segments.ts';
import type { Part } from './segments.ts';
import { tracksOf } from './tracks.ts';
import type { Track } from './tracks.ts';

type Indexes = ReadonlyMap<Representation, FileIndex>;

/**
 * Everything that an MPD says. Errors: `manifest/malformed`, `manifest/unsupported` (also for files that are
 * cut along an index inside them: see `load`), `manifest/live`.
 */
export function presentation(text: string, url: string, options: PresentationOptions = {}): Presentation {
  const source = openMpd(text, url, options);
  return presentationOf(source, new Map());
}

/**
 * The same with the indexes that lie inside the files (SegmentBase), which are fetched. Errors: as above,
 * and whatever `fetchBytes` throws.
 */
export async function load(
  text: string,
  url: string,
  fetchBytes: FetchBytes,
  options: PresentationOptions = {},
): Promise<Presentation> {
  const source = openMpd(text, url, options);
  const used = new Set(source.tracks.flatMap(({ parts }) => parts));
  const indexes = new Map<Representation, FileIndex>();
  const waiting = [...used].values();
  const budget = new Budget();
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (const one of waiting) {
        if (one?.addressing.kind !== 'indexed') continue;
        const { element } = one.addressing;
        const base = source.bases.baseOf(one.baseLevels);
        const index = await readFileIndex(fetchBytes, base, rangeOf(element, 'indexRange'));
        budget.take(index.entries.length * SEGMENT_BYTES);
        indexes.set(one, index);
      }
    }),
  );
  return presentationOf(source, indexes);
}

/** Indexes that are asked for at the same time. */
const AT_ONCE = 6;

interface Source {
  readonly mpd: Mpd;
  readonly tracks: readonly Track[];
  readonly bases: Bases;
  readonly toPath: (address: string) => string;
}

function openMpd(text: string, url: string, { pathways }: PresentationOptions): Source {
  checkText(text);
  const mpd = parseMpd(text, url);
  const tracks = tracksOf(mpd.periods);
  if (tracks.length === 0) throw unsupported('no-tracks');
  const levels = mpd.periods.flatMap(({ representations }) => representations.map((one) => one.baseLevels));
  const given = pathways && pathFinder(pathways);
  const isHeld = given && ((address: string) => given(address) !== address);
  const bases = basesOf(levels, url, isHeld, mpd.contentSteering?.pathwayId);
  return { mpd, tracks, bases: pathways ? { ...bases, pathways } : bases, toPath: given ?? pathFinder(bases.pathways) };
} // prettier-ignore

function presentationOf({ mpd, tracks, bases, toPath }: Source, indexes: Indexes): Presentation {
  const made = new Map<Representation, Part>();
  const partOfOne = (one: Representation, periodSeconds: Seconds | undefined) => {
    const known = made.get(one);
    if (known) return known;
    const base = bases.baseOf(one.baseLevels);
    const part = partOf(one, { periodSeconds, base, toPath, index: indexes.get(one) });
    made.set(one, part);
    return part;
  };
  const demand = new Demand();
  const parts = tracks.map((track) => {
    const ofTrack = track.parts.map((one, at) => one && partOfOne(one, mpd.periods[at]?.durationSeconds));
    demand.add(ofTrack);
    return ofTrack;
  });
  const spans = spansOf(mpd, parts);
  const ids = renditionIds(tracks.map(({ main }) => ({ ...main, offered: [main.id] })));
  const isDefault = isDefaultIn(tracks.map(({ main }) => main));
  function* renditions() {
    for (const [at, track] of tracks.entries())
      yield renditionOf(track.main, ids[at] ?? '', isDefault(track.main), filesOf(parts[at] ?? [], spans));
  }
  const isTold = spans.every((span) => span.isTold);
  const duration = toMicros(spans.reduce((sum, { durationSeconds }) => sum + durationSeconds, 0));
  const closedCaptions = captionsOf(tracks);
  return assemble(renditions(), bases.pathways, isTold ? duration : undefined, {
    ...(mpd.title !== undefined && { title: mpd.title }),
    ...(closedCaptions.length > 0 && { closedCaptions }),
    ...(mpd.contentSteering && { contentSteering: mpd.contentSteering }),
  });
}

/** Periods end to end: time between them for which the MPD names nothing is not kept. */
function spansOf(mpd: Mpd, all: readonly (readonly (Part | undefined)[])[]): Span[] {
  let startSeconds: Seconds = 0;
  return mpd.periods.map(({ durationSeconds: told }, at) => {
    const ends = all.map((parts) => {
      const slots = parts[at]?.slots;
      return slots ? slots.endSeconds - strayOf(slots, undefined) : 0;
    });
    const durationSeconds = told ?? toMicros(Math.max(0, ...ends));
    const span = { startSeconds, durationSeconds, isTold: told !== undefined };
    startSeconds = toMicros(startSeconds + durationSeconds);
    return span;
  });
}

function captionsOf(tracks: readonly Track[]): ClosedCaptions[] {
  const all = tracks.flatMap(({ main }) => (main.kind === 'video' ? main.closedCaptions : []));
  return [...new Map(all.map((one) => [one.instreamId, one])).values()];
}
