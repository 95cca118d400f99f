import { encryptedBytes } from '../cdn/decrypt.ts';
import { LayoverError } from '../shared/errors.ts';
import { filesOf, renditionsOf } from '../shared/presentation.ts';
import type { Presentation, Segment } from '../shared/presentation.ts';
import type { Selection } from '../shared/selection.ts';
import type { Bytes } from '../shared/units.ts';
import type { Store, TrackSpec } from '../store/types.ts';

export interface PlannedFile {
  readonly trackId: string;
  readonly segment: Segment;
}

/** Everything that a download is made of. */
export interface Plan {
  readonly tracks: readonly TrackSpec[];
  /**
   * By when it is watched, so that sound, picture and subtitles grow level with each other and what is there
   * can be played already.
   */
  readonly files: readonly PlannedFile[];
}

/** Only the selected renditions. Throws `selection/nothing` when one of them does not exist. */
export function selected(presentation: Presentation, selection: Selection): Presentation {
  const chosen = new Set(selection.renditions.map(({ renditionId }) => renditionId));
  const keep = ({ id }: { id: string }) => chosen.has(id);
  const video = presentation.video.filter(keep);
  const audio = presentation.audio.filter(keep);
  const subtitles = presentation.subtitles.filter(keep);
  if (video.length + audio.length + subtitles.length !== chosen.size)
    throw new LayoverError('selection/nothing');
  return { ...presentation, video, audio, subtitles };
}

export function planOf(downloadId: string, videoId: string, presentation: Presentation): Plan {
  const renditions = renditionsOf(presentation);
  const trackIdOf = (renditionId: string) => `${downloadId}.${renditionId}`;
  const files = renditions.flatMap((rendition) =>
    filesOf(rendition).map((segment) => ({ trackId: trackIdOf(rendition.id), segment })),
  );
  return {
    tracks: renditions.map(({ id, kind }) => ({
      trackId: trackIdOf(id),
      downloadId,
      videoId,
      renditionId: id,
      kind,
    })),
    // Sorting is stable: of the same moment, init segments come first, then video, sound, subtitles.
    files: files.sort((a, b) => a.segment.startSeconds - b.segment.startSeconds || first(a) - first(b)),
  };
}

function first({ segment }: PlannedFile): number {
  return segment.index < 0 ? 0 : 1;
}

export interface Stocktaking {
  /** In the order in which to fetch them. */
  readonly missing: readonly PlannedFile[];
  /** In OCA bytes. */
  readonly storedBytes: Bytes;
  /** undefined: some sizes are not known. */
  readonly missingBytes: Bytes | undefined;
}

/** What the store holds of it: the only source of progress. */
export function takeStock(
  plan: Plan,
  store: Pick<Store, 'stored' | 'tracks'>,
  downloadId: string,
): Stocktaking {
  const known = new Set(store.tracks(downloadId).map(({ trackId }) => trackId));
  const held = new Map(
    plan.tracks
      .filter(({ trackId }) => known.has(trackId))
      .map(({ trackId }) => [
        trackId,
        new Map(store.stored(trackId).map((one) => [one.index, one.plainBytes])),
      ]),
  );
  const missing: PlannedFile[] = [];
  let storedBytes = 0;
  let missingBytes: number | undefined = 0;
  for (const file of plan.files) {
    const { integrity, index } = file.segment;
    const plainBytes = held.get(file.trackId)?.get(index);
    if (plainBytes !== undefined && plainBytes === (integrity?.plainBytes ?? plainBytes)) {
      storedBytes += wireBytes(file.segment, plainBytes);
    } else {
      missing.push(file);
      missingBytes = integrity && missingBytes !== undefined ? missingBytes + integrity.sizeBytes : undefined;
    }
  }
  return { missing, storedBytes, missingBytes };
}

/** Size on an OCA of so many plain bytes. */
export function wireBytes({ integrity, encryption }: Segment, plainBytes: Bytes): Bytes {
  return integrity?.sizeBytes ?? (encryption ? encryptedBytes(plainBytes) : plainBytes);
}
