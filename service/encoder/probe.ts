import { spawn } from 'node:child_process';
import { z } from 'zod';
import { LayoverError } from '../../src/shared/errors.ts';
import type { Ffmpeg } from './ffmpeg.ts';
import { languageTag } from './languages.ts';

/** What a source holds, as far as making renditions of it needs to know. */
export interface Source {
  readonly durationSeconds: number;
  readonly video: {
    /** As shown: rotation applied. */
    readonly width: number;
    readonly height: number;
    readonly frameRate: number;
  };
  /** In the order of `0:a:0`, `0:a:1` … */
  readonly audio: readonly { readonly language: string }[];
  /** Only what is text; `index` is that of `0:s:<index>`. */
  readonly subtitles: readonly { readonly index: number; readonly language: string }[];
}

const textSubtitles = new Set(['subrip', 'srt', 'ass', 'ssa', 'mov_text', 'webvtt', 'text']);

/**
 * Looks into a file with ffprobe or, where that is missing, by reading what `ffmpeg -i` says.
 * Errors: `encode/bad-source` for what is no video, has no length, or has no size.
 */
export async function probeSource(tools: Ffmpeg, file: string): Promise<Source> {
  const found = tools.ffprobe
    ? await probeWithFfprobe(tools.ffprobe, file)
    : await probeWithFfmpeg(tools, file);
  if (!found.video) throw bad('it holds no picture');
  const { width, height, frameRate } = found.video;
  if (!(width >= 16 && height >= 16)) throw bad(`its picture is too small (${width}x${height})`);
  if (!(frameRate > 0)) throw bad('it does not say how many frames a second it has');
  if (!(found.durationSeconds >= 1)) throw bad('it is shorter than a second, or does not say how long it is');
  return { ...found, video: found.video };
}

type Found = Omit<Source, 'video'> & { video: Source['video'] | undefined };

const Probe = z.object({
  format: z.object({ duration: z.coerce.number().optional() }),
  streams: z.array(
    z.object({
      codec_type: z.string().optional(),
      codec_name: z.string().optional(),
      width: z.number().optional(),
      height: z.number().optional(),
      avg_frame_rate: z.string().optional(),
      r_frame_rate: z.string().optional(),
      duration: z.coerce.number().optional(),
      disposition: z.object({ attached_pic: z.number() }).partial().optional(),
      tags: z.object({ language: z.string() }).partial().optional(),
      side_data_list: z.array(z.object({ rotation: z.number().optional() })).optional(),
    }),
  ),
});

async function probeWithFfprobe(ffprobe: string, file: string): Promise<Found> {
  const args = ['-v', 'error', '-of', 'json', '-show_format', '-show_streams', '-i', file];
  const { stdout, stderr, code } = await capture(ffprobe, args);
  if (code !== 0) throw bad(lastLine(stderr, file));
  const { format, streams } = Probe.parse(JSON.parse(stdout));
  const ofType = (type: string) => streams.filter((stream) => stream.codec_type === type);
  const picture = ofType('video').find((stream) => !stream.disposition?.attached_pic);
  const rotation = picture?.side_data_list?.find((data) => data.rotation !== undefined)?.rotation ?? 0;
  const language = (stream: { tags?: { language?: string | undefined } | undefined }) =>
    languageTag(stream.tags?.language);
  return {
    durationSeconds: picture?.duration ?? format.duration ?? 0,
    video: picture && {
      ...turned(picture.width ?? 0, picture.height ?? 0, rotation),
      frameRate: fraction(picture.avg_frame_rate) || fraction(picture.r_frame_rate),
    },
    audio: ofType('audio').map((stream) => ({ language: language(stream) })),
    subtitles: ofType('subtitle').flatMap((stream, index) =>
      textSubtitles.has(stream.codec_name ?? '') ? [{ index, language: language(stream) }] : [],
    ),
  };
}

async function probeWithFfmpeg({ ffmpeg }: Ffmpeg, file: string): Promise<Found> {
  const { stderr } = await capture(ffmpeg, ['-hide_banner', '-nostdin', '-i', file]);
  if (!stderr.includes('Stream #0:')) throw bad(lastLine(stderr, file));
  return readBanner(stderr);
}

/** Reads what ffmpeg prints about its first input. */
export function readBanner(banner: string): Found {
  const [, h, m, s] = /Duration: (\d+):(\d+):([\d.]+)/.exec(banner) ?? [];
  const streams = banner.split(/(?=Stream #0:)/).flatMap((text) => {
    const match = /^Stream #0:\d+(?:\[\w+\])?(?:\(([\w-]+)\))?: (Video|Audio|Subtitle): (\w+)(.*)/.exec(text);
    const [, language, type, codec, rest = ''] = match ?? [];
    return type ? [{ language: languageTag(language), type, codec: codec ?? '', rest, text }] : [];
  });
  const ofType = (type: string) => streams.filter((stream) => stream.type === type);
  const picture = ofType('Video').find(({ rest }) => !rest.includes('attached pic'));
  const [, width, height] = /, (\d{2,})x(\d{2,})/.exec(picture?.rest ?? '') ?? [];
  const [, fps] = /, ([\d.]+)k? (?:fps|tbr)/.exec(picture?.rest ?? '') ?? [];
  const [, rotation] = /rotat(?:e\s*:|ion of) *(-?[\d.]+)/.exec(picture?.text ?? '') ?? [];
  return {
    durationSeconds: s === undefined ? 0 : Number(h) * 3600 + Number(m) * 60 + Number(s),
    video: picture && {
      ...turned(Number(width ?? 0), Number(height ?? 0), Number(rotation ?? 0)),
      frameRate: Number(fps ?? 0),
    },
    audio: ofType('Audio').map(({ language }) => ({ language })),
    subtitles: ofType('Subtitle').flatMap(({ codec, language }, index) =>
      textSubtitles.has(codec) ? [{ index, language }] : [],
    ),
  };
}

function turned(width: number, height: number, rotation: number): { width: number; height: number } {
  return Math.abs(rotation % 180) === 90 ? { width: height, height: width } : { width, height };
}

function fraction(text: string | undefined): number {
  const [over = 0, under = 1] = (text ?? '').split('/').map(Number);
  return under > 0 ? over / under : 0;
}

function bad(reason: string): LayoverError {
  return new LayoverError('encode/bad-source', { reason });
}

function lastLine(stderr: string, file: string): string {
  const line = stderr.trim().split('\n').at(-1) ?? '';
  return line.replace(`${file}: `, '').trim() || 'it cannot be read';
}

function capture(
  program: string,
  args: string[],
): Promise<{ stdout: string; stderr: string; code: number | null }> {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ stdout, stderr, code }));
  });
}
