import type { Page } from 'playwright';
import { readMarker } from '../../service/encoder/marker.ts';
import type { MarkerReading } from '../../service/encoder/marker.ts';
import { expect } from './test.ts';

const WIDTH = 320;
const HEIGHT = 180;

/** The picture that the video element shows now, as rows of RGBA, 320 x 180. */
export async function readPixels(page: Page): Promise<Uint8Array> {
  const base64 = await page.getByTestId('video').evaluate(
    (video: HTMLVideoElement, [width, height]) => {
      const canvas = document.createElement('canvas');
      canvas.width = width;
      canvas.height = height;
      const context = canvas.getContext('2d');
      if (!context) return '';
      context.drawImage(video, 0, 0, width, height);
      let binary = '';
      for (const byte of context.getImageData(0, 0, width, height).data) binary += String.fromCharCode(byte);
      return btoa(binary);
    },
    [WIDTH, HEIGHT] as const,
  );
  return Buffer.from(base64, 'base64');
}

/** Which frame of which video is on the screen, read from the picture itself; undefined: none can be told. */
export async function readFrame(page: Page): Promise<MarkerReading | undefined> {
  return readMarker(await readPixels(page), WIDTH, HEIGHT);
}

/**
 * From now on the video goes from the end of its second third back to the beginning of it: however slow the
 * machine, it still plays when it is looked at, and is not watched to its end.
 */
export async function goesRound(page: Page): Promise<void> {
  await page.getByTestId('video').evaluate((video: HTMLVideoElement) => {
    video.ontimeupdate = () => {
      if (video.currentTime > (video.duration * 2) / 3) video.currentTime = video.duration / 3;
    };
  });
}

async function frameNumber(page: Page): Promise<number> {
  return (await readFrame(page))?.frame ?? -1;
}

/**
 * Waits until a frame of this video is on the screen, from `fromFrame` on, and others follow it. The video goes
 * round from then on.
 */
export async function expectPlaying(page: Page, videoNumber: number, fromFrame = 0): Promise<number> {
  await goesRound(page);
  await expect.poll(async () => (await readFrame(page))?.videoNumber).toBe(videoNumber);
  await expect.poll(() => frameNumber(page)).toBeGreaterThanOrEqual(fromFrame);
  const first = await frameNumber(page);
  const decoded = await decodedFrames(page);
  await expect.poll(async () => [-1, first].includes(await frameNumber(page))).toBe(false);
  await expect.poll(() => decodedFrames(page)).toBeGreaterThan(decoded);
  return first;
}

/** Waits until whatever is on the screen moves: other pixels, elsewhere in the video. It goes round from then on. */
export async function expectMoving(page: Page): Promise<void> {
  await goesRound(page);
  const video = page.getByTestId('video');
  const position = () => video.evaluate(({ currentTime }: HTMLVideoElement) => currentTime);
  await expect.poll(() => decodedFrames(page)).toBeGreaterThan(5);
  const [before, startedAt] = [await readPixels(page), await position()];
  await expect.poll(position).not.toBe(startedAt);
  await expect.poll(async () => Buffer.compare(await readPixels(page), before)).not.toBe(0);
}

/** Pictures that the decoder has given out since the video was opened. */
function decodedFrames(page: Page): Promise<number> {
  return page
    .getByTestId('video')
    .evaluate((video: HTMLVideoElement) => video.getVideoPlaybackQuality().totalVideoFrames);
}

/** Width of the rendition that is on the screen. */
export function shownWidth(page: Page): Promise<number> {
  return page.getByTestId('video').evaluate((video: HTMLVideoElement) => video.videoWidth);
}

/** How far the bytes reach that the player holds, in seconds of the video. */
export function bufferedTo(page: Page): Promise<number> {
  return page
    .getByTestId('video')
    .evaluate(({ buffered }: HTMLVideoElement) =>
      buffered.length > 0 ? buffered.end(buffered.length - 1) : 0,
    );
}

export async function seekTo(page: Page, seconds: number): Promise<void> {
  await page.getByTestId('video').evaluate((video: HTMLVideoElement, at) => {
    video.currentTime = at;
  }, seconds);
}

/** The subtitles on the picture now; null: none are switched on. */
export function shownCue(page: Page): Promise<string | null> {
  return page.getByTestId('video').evaluate((video: HTMLVideoElement) => {
    const shown = [...video.textTracks].find((track) => track.mode === 'showing');
    if (!shown) return null;
    return [...(shown.activeCues ?? [])].map((cue) => (cue as VTTCue).text).join('\n');
  });
}
