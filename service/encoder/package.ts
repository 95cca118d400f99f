import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { RenditionSummary, SegmentIntegrity } from '../../src/shared/presentation.ts';
import { mpd } from './dash.ts';
import { encryptSegment, integrityOf, segmentNumber } from './encryption.ts';
import { mediaPlaylist, multivariantPlaylist } from './hls.ts';
import { readInit, readTimes } from './mp4.ts';
import type { PackagedRendition, PackagedSegment } from './packaged.ts';
import { bitRates, INIT_FILE } from './packaged.ts';

/** A rendition that lies in the clear in `plainDir`: video and audio as encode.ts left them, subtitles as 0.vtt. */
export type PlainRendition = PlainVideo | PlainAudio | PlainSubtitles;
export interface PlainVideo {
  readonly kind: 'video';
  readonly id: string;
  readonly frameRate: number;
}
interface Spoken {
  readonly id: string;
  /** BCP 47. */
  readonly language: string;
  readonly name: string;
  readonly isDefault: boolean;
}
export interface PlainAudio extends Spoken {
  readonly kind: 'audio';
}
export interface PlainSubtitles extends Spoken {
  readonly kind: 'subtitles';
}

export interface PackageJob {
  readonly videoId: string;
  readonly contentKey: Uint8Array;
  readonly durationSeconds: number;
  /** Video lowest first, then audio, then subtitles. */
  readonly renditions: readonly PlainRendition[];
  readonly plainDir: string;
  /** Becomes DATA/media/<videoId>. */
  readonly mediaDir: string;
}

export interface Package {
  readonly renditions: PackagedRendition[];
  /** By OCA-relative path. */
  readonly files: Record<string, SegmentIntegrity>;
}

/** Encrypts and hashes every segment and writes both manifests for them. */
export async function packageVideo(job: PackageJob): Promise<Package> {
  const files: Record<string, SegmentIntegrity> = {};
  const renditions: PackagedRendition[] = [];
  for (const [index, plain] of job.renditions.entries()) {
    await mkdir(path.join(job.mediaDir, plain.id), { recursive: true });
    const rendition =
      plain.kind === 'subtitles'
        ? await packageSubtitles(job, plain, index, files)
        : await packageMedia(job, plain, index, files);
    renditions.push(rendition);
    const playlist = mediaPlaylist(rendition, job.videoId);
    await writeFile(path.join(job.mediaDir, plain.id, 'playlist.m3u8'), playlist);
  }
  await writeFile(path.join(job.mediaDir, 'master.m3u8'), multivariantPlaylist(renditions));
  const manifest = mpd(renditions, job.videoId, job.durationSeconds);
  await writeFile(path.join(job.mediaDir, 'manifest.mpd'), manifest);
  return { renditions, files };
}

type Files = Record<string, SegmentIntegrity>;

async function packageMedia(
  job: PackageJob,
  plain: PlainVideo | PlainAudio,
  index: number,
  files: Files,
): Promise<PackagedRendition> {
  const folder = path.join(job.plainDir, plain.id);
  const init = await readFile(path.join(folder, INIT_FILE));
  const info = readInit(init);
  await writeFile(path.join(job.mediaDir, plain.id, INIT_FILE), init);
  files[`${job.videoId}/${plain.id}/${INIT_FILE}`] = integrityOf(init, init.length);

  const names = (await readdir(folder)).filter((name) => name.endsWith('.m4s')).sort();
  const segments: PackagedSegment[] = [];
  for (const [position, name] of names.entries()) {
    const bytes = await readFile(path.join(folder, name));
    const number = segmentNumber(index, position);
    const sizeBytes = await seal(job, plain.id, `${number}.m4s`, number, bytes, files);
    const { start, duration } = readTimes(bytes);
    segments.push({ number, start, duration, sizeBytes });
  }
  const { peak, average } = bitRates(segments, info.timescale);
  const common = { id: plain.id, bandwidthBitsPerSecond: peak, codecs: info.codecs };
  const summary: RenditionSummary =
    plain.kind === 'video'
      ? { ...common, kind: 'video', width: info.width, height: info.height, frameRate: plain.frameRate }
      : { ...common, ...spoken(plain), kind: 'audio', channels: info.channels };
  return { summary, averageBitsPerSecond: average, timescale: info.timescale, segments };
}

function spoken(plain: Spoken) {
  return { language: plain.language, name: plain.name, isDefault: plain.isDefault };
}

async function packageSubtitles(
  job: PackageJob,
  plain: PlainSubtitles,
  index: number,
  files: Files,
): Promise<PackagedRendition> {
  const text = await readFile(path.join(job.plainDir, plain.id, '0.vtt'));
  const number = segmentNumber(index, 0);
  const timescale = 1000;
  const sizeBytes = await seal(job, plain.id, `${number}.vtt`, number, text, files);
  const segments = [{ number, start: 0, duration: Math.round(job.durationSeconds * timescale), sizeBytes }];
  const { peak, average } = bitRates(segments, timescale);
  const summary: RenditionSummary = {
    ...spoken(plain),
    kind: 'subtitles',
    id: plain.id,
    bandwidthBitsPerSecond: peak,
    isForced: false,
  };
  return { summary, averageBitsPerSecond: average, timescale, segments };
}

async function seal(
  job: PackageJob,
  renditionId: string,
  file: string,
  number: number,
  plain: Uint8Array,
  files: Files,
): Promise<number> {
  const sealed = encryptSegment(plain, job.contentKey, number);
  await writeFile(path.join(job.mediaDir, renditionId, file), sealed);
  files[`${job.videoId}/${renditionId}/${file}`] = integrityOf(sealed, plain.length);
  return sealed.length;
}
