import { createHash } from 'node:crypto';
import { open, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Film } from '../../src/shared/catalog.ts';
import type { z } from 'zod';
import { LayoverError } from '../../src/shared/errors.ts';
import type { ArtworkStyle } from './artwork.ts';
import type { VideoRecord } from './drop.ts';
import type { Ffmpeg } from './ffmpeg.ts';
import { findFfmpeg, runFfmpeg } from './ffmpeg.ts';
import { frameRateFor, rungsFor } from './ladder.ts';
import { languageName } from './languages.ts';
import { layoutOf } from './layout.ts';
import type { PlainAudio, PlainSubtitles } from './package.ts';
import type { Source } from './probe.ts';
import { probeSource } from './probe.ts';
import { withTimestampMap } from './subtitles.ts';
import { dropTitle, ensureArtwork } from './title.ts';
import type { VideoPlan } from './video.ts';
import { makeVideo, readVideoRecord } from './video.ts';
import { sweepWork } from './work.ts';

export interface IngestOptions {
  readonly dataDir: string;
  readonly file: string;
  /** The file's name unless given. */
  readonly title?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  /** 0 to 1. */
  readonly onFraction?: ((fraction: number) => void) | undefined;
  readonly tools?: Ffmpeg | undefined;
}

export interface Ingested {
  readonly titleId: string;
  readonly videoId: string;
  readonly record: VideoRecord;
}

/**
 * Puts a video file into the catalog as a film. The same file again is the same film: nothing is encoded
 * twice, and a new title replaces the old one.
 * Errors: `encode/bad-source` with what is wrong with the file, `encode/failed`, `encode/no-ffmpeg`.
 */
export async function ingestFile(options: IngestOptions): Promise<Ingested> {
  const file = path.resolve(options.file);
  const tools = options.tools ?? findFfmpeg();
  const layout = layoutOf(options.dataDir);
  await sweepWork(layout);
  const videoId = `own-${await fingerprint(file)}`;
  const titleId = videoId;
  const source = await checkSource(tools, file, layout.work, options.signal);
  const record =
    (await readVideoRecord(layout, videoId)) ??
    (await makeVideo(
      tools,
      layout,
      (dir) => planSource(tools, { videoId, titleId, file, source }, dir),
      options,
    ));

  const name = options.title?.trim() || path.parse(file).name.replaceAll(/[._]+/g, ' ').trim() || 'Untitled';
  const languages = (kind: 'audio' | 'subtitles') =>
    record.renditions.flatMap((rendition) => (rendition.kind === kind ? [rendition.language] : []));
  const facts: Omit<z.infer<typeof Film>, 'artworkVersion'> = {
    type: 'film',
    titleId,
    videoId,
    name,
    description: `From ${path.basename(file)}.`,
    releaseYear: (await stat(file)).mtime.getFullYear(),
    maturityRating: 'all',
    genres: ['Own videos'],
    cast: [],
    audioLanguages: [...new Set(languages('audio'))],
    subtitleLanguages: [...new Set(languages('subtitles'))],
    popularity: 0.5,
    durationSeconds: record.durationSeconds,
  };
  const artwork = { titleId, videoId, name, overline: 'Own videos', style: styleOf(titleId) };
  const artworkVersion = await ensureArtwork(tools, layout, artwork, options.signal);
  await dropTitle(layout, { ...facts, artworkVersion });
  return { titleId, videoId, record };
}

/**
 * Finds what can be found before anything is encoded: that it is a video, and that it can be read to its end.
 * Every frame is counted later; see `checkFrames` in the plan.
 */
async function checkSource(
  tools: Ffmpeg,
  file: string,
  cwd: string,
  signal: AbortSignal | undefined,
): Promise<Source> {
  const source = await probeSource(tools, file);
  const readThrough = ['-i', file, '-map', '0:v:0', '-c', 'copy', '-f', 'null', '-'];
  let reached = 0;
  const onSeconds = (seconds: number) => (reached = Math.max(reached, seconds));
  const complaints = await runFfmpeg(tools, readThrough, { cwd, signal, onSeconds, blame: 'source' });
  if (reached < source.durationSeconds - tolerance(source)) {
    const [has, says] = [reached, source.durationSeconds].map((seconds) => seconds.toFixed(1));
    const reason = `it ends after ${has ?? ''} s although it says that it is ${says ?? ''} s long`;
    throw new LayoverError('encode/bad-source', { reason });
  }
  if (complaints) throw new LayoverError('encode/bad-source', { reason: complaints.split('\n')[0] ?? '' });
  return source;
}

/** Containers round, and a last frame has no length: that much may be missing. */
function tolerance(source: Source): number {
  return Math.max(1, source.durationSeconds * 0.02);
}

