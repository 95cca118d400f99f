import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { VideoRecord } from './drop.ts';
import type { EncodeJob } from './encode.ts';
import { encodeRenditions, STILL_FILE } from './encode.ts';
import type { Ffmpeg } from './ffmpeg.ts';
import type { Layout } from './layout.ts';
import type { PlainAudio, PlainRendition, PlainSubtitles } from './package.ts';
import { packageVideo } from './package.ts';
import { makeWorkDir, publishFolder } from './work.ts';

/** All that is needed to make one video. */
export interface VideoPlan {
  readonly videoId: string;
  readonly titleId: string;
  readonly videoNumber?: number | undefined;
  readonly encode: EncodeJob;
  /** In the order of `encode.audio`. */
  readonly audio: readonly PlainAudio[];
  readonly subtitles: readonly (PlainSubtitles & { readonly webVtt: string })[];
  /** Says what is wrong with a source, now that every frame was counted; throws `encode/bad-source`. */
  readonly checkFrames?: (frameCount: number) => void;
}

export interface MakeVideoOptions {
  readonly signal?: AbortSignal | undefined;
  /** 0 to 1. */
  readonly onFraction?: ((fraction: number) => void) | undefined;
}

/**
 * Encodes, checks, encrypts and publishes one video. It is there for others once encodes/<videoId>/video.json
 * is; before that nobody looks at its media.
 * @param prepare plans the video; gets the folder that ffmpeg will run in, for the files that filters read
 * Errors: `encode/bad-source`, `encode/failed`.
 */
export async function makeVideo(
  tools: Ffmpeg,
  layout: Layout,
  prepare: (ffmpegDir: string) => Promise<VideoPlan>,
  options: MakeVideoOptions,
): Promise<VideoRecord> {
  const work = await makeWorkDir(layout);
  try {
    const [plainDir, mediaDir, encodeDir] = ['plain', 'media', 'encode'].map((name) =>
      path.join(work, name),
    ) as [string, string, string];
    await mkdir(plainDir);
    const plan = await prepare(plainDir);
    const framesDir = path.join(encodeDir, 'frames');
    const frameCount = await encodeRenditions(tools, plan.encode, { plainDir, ...options }, framesDir);
    plan.checkFrames?.(frameCount);

    const durationSeconds = frameCount / plan.encode.frameRate;
    for (const { id, webVtt } of plan.subtitles) {
      await mkdir(path.join(plainDir, id));
      await writeFile(path.join(plainDir, id, '0.vtt'), webVtt);
    }
    const contentKey = randomBytes(16);
    const { renditions, files } = await packageVideo({
      videoId: plan.videoId,
      contentKey,
      durationSeconds,
      renditions: plainRenditions(plan),
      plainDir,
      mediaDir,
    });
    const record: VideoRecord = {
      format: 1,
      videoId: plan.videoId,
      titleId: plan.titleId,
      contentKeyHex: contentKey.toString('hex'),
      durationSeconds,
      frameRate: plan.encode.frameRate,
      frameCount,
      videoNumber: plan.videoNumber,
      renditions: renditions.map(({ summary }) => summary),
      sizeBytes: Object.values(files).reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    };
    await rename(path.join(plainDir, STILL_FILE), path.join(encodeDir, STILL_FILE));
    await writeFile(path.join(encodeDir, 'integrity.json'), JSON.stringify({ files }));
    await writeFile(path.join(encodeDir, 'video.json'), JSON.stringify(record, null, 2), { mode: 0o600 });
    await publishFolder(mediaDir, path.join(layout.media, plan.videoId));
    await publishFolder(encodeDir, path.join(layout.encodes, plan.videoId));
    return record;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

function plainRenditions(plan: VideoPlan): PlainRendition[] {
  const { video, frameRate } = plan.encode;
  const pictures = video.map(({ rung }) => ({ kind: 'video' as const, id: rung.renditionId, frameRate }));
  return [...pictures, ...plan.audio, ...plan.subtitles];
}

/** The record of a video that is ready, or undefined. A damaged one counts as not there: it is made again. */
export async function readVideoRecord(layout: Layout, videoId: string): Promise<VideoRecord | undefined> {
  try {
    const text = await readFile(path.join(layout.encodes, videoId, 'video.json'), 'utf8');
    return VideoRecord.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
