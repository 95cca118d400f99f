import { createCipheriv, createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { mpd } from '../../service/encoder/dash.ts';
import type { TitleDrop, VideoRecord } from '../../service/encoder/drop.ts';
import { encryptSegment, integrityOf, segmentNumber } from '../../service/encoder/encryption.ts';
import { mediaPlaylist, multivariantPlaylist } from '../../service/encoder/hls.ts';
import { layoutOf } from '../../service/encoder/layout.ts';
import { INIT_FILE, segmentFile } from '../../service/encoder/packaged.ts';
import type { PackagedRendition } from '../../service/encoder/packaged.ts';
import type { RenditionSummary, SegmentIntegrity } from '../../src/shared/presentation.ts';

export interface TitleSpec {
  /** Id of the title and of its one video. */
  readonly id: string;
  /** Of picture and of sound alike; subtitles are one file. */
  readonly segments: number;
  /** Plain size of a picture segment by its index. */
  sizeBytes(index: number): number;
}

export interface PublishedTitle {
  readonly videoId: string;
  /** What a player must get, by "<renditionId>/<index>"; the init segment's index is "init". */
  readonly plain: ReadonlyMap<string, Buffer>;
  /** All files as they lie on an OCA. */
  readonly sizeBytes: number;
}

const SEGMENT_SECONDS = 4;
const renditions: RenditionSummary[] = [
  {
    id: 'v-240p', kind: 'video', bandwidthBitsPerSecond: 400_000, width: 426, height: 240, frameRate: 24,
    codecs: 'avc1.64001e',
  },
  {
    id: 'a-en', kind: 'audio', bandwidthBitsPerSecond: 64_000, language: 'en', name: 'English',
    codecs: 'mp4a.40.2', channels: 2, isDefault: true,
  },
  {
    id: 's-en', kind: 'subtitles', bandwidthBitsPerSecond: 1000, language: 'en', name: 'English',
    isDefault: false, isForced: false,
  },
]; // prettier-ignore

/** Bytes that look like media after encryption, and are the same at each run. */
function noise(name: string, sizeBytes: number): Buffer {
  const key = createHash('md5').update(name).digest();
  return createCipheriv('aes-128-ctr', key, Buffer.alloc(16)).update(Buffer.alloc(sizeBytes));
}

/**
 * Puts a title into a service's data folder just as the encoder does (its own manifest writers, encryption and
 * digests), but with noise for media: nothing has to be encoded, and every byte can be compared.
 */
export async function publishTitle(dataDir: string, spec: TitleSpec): Promise<PublishedTitle> {
  const layout = layoutOf(dataDir);
  const mediaDir = path.join(layout.media, spec.id);
  const contentKey = noise(`${spec.id} key`, 16);
  const plain = new Map<string, Buffer>();
  const files: Record<string, SegmentIntegrity> = {};
  const packaged: PackagedRendition[] = [];
  const durationSeconds = spec.segments * SEGMENT_SECONDS;
  for (const [place, summary] of renditions.entries()) {
    await mkdir(path.join(mediaDir, summary.id), { recursive: true });
    const add = async (file: string, index: string, bytes: Buffer, number: number | undefined) => {
      const wire = number === undefined ? bytes : encryptSegment(bytes, contentKey, number);
      await writeFile(path.join(mediaDir, summary.id, file), wire);
      files[`${spec.id}/${summary.id}/${file}`] = integrityOf(wire, bytes.length);
      plain.set(`${summary.id}/${index}`, bytes);
      return wire.length;
    };
    const isText = summary.kind === 'subtitles';
    if (!isText) await add(INIT_FILE, 'init', noise(`${spec.id} ${summary.id} init`, 700), undefined);
    const rendition = { summary, averageBitsPerSecond: summary.bandwidthBitsPerSecond, timescale: 1000 };
    const segments: PackagedRendition['segments'][number][] = [];
    for (let index = 0; index < (isText ? 1 : spec.segments); index += 1) {
      const number = segmentNumber(place, index);
      const duration = (isText ? durationSeconds : SEGMENT_SECONDS) * 1000;
      const segment = { number, start: index * SEGMENT_SECONDS * 1000, duration, sizeBytes: 0 };
      const sizeBytes = { video: spec.sizeBytes(index), audio: 8000 + index, subtitles: 900 }[summary.kind];
      const file = segmentFile({ ...rendition, segments: [] }, segment);
      const bytes = noise(`${spec.id} ${summary.id} ${index}`, sizeBytes);
      segments.push({ ...segment, sizeBytes: await add(file, String(index), bytes, number) });
    }
    const whole = { ...rendition, segments };
    packaged.push(whole);
    await writeFile(path.join(mediaDir, summary.id, 'playlist.m3u8'), mediaPlaylist(whole, spec.id));
  }
  await writeFile(path.join(mediaDir, 'master.m3u8'), multivariantPlaylist(packaged));
  await writeFile(path.join(mediaDir, 'manifest.mpd'), mpd(packaged, spec.id, durationSeconds));
  const sizeBytes = Object.values(files).reduce((sum, one) => sum + one.sizeBytes, 0);
  const record: VideoRecord = {
    format: 1,
    videoId: spec.id,
    titleId: spec.id,
    contentKeyHex: contentKey.toString('hex'),
    durationSeconds,
    frameRate: 24,
    frameCount: durationSeconds * 24,
    renditions,
    sizeBytes,
  };
  const encode = path.join(layout.encodes, spec.id);
  await mkdir(encode, { recursive: true });
  await writeFile(path.join(encode, 'integrity.json'), JSON.stringify({ files }));
  await writeFile(path.join(encode, 'video.json'), JSON.stringify(record));
  await mkdir(layout.titles, { recursive: true });
  await writeFile(
    path.join(layout.titles, `${spec.id}.json`),
    JSON.stringify(dropOf(spec.id, durationSeconds)),
  );
  return { videoId: spec.id, plain, sizeBytes };
}

const dropOf = (id: string, durationSeconds: number): TitleDrop => ({
  format: 1,
  title: {
    type: 'film',
    titleId: id,
    videoId: id,
    durationSeconds,
    name: id,
    description: 'Noise, to be lost and found again.',
    releaseYear: 2026,
    maturityRating: 'all',
    genres: ['Test'],
    cast: [],
    audioLanguages: ['en'],
    subtitleLanguages: ['en'],
    popularity: 0.5,
    artworkVersion: '1',
  },
});

export function titleOf(
  { titles }: { titles: ReadonlyMap<string, PublishedTitle> },
  id: string,
): PublishedTitle {
  const title = titles.get(id);
  if (!title) throw new Error(`nobody published ${id}`);
  return title;
}