async function planSource(
  tools: Ffmpeg,
  { videoId, titleId, file, source }: { videoId: string; titleId: string; file: string; source: Source },
  ffmpegDir: string,
): Promise<VideoPlan> {
  const frameRate = frameRateFor(source.video.frameRate);
  const rungs = rungsFor(source.video.height).map((rung, index) => ({ rung, label: `v${index}` }));
  const audio = numbered('a', source.audio).map((track): PlainAudio => ({ ...track, kind: 'audio' }));
  const frames = Math.max(1, Math.floor(source.durationSeconds * frameRate));
  const even = (size: string) => `trunc(${size}/2)*2`;
  const graph = [
    // Square pixels and even sizes first, so that every rung only has to follow the height.
    `[0:v:0]fps=${frameRate},scale='${even('iw*sar')}':'${even('ih')}':out_color_matrix=bt709,setsar=1,format=yuv420p,` +
      `split=${rungs.length + 1}[raw]${rungs.map((_, index) => `[s${index}]`).join('')}`,
    `[raw]select='eq(n,${Math.floor(frames / 4)})'[still]`,
    ...rungs.map(({ rung, label }, index) => `[s${index}]scale=-2:${rung.height}:flags=bicubic[${label}]`),
    // Gaps and late starts are filled with silence: audio runs from 0 to the end, as the picture does.
    ...audio.map((_, index) => `[0:a:${index}]aresample=48000:async=1:first_pts=0,apad[a${index}]`),
  ];
  return {
    videoId,
    titleId,
    encode: {
      inputs: ['-i', file],
      filterGraph: graph.join(';'),
      video: rungs,
      audio: audio.map(({ id }, index) => ({ renditionId: id, label: `a${index}` })),
      still: 'still',
      frameRate,
      durationSeconds: source.durationSeconds,
      preset: 'veryfast',
      blame: 'source',
    },
    audio,
    subtitles: await readSubtitles(tools, file, source, ffmpegDir),
    checkFrames(frameCount) {
      const missingSeconds = source.durationSeconds - frameCount / frameRate;
      if (missingSeconds <= tolerance(source)) return;
      const reason = `${missingSeconds.toFixed(1)} s of its picture are missing or cannot be decoded`;
      throw new LayoverError('encode/bad-source', { reason });
    },
  };
}

async function readSubtitles(
  tools: Ffmpeg,
  file: string,
  source: Source,
  folder: string,
): Promise<(PlainSubtitles & { webVtt: string })[]> {
  const tracks = numbered('s', source.subtitles);
  const subtitles: (PlainSubtitles & { webVtt: string })[] = [];
  for (const [position, track] of tracks.entries()) {
    const stream = source.subtitles[position];
    const out = path.join(folder, `${track.id}.vtt`);
    const args = ['-i', file, '-map', `0:s:${stream?.index ?? 0}`, '-f', 'webvtt', out];
    await runFfmpeg(tools, args, { cwd: folder, blame: 'source' });
    const webVtt = withTimestampMap(await readFile(out, 'utf8'));
    subtitles.push({ ...track, kind: 'subtitles', isDefault: false, webVtt });
  }
  return subtitles;
}

/** Rendition ids by language: "a-en", and "a-en-2" for a second one. The first track is the default. */
function numbered(prefix: 'a' | 's', tracks: readonly { readonly language: string }[]) {
  const seen = new Map<string, number>();
  return tracks.map(({ language }, index) => {
    const count = (seen.get(language) ?? 0) + 1;
    seen.set(language, count);
    const suffix = count > 1 ? `-${count}` : '';
    const name = languageName(language) + (count > 1 ? ` ${count}` : '');
    return { id: `${prefix}-${language}${suffix}`, language, name, isDefault: index === 0 };
  });
}

/** Of a file's size and first mebibyte: the same file has it wherever it lies. Errors: `encode/bad-source`. */
async function fingerprint(file: string): Promise<string> {
  const handle = await open(file).catch((thrown: NodeJS.ErrnoException) => {
    const reason = thrown.code === 'ENOENT' ? `there is no file ${file}` : `${file} cannot be read`;
    throw new LayoverError('encode/bad-source', { reason }, { cause: thrown });
  });
  try {
    const found = await handle.stat();
    if (!found.isFile()) throw new LayoverError('encode/bad-source', { reason: `${file} is not a file` });
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(2 ** 20), 0, 2 ** 20, 0);
    const hash = createHash('sha256').update(`${found.size}|`).update(buffer.subarray(0, bytesRead));
    return hash.digest('hex').slice(0, 12);
  } finally {
    await handle.close();
  }
}

/** Colors of its own for every title, without anybody choosing them. */
function styleOf(titleId: string): ArtworkStyle {
  const palettes: [dark: string, light: string, accent: string][] = [
    ['#0b1026', '#9cc4ff', '#ffd479'],
    ['#1c0a1f', '#ffb3d1', '#ffe9a8'],
    ['#07201c', '#9ff0d2', '#ffd0b0'],
    ['#24120a', '#ffcf9f', '#fff3e0'],
  ];
  const pick = Number.parseInt(createHash('sha256').update(titleId).digest('hex').slice(0, 4), 16);
  const [dark, light, accent] = palettes[pick % palettes.length] ?? ['#0b1026', '#9cc4ff', '#ffd479'];
  return { dark, light, accent, font: 'DejaVuSans-Bold.ttf' };
}
