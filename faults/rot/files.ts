import fs from 'node:fs';
import path from 'node:path';
import type { Random } from '../rig/random.ts';
import { HEADER_BYTES, sealedBytesOf } from '../rig/stored.ts';
import type { StoredTrack } from '../rig/stored.ts';

/** Does it, and says what it did; undefined: it found nothing to do. */
type Rot = (folder: string, tracks: readonly StoredTrack[], random: Random) => string | undefined;

const FRAME_BYTES = 262_144 + 16;
const fileOf = (folder: string, { trackId }: StoredTrack) => path.join(folder, `${trackId}.sealed`);

/** Damages one file chosen at random. */
const oneFile =
  (what: string, change: (bytes: Buffer, random: Random, track: StoredTrack) => Buffer | undefined): Rot =>
  (folder, tracks, random) => {
    const [track] = random.shuffle(tracks);
    if (!track) return undefined;
    const file = fileOf(folder, track);
    const bytes = change(fs.readFileSync(file), random, track);
    if (!bytes) return undefined;
    fs.writeFileSync(file, bytes);
    return `${what} in ${track.renditionId}`;
  };

function flip(bytes: Buffer, at: number, random: Random): void {
  bytes[at] = (bytes[at] ?? 0) ^ (1 << random.below(8));
}

/** undefined: what was cut off before has no place to swap. */
function swap(bytes: Buffer, one: number, other: number, length: number): Buffer | undefined {
  if (Math.max(one, other) + length > bytes.length) return undefined;
  const kept = Buffer.from(bytes.subarray(one, one + length));
  bytes.copy(bytes, one, other, other + length);
  kept.copy(bytes, other);
  return bytes;
}

const [flipBit, flipHeader, flipTag, zeroBlock, cutShort, grown, swapRecords, swapFrames, repeatFrame] = [
  oneFile('a flipped bit', (bytes, random) => {
    flip(bytes, random.below(bytes.length), random);
    return bytes;
  }),
  oneFile('a flipped bit of the header', (bytes, random) => {
    flip(bytes, random.below(HEADER_BYTES), random);
    return bytes;
  }),
  oneFile('a flipped bit of a tag', (bytes, random, { segments }) => {
    const [segment] = random.shuffle(segments);
    if (!segment) return undefined;
    flip(bytes, segment.fileOffset + sealedBytesOf(segment.plainBytes) - random.between(1, 16), random);
    return bytes;
  }),
  oneFile('a block of zeros', (bytes, random) => {
    const at = Math.floor(random.below(bytes.length) / 4096) * 4096;
    return bytes.fill(0, at, Math.min(bytes.length, at + 4096));
  }),
  oneFile('the end cut off', (bytes, random) => bytes.subarray(0, random.below(bytes.length))),
  oneFile('noise behind the end', (bytes, random) =>
    Buffer.concat([bytes, Buffer.alloc(random.between(1, 5000), random.between(1, 255))]),
  ),
  oneFile('two stretches swapped', (bytes, random, { segments }) => {
    const [one, other] = random.shuffle(segments);
    if (!one || !other) return undefined;
    const length = Math.min(sealedBytesOf(one.plainBytes), sealedBytesOf(other.plainBytes));
    return swap(bytes, one.fileOffset, other.fileOffset, length);
  }),
  oneFile('two frames swapped', (bytes, random, { segments }) => {
    const [long] = random.shuffle(segments.filter(({ plainBytes }) => plainBytes > 2 * 262_144));
    if (!long) return undefined;
    return swap(bytes, long.fileOffset, long.fileOffset + FRAME_BYTES, FRAME_BYTES);
  }),
  oneFile('a frame repeated', (bytes, random, { segments }) => {
    const [long] = random.shuffle(segments.filter(({ plainBytes }) => plainBytes > 2 * 262_144));
    if (!long || long.fileOffset + FRAME_BYTES > bytes.length) return undefined;
    bytes.copy(bytes, long.fileOffset + FRAME_BYTES, long.fileOffset, long.fileOffset + FRAME_BYTES);
    return bytes;
  }),
];

const swapFiles: Rot = (folder, tracks, random) => {
  const [one, other] = random.shuffle(tracks);
  if (!one || !other) return undefined;
  const [first, second] = [one, other].map((track) => fs.readFileSync(fileOf(folder, track)));
  if (!first || !second) return undefined;
  fs.writeFileSync(fileOf(folder, one), second);
  fs.writeFileSync(fileOf(folder, other), first);
  return `files of ${one.renditionId} and ${other.renditionId} swapped`;
};

const loseFile: Rot = (folder, tracks, random) => {
  const [track] = random.shuffle(tracks);
  if (!track) return undefined;
  const isLost = random.chance(0.5);
  if (isLost) fs.rmSync(fileOf(folder, track));
  else fs.writeFileSync(fileOf(folder, track), '');
  return `file of ${track.renditionId} ${isLost ? 'lost' : 'emptied'}`;
};

const loseMarker: Rot = (folder, _tracks, random) => {
  const marker = path.join(folder, 'layover-store.txt');
  // It may have been struck before.
  if (!fs.existsSync(marker) || fs.statSync(marker).size === 0) return undefined;
  const bytes = fs.readFileSync(marker);
  const kind = random.pick(['lost', 'emptied', 'flipped']);
  if (kind === 'lost') fs.rmSync(marker);
  else if (kind === 'emptied') fs.writeFileSync(marker, '');
  else {
    flip(bytes, random.below(bytes.length), random);
    fs.writeFileSync(marker, bytes);
  }
  return `marker of the folder ${kind}`;
};

/** Ways in which files rot. */
export const fileRots: readonly [Rot, ...Rot[]] = [
  flipBit, flipBit, flipBit, flipBit, flipHeader, flipTag, zeroBlock, zeroBlock, cutShort, cutShort, grown,
  swapRecords, swapRecords, swapFrames, repeatFrame, swapFiles, loseFile, loseMarker,
] as [Rot, ...Rot[]]; // prettier-ignore

/** All sealed files as they lie there. */
export const snapshot = (folder: string, tracks: readonly StoredTrack[]): ReadonlyMap<string, Buffer> =>
  new Map(
    tracks
      .filter((track) => fs.existsSync(fileOf(folder, track)))
      .map((track) => [track.trackId, fs.readFileSync(fileOf(folder, track))]),
  );

/** "<renditionId>/<index>" of the segments of whose record, or of whose file's header, a byte is another now. */
export function struckBetween(
  before: ReadonlyMap<string, Buffer>,
  after: ReadonlyMap<string, Buffer>,
  tracks: readonly StoredTrack[],
): Set<string> {
  const struck = new Set<string>();
  for (const { trackId, renditionId, segments } of tracks) {
    const [old, now] = [before.get(trackId), after.get(trackId)];
    const isSame = (from: number, to: number) =>
      old && now && old.subarray(from, to).equals(now.subarray(from, to));
    for (const { segment, fileOffset, plainBytes } of segments)
      if (!isSame(0, HEADER_BYTES) || !isSame(fileOffset, fileOffset + sealedBytesOf(plainBytes)))
        struck.add(`${renditionId}/${segment < 0 ? 'init' : segment}`);
  }
  return struck;
}
