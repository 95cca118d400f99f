import { renditionsOf } from '../shared/presentation.ts';
import type { Presentation, Rendition, Segment } from '../shared/presentation.ts';
import { filesOf } from '../shared/presentation.ts';

/** What became of a video under the same id. */
export type Reencoding =
  | { kind: 'same' }
  /** These renditions hold other bytes than before; the others are as they were. */
  | { kind: 'changed'; renditionIds: string[] }
  /** What was chosen does not exist any more. */
  | { kind: 'gone' };

/** Compares what a download or a session was begun with, and what is told now of the same renditions. */
export function compareEncodings(before: Presentation, now: Presentation): Reencoding {
  const fresh = new Map(renditionsOf(now).map((rendition) => [rendition.id, rendition]));
  const changed: string[] = [];
  for (const old of renditionsOf(before)) {
    const rendition = fresh.get(old.id);
    if (!rendition) return { kind: 'gone' };
    if (!isSame(old, rendition)) changed.push(old.id);
  }
  return changed.length > 0 ? { kind: 'changed', renditionIds: changed } : { kind: 'same' };
}

/** Whether licenses carry another key for it: each content key has a name of its own in the manifest. */
export function hasAnotherKey(before: Presentation, now: Presentation): boolean {
  const known = keyNamesOf(before);
  return [...keyNamesOf(now)].some((uri) => !known.has(uri));
}

/** Whether a player that holds the playlists of one can be given the files of the other: told apart by their encryption only. */
export function isEncryptedAnew(before: Presentation, now: Presentation): boolean {
  const fresh = new Map(renditionsOf(now).map((rendition) => [rendition.id, rendition]));
  return renditionsOf(before).every((old) => {
    const rendition = fresh.get(old.id);
    const [files, others] = [filesOf(old), rendition ? filesOf(rendition) : []];
    const isLike = (file: Segment, other: Segment | undefined) =>
      file.index === other?.index &&
      file.durationSeconds === other.durationSeconds &&
      file.integrity !== undefined &&
      file.integrity.plainBytes === other.integrity?.plainBytes;
    return files.length === others.length && files.every((file, at) => isLike(file, others[at]));
  });
}

/** The names of the content keys that licenses carry for it. */
export function keyNamesOf(presentation: Presentation): Set<string> {
  return new Set(
    renditionsOf(presentation)
      .flatMap((rendition) => filesOf(rendition).map(({ encryption }) => encryption?.keyUri ?? ''))
      .filter((uri) => uri.startsWith('urn:')),
  );
}

/** Whether the same files lie at other addresses, or under other keys' addresses: signatures in them have aged. */
export function areElsewhere(before: Presentation, now: Presentation): boolean {
  const fresh = new Map(renditionsOf(now).map((rendition) => [rendition.id, filesOf(rendition)]));
  return renditionsOf(before).some((old) => {
    const files = fresh.get(old.id) ?? [];
    return filesOf(old).some(
      ({ path, encryption }, at) =>
        path !== files[at]?.path || encryption?.keyUri !== files[at].encryption?.keyUri,
    );
  });
}

/** By digests where they are told; else by what a re-encoded video does not keep by chance. */
function isSame(one: Rendition, other: Rendition): boolean {
  const [files, others] = [filesOf(one), filesOf(other)];
  return files.length === others.length && files.every((file, at) => isSameFile(file, others[at]));
}

function isSameFile(one: Segment, other: Segment | undefined): boolean {
  if (one.index !== other?.index) return false;
  if (one.integrity && other.integrity) return one.integrity.sha256 === other.integrity.sha256;
  return (
    one.durationSeconds === other.durationSeconds &&
    one.byteRange?.offsetBytes === other.byteRange?.offsetBytes &&
    one.byteRange?.lengthBytes === other.byteRange?.lengthBytes
  );
}
