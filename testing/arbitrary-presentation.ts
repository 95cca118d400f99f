import fc from 'fast-check';
import type { Presentation, Rendition, Segment } from '../src/shared/presentation.ts';

/** Presentations as our own service could publish them: clear paths, ids unique, micro-second durations. */

const micros = fc.integer({ min: 1, max: 12_000_000 }).map((n) => n / 1e6);
const languages = fc.constantFrom('en', 'es', 'es-419', 'fr', 'pt-BR', 'zh-Hans', 'und');
const names = fc.string({
  minLength: 1,
  maxLength: 12,
  unit: fc.constantFrom('a', 'É', '日', ' ', ',', '=', '-', "'"),
});

function segmentsOf(id: string, extension: string, durations: number[]): Segment[] {
  let startSeconds = 0;
  return durations.map((durationSeconds, index) => {
    const segment = { index, path: `${id}/${index}.${extension}`, startSeconds, durationSeconds };
    startSeconds = Math.round((startSeconds + durationSeconds) * 1e6) / 1e6;
    return segment;
  });
}

function filesOf(id: string, durations: number[]): Pick<Rendition, 'init' | 'segments'> {
  const init = { index: -1, path: `${id}/init.mp4`, startSeconds: 0, durationSeconds: 0 };
  return { init, segments: segmentsOf(id, 'm4s', durations) };
}

/** Distinct and ascending bandwidths; without integrity and encryption. */
export const arbitraryPresentation: fc.Arbitrary<Presentation> = fc
  .record({
    durations: fc.array(micros, { minLength: 1, maxLength: 6 }),
    heights: fc.uniqueArray(fc.integer({ min: 120, max: 2160 }), { maxLength: 4 }),
    audio: fc.array(
      fc.record({
        language: languages,
        name: names,
        codecs: fc.constantFrom('mp4a.40.2', 'ec-3'),
        channels: fc.option(fc.integer({ min: 1, max: 8 }), { nil: undefined }),
      }),
      { minLength: 1, maxLength: 4 },
    ),
    defaultAudio: fc.nat(3),
    subtitles: fc.uniqueArray(fc.record({ language: languages, name: names, isForced: fc.boolean() }), {
      maxLength: 4,
      selector: (one) => one.name.trim(),
    }),
  })
  .map(({ durations, heights, audio, defaultAudio, subtitles }) => {
    const seconds = Math.round(durations.reduce((sum, one) => sum + one, 0) * 1e6) / 1e6;
    return {
      durationSeconds: seconds,
      pathways: [{ id: 'origin', baseUrl: 'https://cdn.example/film/' }],
      video: heights
        .toSorted((a, b) => a - b)
        .map((height) => ({
          kind: 'video' as const,
          id: `v-${height}p`,
          bandwidthBitsPerSecond: height * 4000,
          width: height * 2,
          height,
          frameRate: 24,
          codecs: 'avc1.64001f',
          ...filesOf(`v-${height}p`, durations),
        })),
      audio: audio.map(({ channels, name, ...one }, at) => ({
        kind: 'audio' as const,
        id: `a-${at}`,
        bandwidthBitsPerSecond: 128_000,
        ...one,
        name: name.trim() || 'x',
        ...(channels !== undefined && { channels }),
        isDefault: at === defaultAudio,
        ...filesOf(`a-${at}`, durations),
      })),
      subtitles: subtitles.map(({ name, ...one }, at) => ({
        kind: 'subtitles' as const,
        id: `s-${at}`,
        bandwidthBitsPerSecond: 0,
        ...one,
        name: name.trim() || 'x',
        isDefault: at === 1,
        segments: segmentsOf(`s-${at}`, 'vtt', [seconds]),
      })),
    };
  });
