import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { copyFonts } from '../artwork.ts';
import type { EncodeJob } from '../encode.ts';
import type { Ffmpeg } from '../ffmpeg.ts';
import { ladder } from '../ladder.ts';
import { languageName } from '../languages.ts';
import { demoSubtitles } from '../subtitles.ts';
import { toneSource } from '../tones.ts';
import type { VideoPlan } from '../video.ts';
import { lookGraph } from './looks.ts';
import { overlayFiles, overlayFilters, overlayFonts } from './overlay.ts';
import type { DemoTitle, DemoVideo } from './titles.ts';
import { demoAudio, demoSubtitleLanguages } from './titles.ts';

const FRAME_RATE = 24;

/** Plans a demo video: computed pictures and tones, burnt-in texts and marker, subtitles that count. */
export async function planDemoVideo(
  tools: Ffmpeg,
  title: DemoTitle,
  video: DemoVideo,
  ffmpegDir: string,
): Promise<VideoPlan> {
  const { name } = title.facts;
  const episode = video.episode
    ? `S1 E${video.episode.number}  ${video.episode.name}`
    : `${title.facts.releaseYear}  ${title.facts.genres.join(', ')}`;
  await copyFonts(ffmpegDir, Object.values(overlayFonts));
  for (const [file, text] of Object.entries(overlayFiles({ title: name, episode }))) {
    await writeFile(path.join(ffmpegDir, file), text);
  }
  return {
    videoId: video.videoId,
    titleId: title.facts.titleId,
    videoNumber: video.videoNumber,
    encode: encodeJob(tools, video),
    audio: demoAudio.map((language, index) => ({
      kind: 'audio',
      id: `a-${language}`,
      language,
      name: languageName(language),
      isDefault: index === 0,
    })),
    subtitles: demoSubtitleLanguages.map((language) => ({
      kind: 'subtitles',
      id: `s-${language}`,
      language,
      name: languageName(language),
      isDefault: false,
      webVtt: demoSubtitles(language, name, video.seconds),
    })),
  };
}

function encodeJob(tools: Ffmpeg, video: DemoVideo): EncodeJob {
  const frames = video.seconds * FRAME_RATE;
  const lavfi = (graph: string) => ['-f', 'lavfi', '-t', String(video.seconds), '-i', graph];
  const rungs = ladder.map((rung, index) => ({ rung, label: `v${index}` }));
  const graph = [
    `[0:v]scale=1280:720:flags=bicubic:out_color_matrix=bt709,setsar=1,format=yuv420p,split=2[raw][pic]`,
    `[raw]select='eq(n,${Math.floor(frames / 3)})'[still]`,
    `[pic]${overlayFilters(video.videoNumber, frames)},split=${rungs.length}${rungs.map((_, i) => `[s${i}]`).join('')}`,
    ...rungs.map(({ rung, label }, index) => {
      const isFull = rung.height === 720;
      return `[s${index}]${isFull ? 'null' : `scale=${rung.width}:${rung.height}:flags=bilinear,setsar=1`}[${label}]`;
    }),
    ...demoAudio.map((_, index) => `[${index + 1}:a]anull[a${index}]`),
  ];
  return {
    inputs: [
      ...lavfi(lookGraph(video.look, tools.filters, frames)),
      ...demoAudio.flatMap((language) => lavfi(toneSource(language))),
    ],
    filterGraph: graph.join(';'),
    video: rungs,
    audio: demoAudio.map((language, index) => ({ renditionId: `a-${language}`, label: `a${index}` })),
    still: 'still',
    frameRate: FRAME_RATE,
    durationSeconds: video.seconds,
    preset: 'ultrafast',
    blame: 'us',
  };
}
