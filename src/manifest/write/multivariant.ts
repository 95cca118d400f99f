import { LayoverError } from '../../shared/errors.ts';
import type {
  AudioRendition,
  ClosedCaptions,
  Presentation,
  SubtitleRendition,
  VideoRendition,
} from '../../shared/presentation.ts';
import { describesMusicAndSound, describesVideo, transcribesDialog } from '../characteristics.ts';
import { codecList } from '../codecs.ts';
import { audioGroups, groupsFor } from './audio-groups.ts';
import type { AudioGroup } from './audio-groups.ts';
import { attributeList, quoted } from './lines.ts';

export interface WriteMultivariantOptions {
  /** Address of a rendition's media playlist, relative to this one's. */
  readonly pathOf: (renditionId: string) => string;
  /** Only these are named (what is stored, offline). Default: all. */
  readonly renditionIds?: Iterable<string> | undefined;
}

/**
 * The multivariant playlist that the player gets: every video with every group of sound. Errors:
 * `selection/nothing` when no video and no sound is left to name.
 */
export function writeMultivariant(presentation: Presentation, options: WriteMultivariantOptions): string {
  const { pathOf } = options;
  const chosen = options.renditionIds && new Set(options.renditionIds);
  const keep = <R extends { id: string }>(some: readonly R[]) =>
    chosen ? some.filter((rendition) => chosen.has(rendition.id)) : some;
  const video = keep(presentation.video);
  const subtitles = keep(presentation.subtitles);
  const groups = audioGroups(keep(presentation.audio));
  if (video.length === 0 && groups.length === 0) throw new LayoverError('selection/nothing');
  const { closedCaptions } = presentation;
  const beside = {
    SUBTITLES: subtitles.length > 0 ? quoted('subtitles') : undefined,
    'CLOSED-CAPTIONS':
      video.length === 0
        ? undefined
        : closedCaptions?.length === 0
          ? 'NONE'
          : closedCaptions && quoted('captions'),
  };
  const used = new Map<string, AudioGroup>();
  const variants: string[] = [];
  if (video.length === 0) {
    for (const group of groups) {
      used.set(group.id, group);
      for (const member of group.members)
        variants.push(...variant(undefined, { ...group, members: [member] }, beside, pathOf(member.id)));
    }
  }
  for (const one of video)
    for (const group of groupsFor(one, video, groups)) {
      if (group) used.set(group.id, group);
      variants.push(...variant(one, group, beside, pathOf(one.id)));
    }
  const lines = [
    '#EXTM3U',
    '#EXT-X-VERSION:7',
    '#EXT-X-INDEPENDENT-SEGMENTS',
    ...audioLines([...used.values()], keep(presentation.audio), pathOf),
    ...subtitles.map((one, at) => subtitleLine(one, subtitles.slice(0, at), pathOf(one.id))),
    ...(closedCaptions ?? []).map(captionsLine),
    ...variants,
  ];
  return `${lines.join('\n')}\n`;
}

/** In the order of the presentation, whatever the groups: it is the order in which a viewer sees them. */
function audioLines(
  groups: readonly AudioGroup[],
  audio: readonly AudioRendition[],
  pathOf: (renditionId: string) => string,
): string[] {
  const muxed = groups.flatMap((group) => (group.muxed ? [audioLine(group, group.muxed, {})] : []));
  const own = audio.flatMap((one) =>
    groups
      .filter(({ members }) => members.includes(one))
      .map((group) =>
        audioLine(group, one, {
          CHARACTERISTICS: one.isAudioDescription && quoted(describesVideo),
          CHANNELS: one.channels === undefined ? undefined : quoted(String(one.channels)),
          URI: quoted(pathOf(one.id)),
        }),
      ),
  );
  return [...muxed, ...own];
}

function audioLine(
  { id, members, muxed }: AudioGroup,
  one: AudioRendition | NonNullable<VideoRendition['muxedAudio']>,
  more: Record<string, string | undefined>,
): string {
  // One default a group is all that the format allows.
  const first = muxed?.isDefault ? muxed : members.find((member) => member.isDefault);
  return `#EXT-X-MEDIA:${attributeList({
    TYPE: 'AUDIO',
    'GROUP-ID': quoted(id),
    LANGUAGE: quoted(one.language),
    NAME: quoted(one.name),
    DEFAULT: one === first ? 'YES' : 'NO',
    AUTOSELECT: 'YES',
    ...more,
  })}`;
}

function subtitleLine(one: SubtitleRendition, before: readonly SubtitleRendition[], path: string): string {
  const isDefault = one.isDefault && !before.some((earlier) => earlier.isDefault);
  return `#EXT-X-MEDIA:${attributeList({
    TYPE: 'SUBTITLES',
    'GROUP-ID': quoted('subtitles'),
    LANGUAGE: quoted(one.language),
    NAME: quoted(uniqueName(one, before)),
    DEFAULT: isDefault ? 'YES' : 'NO',
    AUTOSELECT: 'YES',
    FORCED: one.isForced ? 'YES' : 'NO',
    CHARACTERISTICS: one.isHardOfHearing && quoted(`${transcribesDialog},${describesMusicAndSound}`),
    URI: quoted(path),
  })}`;
}

function captionsLine({ instreamId, language, name }: ClosedCaptions): string {
  return `#EXT-X-MEDIA:${attributeList({
    TYPE: 'CLOSED-CAPTIONS',
    'GROUP-ID': quoted('captions'),
    LANGUAGE: language === 'und' ? undefined : quoted(language),
    NAME: quoted(name),
    'INSTREAM-ID': quoted(instreamId),
  })}`;
}

function uniqueName(one: SubtitleRendition, before: readonly SubtitleRendition[]): string {
  const sameBefore = before.filter((earlier) => earlier.name === one.name).length;
  return sameBefore === 0 ? one.name : `${one.name} (${sameBefore + 1})`;
}

function variant(
  video: VideoRendition | undefined,
  group: AudioGroup | undefined,
  beside: Record<string, string | undefined>,
  path: string,
): string[] {
  const audio = group?.members ?? [];
  const loudest = Math.max(0, ...audio.map((one) => one.bandwidthBitsPerSecond));
  const codecs = [...new Set([...codecList(video?.codecs ?? ''), ...codecList(group?.codecs ?? '')])];
  // Half a list is worse than none: a player would take the stream for silent or for sound only.
  const areKnown = video?.codecs !== '' && (audio.length === 0 || group?.codecs !== '');
  const attributes = attributeList({
    BANDWIDTH: String(Math.max(1, Math.ceil((video?.bandwidthBitsPerSecond ?? 0) + loudest))),
    CODECS: areKnown ? quoted(codecs.join(',')) : undefined,
    RESOLUTION: video && video.width > 0 && video.height > 0 ? `${video.width}x${video.height}` : undefined,
    'FRAME-RATE': video?.frameRate?.toFixed(3),
    'VIDEO-RANGE': video?.videoRange,
    AUDIO: group && quoted(group.id),
    ...beside,
  });
  return [`#EXT-X-STREAM-INF:${attributes}`, path];
}
