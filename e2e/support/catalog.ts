import { demoTitles } from '../../service/encoder/demo/titles.ts';

export const FRAMES_PER_SECOND = 24;

/** A video of the demo: its id, and the number that its frames carry. */
export function demoVideo(videoId: string): { videoId: string; videoNumber: number; seconds: number } {
  const found = demoTitles.flatMap(({ videos }) => videos).find((video) => video.videoId === videoId);
  if (!found) throw new Error(`no demo video ${videoId}`);
  return found;
}
