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

/** Marks segments as gaps and discontinuities, and gives each one of three init segments; the first is kept. */
const arbitraryMarks = fc.array(
  fc.record({ isGap: fc.boolean(), isDiscontinuity: fc.boolean(), init: fc.nat(2) }),
  { minLength: 6, maxLength: 6 },
);
type Marks = typeof arbitraryMarks extends fc.Arbitrary<infer T> ? T : never;

function marked<R extends Rendition>(rendition: R, marks: Marks, extension: string | undefined): R {
  const numbers: number[] = [];
  const segments = rendition.segments.map((segment, at): Segment => {
    const { isGap, isDiscontinuity, init } = marks[at] ?? { isGap: false, isDiscontinuity: false, init: 0 };
    const hasBytes = at === 0 || !isGap;
    if (hasBytes && !numbers.includes(init)) numbers.push(init);
    const initIndex = -1 - numbers.indexOf(init);
    return {
      ...segment,
      ...(extension !== undefined && { path: segment.path.replace(/[^.]+$/, extension) }),
      ...(hasBytes && initIndex < -1 && rendition.init && !extension && { initIndex }),
      ...(isDiscontinuity && { isDiscontinuity }),
      ...(!hasBytes && { isGap: true as const }),
    };
  });
  const { init, ...rest } = rendition;
  if (!init || extension !== undefined) {
    const container = extension === undefined ? {} : { container: extension === 'ts' ? ('mpeg-ts' as const) : ('packed-audio' as const) }; // prettier-ignore
    return { ...rest, ...container, segments } as R;
  }
  const laterInits = numbers.slice(1).map((_, at) => ({
    ...init,
    index: -2 - at,
    path: init.path.replace('init.mp4', `init-${at + 2}.mp4`),
  }));
  return { ...rest, init, ...(laterInits.length > 0 && { laterInits }), segments } as R;
}

/** The same with all that strangers' manifests have: what only some renditions have is decided for each. */
export const arbitraryWildPresentation: fc.Arbitrary<Presentation> = fc
  .record({
    presentation: arbitraryPresentation,
    marks: arbitraryMarks,
    coins: fc.array(fc.boolean(), { minLength: 24, maxLength: 24 }),
    isTransportStream: fc.boolean(),
    packed: fc.constantFrom(undefined, 'aac', 'mp3'),
    muxed: fc.option(fc.record({ language: languages, name: names, isDefault: fc.boolean() }), { nil: undefined }), // prettier-ignore
    captions: fc.option(
      fc.uniqueArray(fc.record({ instreamId: fc.constantFrom('CC1', 'CC4', 'SERVICE63'), language: languages, name: names }), { selector: ({ instreamId }) => instreamId }), // prettier-ignore
      { nil: undefined },
    ),
  })
  .map(({ presentation, marks, coins, isTransportStream, packed, muxed, captions }) => {
    const coin = (at: number) => coins[at % coins.length];
    const hasMuxed = muxed !== undefined && presentation.video.some((_, at) => coin(at));
    const closedCaptions = captions?.length === 0 && presentation.video.length === 0 ? undefined : captions;
    return {
      ...presentation,
      video: presentation.video.map((one, at) => ({
        ...marked(one, marks, isTransportStream ? 'ts' : undefined),
        ...(coin(at + 4) && { videoRange: 'PQ' as const }),
        ...(muxed && coin(at) && { codecs: `${one.codecs},mp4a.40.2`, muxedAudio: muxed }),
      })),
      audio: presentation.audio.map((one, at) => ({
        ...marked(one, marks, packed),
        ...(coin(at + 8) && { isAudioDescription: true as const }),
        // One group has one default, and one codec is all that a variant says of all its sound.
        ...(hasMuxed && { codecs: 'mp4a.40.2', isDefault: one.isDefault && !muxed.isDefault }),
      })),
      subtitles: presentation.subtitles.map((one, at) => ({
        ...marked(one, marks, undefined),
        ...(coin(at + 12) && { isHardOfHearing: true as const }),
      })),
      ...(closedCaptions && { closedCaptions }),
    };
  });
