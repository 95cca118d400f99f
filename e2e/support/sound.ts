import type { Page } from 'playwright';
import { tones } from '../../service/encoder/tones.ts';
import { expect } from './test.ts';

/**
 * The loudest frequency, in hertz, of what the video element sounds now; 0: silence. From the first call on
 * the element's sound goes through an analyser.
 */
export function dominantFrequency(page: Page): Promise<number> {
  return page.getByTestId('video').evaluate(async (video: HTMLVideoElement) => {
    const heard = video as HTMLVideoElement & { analyser?: AnalyserNode };
    if (!heard.analyser) {
      const context = new AudioContext();
      heard.analyser = new AnalyserNode(context, { fftSize: 16_384, smoothingTimeConstant: 0 });
      context.createMediaElementSource(video).connect(heard.analyser).connect(context.destination);
      await context.resume();
    }
    const { analyser } = heard;
    const loudness = new Float32Array(analyser.frequencyBinCount);
    analyser.getFloatFrequencyData(loudness);
    const peak = Math.max(...loudness);
    if (peak < -90) return 0;
    return (loudness.indexOf(peak) * analyser.context.sampleRate) / analyser.fftSize;
  });
}

/** Waits until the demo's soundtrack of this language is heard. */
export async function expectSoundOf(page: Page, language: string): Promise<void> {
  const wanted = tones[language] ?? [];
  await expect
    .poll(async () => {
      const hertz = await dominantFrequency(page);
      return wanted.some((tone) => Math.abs(tone - hertz) < 10) ? language : `${Math.round(hertz)} Hz`;
    })
    .toBe(language);
}
