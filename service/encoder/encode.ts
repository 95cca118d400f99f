import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { LayoverError } from '../../src/shared/errors.ts';
import type { Ffmpeg } from './ffmpeg.ts';
import { runFfmpeg } from './ffmpeg.ts';
import type { Rung } from './ladder.ts';
import { SEGMENT_SECONDS } from './ladder.ts';

/** What to make of which inputs, for one run of ffmpeg. */
export interface EncodeJob {
  /** Arguments up to and with each `-i`. */
  readonly inputs: readonly string[];
  /** Filter graph that ends in the labels named below. Its pictures are BT.709. */
  readonly filterGraph: string;
  readonly video: readonly { readonly rung: Rung; readonly label: string }[];
  readonly audio: readonly { readonly renditionId: string; readonly label: string }[];
  /** A label of the graph that gives one picture, without anything burnt in: it becomes still.jpg. */
  readonly still: string;
  readonly frameRate: number;
  readonly durationSeconds: number;
  /** x264's; "ultrafast" also decodes fastest. */
  readonly preset: 'ultrafast' | 'veryfast';
  readonly blame: 'source' | 'us';
}

export interface EncodeRun {
  /** Gets <renditionId>/init.mp4, 00000.m4s, 00001.m4s … and index.m3u8: all in the clear. */
  readonly plainDir: string;
  readonly signal?: AbortSignal | undefined;
  /** 0 to 1. */
  readonly onFraction?: ((fraction: number) => void) | undefined;
}

/** In the folder of the plain renditions. */
export const STILL_FILE = 'still.jpg';

/** 1024 samples at 48 kHz, the rate that every audio rendition has. */
const AAC_FRAME_SECONDS = 1024 / 48_000;

/** Of the time that a video takes, what encoding takes; the rest is the check of every frame. */
const ENCODE_SHARE = 0.7;

/**
 * Encodes all renditions in one run, then decodes what came out and writes the MD5 of every frame to
 * <framesDir>/<renditionId>.framemd5.
 * @returns the number of frames, the same in every video rendition
 * Errors: `encode/bad-source`, `encode/failed`.
 */
export async function encodeRenditions(
  tools: Ffmpeg,
  job: EncodeJob,
  run: EncodeRun,
  framesDir: string,
): Promise<number> {
  const ids = [...job.video.map(({ rung }) => rung.renditionId), ...job.audio.map((a) => a.renditionId)];
  for (const id of ids) await mkdir(path.join(run.plainDir, id), { recursive: true });
  await mkdir(framesDir, { recursive: true });
  const fractionOf = (seconds: number) => Math.min(1, seconds / job.durationSeconds);
  await runFfmpeg(tools, encodeArgs(job), {
    cwd: run.plainDir,
    signal: run.signal,
    blame: job.blame,
    onSeconds: (seconds) => run.onFraction?.(fractionOf(seconds) * ENCODE_SHARE),
  });
  const complaints = await runFfmpeg(tools, checkArgs(job, framesDir), {
    cwd: run.plainDir,
    signal: run.signal,
    onSeconds: (seconds) => run.onFraction?.(ENCODE_SHARE + fractionOf(seconds) * (1 - ENCODE_SHARE)),
  });
  if (complaints) throw new LayoverError('encode/failed', { reason: complaints.slice(0, 300) });
  return countFrames(job, framesDir);
}

function encodeArgs(job: EncodeJob): string[] {
  const video = job.video.flatMap(({ rung, label }) => [
    ...['-map', `[${label}]`, '-c:v', 'libx264', '-preset', job.preset, '-pix_fmt', 'yuv420p'],
    ...['-crf', String(rung.quality), '-maxrate', String(rung.maxBitsPerSecond)],
    ...['-bufsize', String(rung.maxBitsPerSecond)],
    // No B-frames: presentation starts at exactly 0, and no player has to honor an edit list for it.
    ...['-bf', '0', '-sc_threshold', '0'],
    // Stated, because players guess by picture size where it is not.
    ...['-colorspace', 'bt709', '-color_primaries', 'bt709', '-color_trc', 'bt709', '-color_range', 'tv'],
    ...[
      '-g',
      String(job.frameRate * SEGMENT_SECONDS),
      '-keyint_min',
      String(job.frameRate * SEGMENT_SECONDS),
    ],
    ...segmented(rung.renditionId, job.durationSeconds),
  ]);
  const audio = job.audio.flatMap(({ renditionId, label }) => [
    ...['-map', `[${label}]`, '-c:a', 'aac', '-b:a', '96k', '-ac', '2', '-ar', '48000'],
    // AAC begins with one frame of priming; without it the last segment would be a frame too long to fit.
    ...segmented(renditionId, job.durationSeconds - AAC_FRAME_SECONDS),
  ]);
  const still = ['-map', `[${job.still}]`, '-frames:v', '1', '-q:v', '2', STILL_FILE];
  return [...job.inputs, '-filter_complex', job.filterGraph, ...video, ...audio, ...still];
}

function segmented(renditionId: string, durationSeconds: number): string[] {
  return [
    ...['-map_metadata', '-1', '-t', durationSeconds.toFixed(3)],
    ...['-f', 'hls', '-hls_segment_type', 'fmp4', '-hls_time', String(SEGMENT_SECONDS)],
    ...['-hls_playlist_type', 'vod', '-hls_fmp4_init_filename', 'init.mp4'],
    ...['-hls_segment_filename', `${renditionId}/%05d.m4s`, `${renditionId}/index.m3u8`],
  ];
}

function checkArgs(job: EncodeJob, framesDir: string): string[] {
  const ids = job.video.map(({ rung }) => rung.renditionId);
  return [
    ...ids.flatMap((id) => ['-i', `${id}/index.m3u8`]),
    ...ids.flatMap((id, input) => [
      ...['-map', `${input}:v`, '-f', 'framemd5', path.join(framesDir, `${id}.framemd5`)],
    ]),
  ];
}

async function countFrames(job: EncodeJob, framesDir: string): Promise<number> {
  const counts = new Set<number>();
  for (const { rung } of job.video) {
    const text = await readFile(path.join(framesDir, `${rung.renditionId}.framemd5`), 'utf8');
    counts.add(text.split('\n').filter((line) => line && !line.startsWith('#')).length);
  }
  const [count, ...others] = counts;
  if (!count || others.length > 0) {
    const reason = `renditions differ in their number of frames: ${[...counts].join(', ')}`;
    throw new LayoverError('encode/failed', { reason });
  }
  return count;
}
