import type { AudioRendition, SubtitleRendition, VideoRendition } from '../../shared/presentation.ts';
import { kindOfCodec } from '../codecs.ts';
import type { Alternate, Variant } from './multivariant.ts';

type Described<R> = Omit<R, 'id' | 'init' | 'laterInits' | 'segments'> & { readonly url: string };

/** Apple's HLS authoring specification 4.7: what subtitles for the deaf say of themselves. */
const hardOfHearing = [
  'public.accessibility.transcribes-spoken-dialog',
  'public.accessibility.describes-music-and-sound',
];

/** One media playlist and what the multivariant playlist says about it. */
export type Track = Described<VideoRendition> | Described<AudioRendition> | Described<SubtitleRendition>;

/**
 * HLS lists combinations (this video with that audio group); a `Presentation` lists renditions. Each media
 * playlist becomes one track, however often it is named.
 */
export function tracksOf(playlist: {
  readonly variants: readonly Variant[];
  readonly alternates: readonly Alternate[];
}): Track[] {
  const alternates = new Map<string, Track>();
  for (const alternate of playlist.alternates) {
    const { kind, url, language, name, isDefault, isForced, channels, characteristics } = alternate;
    // Without an address its sound is inside the variants.
    if (url === undefined || alternates.has(url)) continue;
    const common = { url, language, name, isDefault };
    // HLS states the bandwidth of combinations only; a variant that is this very playlist is the exception.
    const own = playlist.variants.find((variant) => variant.url === url);
    const bandwidthBitsPerSecond = own?.bandwidthBitsPerSecond ?? 0;
    const isDescription = characteristics.includes('public.accessibility.describes-video');
    const isHardOfHearing = hardOfHearing.every((one) => characteristics.includes(one));
    alternates.set(
      url,
      kind === 'subtitles'
        ? { ...common, kind, bandwidthBitsPerSecond, isForced, ...(isHardOfHearing && { isHardOfHearing }) }
        : {
            ...common,
            kind,
            bandwidthBitsPerSecond,
            codecs: audioCodecs(playlist.variants, alternate.groupId),
            ...(channels !== undefined && { channels }),
            ...(isDescription && { isAudioDescription: isDescription }),
          },
    );
  }
  const groups = new Set(
    playlist.alternates
      .filter((one) => one.kind === 'audio' && one.url !== undefined)
      .map((one) => one.groupId),
  );
  const variants = new Map<string, Track>();
  for (const variant of playlist.variants) {
    if (alternates.has(variant.url)) continue;
    const before = variants.get(variant.url);
    const track = trackOfVariant(variant, groups);
    if (!before || track.bandwidthBitsPerSecond < before.bandwidthBitsPerSecond)
      variants.set(variant.url, track);
  }
  return [...variants.values(), ...alternates.values()];
}

function trackOfVariant(variant: Variant, audioGroups: ReadonlySet<string>): Track {
  const { url, bandwidthBitsPerSecond, width, height, frameRate, videoRange, codecs } = variant;
  const isAudioOnly =
    height === 0 && codecs.length > 0 && codecs.every((codec) => kindOfCodec(codec) === 'audio');
  if (isAudioOnly) {
    const named = {
      language: 'und',
      name: 'und',
      codecs: codecs.join(','),
      isDefault: audioGroups.size === 0,
    };
    return { kind: 'audio', url, bandwidthBitsPerSecond, ...named };
  }
  const hasSoundElsewhere = variant.audioGroup !== undefined && audioGroups.has(variant.audioGroup);
  const own = codecs.filter((codec) => {
    const kind = kindOfCodec(codec);
    return kind !== 'subtitles' && !(kind === 'audio' && hasSoundElsewhere);
  });
  return {
    kind: 'video',
    url,
    bandwidthBitsPerSecond,
    width,
    height,
    ...(frameRate !== undefined && { frameRate }),
    ...(videoRange !== undefined && { videoRange }),
    codecs: own.join(','),
  };
}

/** What the variants that use a group say of its sound. */
function audioCodecs(variants: readonly Variant[], groupId: string): string {
  const found = variants
    .filter((variant) => variant.audioGroup === groupId)
    .flatMap((variant) => variant.codecs.filter((codec) => kindOfCodec(codec) === 'audio'));
  return [...new Set(found)].join(',');
}
