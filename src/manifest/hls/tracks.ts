import type { AudioRendition, SubtitleRendition, VideoRendition } from '../../shared/presentation.ts';
import { describesMusicAndSound, describesVideo, transcribesDialog } from '../characteristics.ts';
import { kindOfCodec } from '../codecs.ts';
import type { Alternate, Variant } from './multivariant.ts';

type Described<R> = Omit<R, 'id' | 'init' | 'laterInits' | 'segments'> & {
  readonly url: string;
  /** STABLE-VARIANT-ID or STABLE-RENDITION-ID; "" where it has none. */
  readonly stableId: string;
};

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
  const groups = audioGroupsOf(playlist);
  const byUrl = new Map<string, Variant>();
  for (const variant of playlist.variants) if (!byUrl.has(variant.url)) byUrl.set(variant.url, variant);
  const alternates = new Map<string, Track>();
  for (const alternate of playlist.alternates) {
    if (alternate.url === undefined || alternates.has(alternate.url)) continue;
    // HLS states the bandwidth of combinations only; a variant that is this very playlist is the exception.
    const bandwidthBitsPerSecond = byUrl.get(alternate.url)?.bandwidthBitsPerSecond ?? 0;
    const codecs = groups.get(alternate.groupId)?.codecs ?? new Set();
    alternates.set(alternate.url, trackOfAlternate(alternate, alternate.url, bandwidthBitsPerSecond, codecs));
  }
  const variants = new Map<string, Track>();
  for (const variant of playlist.variants) {
    if (alternates.has(variant.url)) continue;
    const before = variants.get(variant.url);
    const track = trackOfVariant(variant, groups);
    if (!before || track.bandwidthBitsPerSecond < before.bandwidthBitsPerSecond)
      variants.set(variant.url, track);
  }
  return [...withoutMakeshifts([...variants.values()], groups), ...alternates.values()];
}

interface AudioGroup {
  /** What the variants that use the group say of its sound. */
  readonly codecs: Set<string>;
  /** Some of its members have playlists of their own. */
  hasPlaylists: boolean;
  /** The member whose sound is inside the variants. */
  muxed: Alternate | undefined;
}

function audioGroupsOf({ variants, alternates }: Parameters<typeof tracksOf>[0]): Map<string, AudioGroup> {
  const groups = new Map<string, AudioGroup>();
  for (const alternate of alternates) {
    if (alternate.kind !== 'audio') continue;
    const group = groups.get(alternate.groupId) ?? { codecs: new Set(), hasPlaylists: false, muxed: undefined }; // prettier-ignore
    groups.set(alternate.groupId, group);
    if (alternate.url !== undefined) group.hasPlaylists = true;
    else group.muxed ??= alternate;
  }
  for (const variant of variants) {
    const codecs = groups.get(variant.audioGroup ?? '')?.codecs;
    // Beyond a few nothing is told by them, and each member of the group repeats them.
    for (const codec of codecs && codecs.size < 16 ? variant.codecs : [])
      if (kindOfCodec(codec) === 'audio') codecs?.add(codec);
  }
  return groups;
}

function trackOfAlternate(
  alternate: Alternate,
  url: string,
  bandwidthBitsPerSecond: number,
  codecs: ReadonlySet<string>,
): Track {
  const { kind, language, name, isDefault, isForced, channels, characteristics, stableId } = alternate;
  const common = { url, stableId, language, name, isDefault, bandwidthBitsPerSecond };
  if (kind === 'subtitles') {
    const isHardOfHearing = [transcribesDialog, describesMusicAndSound].every((one) => characteristics.includes(one)); // prettier-ignore
    return { ...common, kind, isForced, ...(isHardOfHearing && { isHardOfHearing }) };
  }
  return {
    ...common,
    kind,
    codecs: [...codecs].join(','),
    ...(channels !== undefined && { channels }),
    ...(characteristics.includes(describesVideo) && { isAudioDescription: true as const }),
  };
}

function trackOfVariant(variant: Variant, groups: ReadonlyMap<string, AudioGroup>): Track {
  const { url, stableId, bandwidthBitsPerSecond, width, height, frameRate, videoRange, codecs } = variant;
  const common = { url, stableId, bandwidthBitsPerSecond };
  const group = groups.get(variant.audioGroup ?? '');
  if (height === 0 && codecs.length > 0 && codecs.every((codec) => kindOfCodec(codec) === 'audio')) {
    const { language, name } = group?.muxed ?? { language: 'und', name: 'und' };
    const isDefault = ![...groups.values()].some(({ hasPlaylists }) => hasPlaylists);
    return { ...common, kind: 'audio', language, name, codecs: codecs.join(','), isDefault };
  }
  const hasSoundElsewhere = group !== undefined && group.hasPlaylists && group.muxed === undefined;
  const own = codecs.filter((codec) => {
    const kind = kindOfCodec(codec);
    return kind !== 'subtitles' && !(kind === 'audio' && hasSoundElsewhere);
  });
  const { language = 'und', name = '', isDefault = false } = group?.muxed ?? {};
  return {
    ...common,
    kind: 'video',
    width,
    height,
    ...(frameRate !== undefined && { frameRate }),
    ...(videoRange !== undefined && { videoRange }),
    ...(group?.muxed && { muxedAudio: { language, name, isDefault } }),
    codecs: own.join(','),
  };
}

/**
 * Beside videos that have sound, a variant of sound only is a makeshift for links too thin for any picture: no
 * other language, and nothing to choose.
 */
function withoutMakeshifts(tracks: Track[], groups: ReadonlyMap<string, AudioGroup>): Track[] {
  const hasSound = (track: Track) =>
    track.kind === 'video' && track.codecs.split(',').some((codec) => kindOfCodec(codec) === 'audio');
  const hasGroups = [...groups.values()].some(({ hasPlaylists }) => hasPlaylists);
  const isVideo = tracks.some(({ kind }) => kind === 'video');
  return isVideo && (hasGroups || tracks.some(hasSound))
    ? tracks.filter(({ kind }) => kind !== 'audio')
    : tracks;
}
