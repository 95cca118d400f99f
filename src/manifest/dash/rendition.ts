import { INIT_INDEX } from '../../shared/presentation.ts';
import type { Rendition, Segment } from '../../shared/presentation.ts';
import type { Seconds } from '../../shared/units.ts';
import { toMicros } from '../timing.ts';
import { fitted } from './fit.ts';
import type { Representation } from './representation.ts';
import type { MediaFile, Part } from './segments.ts';

/** A Period's place; they stand end to end. */
export interface Span {
  readonly startSeconds: Seconds;
  readonly durationSeconds: Seconds;
  /** Told by the MPD, not taken from the segments. */
  readonly isTold: boolean;
}

/** What stands in place of an address where there is nothing to fetch. */
const GAP_PATH = 'gap';

/** The files of a rendition, through all Periods; `parts` and `spans` have one element for each. */
export function filesOf(
  parts: readonly (Part | undefined)[],
  spans: readonly Span[],
): Pick<Rendition, 'init' | 'laterInits' | 'segments'> {
  const segments: Segment[] = [];
  const inits: Segment[] = [];
  for (const [at, span] of spans.entries()) {
    const part = parts[at];
    const initIndex = part?.init && indexOfInit(inits, part.init);
    let isFirst = at > 0;
    const push = (file: Omit<Segment, 'index' | 'startSeconds'>, startSeconds: Seconds) => {
      segments.push({
        index: segments.length,
        startSeconds: toMicros(span.startSeconds + startSeconds),
        ...file,
        ...(isFirst && { isDiscontinuity: true as const }),
      });
      isFirst = false;
    };
    if (!part) {
      push({ path: GAP_PATH, durationSeconds: span.durationSeconds, isGap: true }, 0);
      continue;
    }
    const isLast = at === spans.length - 1;
    const length = span.isTold || !isLast ? span.durationSeconds : undefined;
    for (const { slot, startSeconds, durationSeconds } of fitted(part.slots, length, isLast)) {
      if (!slot) {
        push({ path: GAP_PATH, durationSeconds, isGap: true }, startSeconds);
        continue;
      }
      const { path, byteRange } = part.fileOf(slot);
      const encryption = part.encryptionOf(slot);
      const file = {
        path,
        durationSeconds,
        ...(byteRange && { byteRange }),
        ...(encryption && { encryption }),
        ...(initIndex !== undefined && initIndex !== INIT_INDEX && { initIndex }),
      };
      push(file, startSeconds);
    }
  }
  const [init, ...laterInits] = inits;
  return { ...(init && { init }), ...(laterInits.length > 0 && { laterInits }), segments };
}

/** Periods that begin with the same init segment share it. */
function indexOfInit(inits: Segment[], { path, byteRange }: MediaFile): number {
  const known = inits.find(
    (one) =>
      one.path === path &&
      one.byteRange?.offsetBytes === byteRange?.offsetBytes &&
      one.byteRange?.lengthBytes === byteRange?.lengthBytes,
  );
  if (known) return known.index;
  const index = INIT_INDEX - inits.length;
  inits.push({ index, path, startSeconds: 0, durationSeconds: 0, ...(byteRange && { byteRange }) });
  return index;
}

/** What a viewer chooses by. */
export function renditionOf(
  representation: Representation,
  id: string,
  isDefault: boolean,
  files: Pick<Rendition, 'init' | 'laterInits' | 'segments'>,
): Rendition {
  const { kind, container, codecs, language, frameRate, channels, width, height } = representation;
  const { bandwidthBitsPerSecond } = representation;
  const common = {
    id,
    bandwidthBitsPerSecond,
    ...(container === 'mpeg-ts' && { container }),
    ...files,
  };
  const told = { language, name: representation.label ?? language, isDefault };
  switch (kind) {
    case 'video':
      return { ...common, kind, width, height, ...(frameRate !== undefined && { frameRate }), codecs };
    case 'audio': {
      const { isAudioDescription } = representation;
      return {
        ...common,
        kind,
        ...told,
        codecs,
        ...(channels !== undefined && { channels }),
        ...(isAudioDescription && { isAudioDescription }),
      };
    }
    case 'subtitles': {
      const { isForced, isHardOfHearing } = representation;
      return { ...common, kind, ...told, isForced, ...(isHardOfHearing && { isHardOfHearing }) };
    }
  }
}

/**
 * Which sound is heard before anybody chooses: of those that are main (of all, where none says so) and no
 * audio description, the ones with the highest selectionPriority. DASH turns no subtitles on by itself.
 */
export function isDefaultIn(all: readonly Representation[]): (one: Representation) => boolean {
  const audio = all.filter((one) => one.kind === 'audio' && !one.isAudioDescription);
  const named = audio.filter((one) => one.isMain);
  const candidates = named.length > 0 ? named : audio;
  const highest = Math.max(...candidates.map((one) => one.selectionPriority));
  return (one) => candidates.includes(one) && one.selectionPriority === highest;
}
