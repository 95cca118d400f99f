import { LayoverError } from '../../shared/errors.ts';
import type {
  AudioRendition,
  ClosedCaptions,
  Presentation,
  SubtitleRendition,
  VideoRendition,
} from '../../shared/presentation.ts';
import { codecList } from '../codecs.ts';
import { attributeList, quoted } from './lines.ts';

export interface WriteMultivariantOptions {
  /** Address of a rendition's media playlist, relative to this one's. */
  readonly pathOf: (renditionId: string) => string;
  /** Only these are named (what is stored, offline). Default: all. */
  readonly renditionIds?: Iterable<string> | undefined;
}

interface AudioGroup {
  readonly id: string;
  readonly codecs: string;
  readonly members: AudioRendition[];
}

/**
 * The multivariant playlist that the player gets: every video with every group of sound. Errors:
 * `selection/nothing` when no video and no sound is left to name.
 */
export function writeMultivariant(presentation: Presentation, options: WriteMultivariantOptions): string {
  const chosen = options.renditionIds && new Set(options.renditionIds);
  const keep = <R extends { id: string }>(some: readonly R[]) =>
    chosen ? some.filter((rendition) => chosen.has(rendition.id)) : some;
  const video = keep(presentation.video);
  const audio = keep(presentation.audio);
  const groups = audioGroups(audio);
  const subtitles = keep(presentation.subtitles);
  if (video.length === 0 && groups.length === 0) throw new LayoverError('selection/nothing');
  const lines = ['#EXTM3U', '#EXT-X-VERSION:7', '#EXT-X-INDEPENDENT-SEGMENTS'];
  for (const one of audio) {
    const group = groups.find((some) => some.members.includes(one));
    if (group) lines.push(audioLine(one, group, options.pathOf(one.id)));
  }
  for (const [at, one] of subtitles.entries())
    lines.push(subtitleLine(one, subtitles.slice(0, at), options.pathOf(one.id)));
  const captions = presentation.closedCaptions ?? [];
  for (const one of captions) lines.push(captionsLine(one));
  const subtitleGroup = subtitles.length > 0 ? 'subtitles' : undefined;
  if (video.length === 0) {
    for (const group of groups)
      for (const member of group.members)
        lines.push(...variant(undefined, group, [member], subtitleGroup, options.pathOf(member.id)));
  }
  for (const one of video)
    for (const group of groups.length > 0 ? groups : [undefined])
      lines.push(
        ...variant(
          one,
          group,
          group?.members ?? [],
          subtitleGroup,
          options.pathOf(one.id),
          captions.length > 0,
        ),
      );
  return `${lines.join('\n')}\n`;
}

/**
 * RFC 8216 section 4.3.4.2: members of a group are alternatives, of one codec (as the variant states it) and
 * with a name of their own. The same language in another quality begins another group.
 */
function audioGroups(audio: readonly AudioRendition[]): AudioGroup[] {
  const groups: AudioGroup[] = [];
  for (const one of audio) {
    const fits = (group: AudioGroup) =>
      group.codecs === one.codecs && group.members.every((member) => member.name !== one.name);
    const group = groups.find(fits);
    if (group) group.members.push(one);
    else groups.push({ id: `audio-${groups.length + 1}`, codecs: one.codecs, members: [one] });
  }
  return groups;
}

function audioLine(one: AudioRendition, group: AudioGroup, path: string): string {
  // One default a group is all that the format allows.
  const isDefault = one === group.members.find((member) => member.isDefault);
  return `#EXT-X-MEDIA:${attributeList({
    TYPE: 'AUDIO',
    'GROUP-ID': quoted(group.id),
    LANGUAGE: quoted(one.language),
    NAME: quoted(one.name),
    DEFAULT: isDefault ? 'YES' : 'NO',
    AUTOSELECT: 'YES',
    CHARACTERISTICS: one.isAudioDescription && quoted('public.accessibility.describes-video'),
    CHANNELS: one.channels === undefined ? undefined : quoted(String(one.channels)),
    URI: quoted(path),
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
    CHARACTERISTICS: one.isHardOfHearing && quoted(hardOfHearing),
    URI: quoted(path),
  })}`;
}

/** Apple's HLS authoring specification 4.7. */
const hardOfHearing =
  'public.accessibility.transcribes-spoken-dialog,public.accessibility.describes-music-and-sound';

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
  audio: readonly AudioRendition[],
  subtitleGroup: string | undefined,
  path: string,
  hasCaptions = false,
): string[] {
  const loudest = Math.max(0, ...audio.map((one) => one.bandwidthBitsPerSecond));
  const codecs = [...new Set([...codecList(video?.codecs ?? ''), ...codecList(group?.codecs ?? '')])];
  // Half a list is worse than none: a player would take the stream for silent or for sound only.
  const areKnown =
    (video === undefined || video.codecs !== '') && (group === undefined || group.codecs !== '');
  const attributes = attributeList({
    BANDWIDTH: String(Math.max(1, Math.ceil((video?.bandwidthBitsPerSecond ?? 0) + loudest))),
    CODECS: areKnown ? quoted(codecs.join(',')) : undefined,
    RESOLUTION: video && video.width > 0 && video.height > 0 ? `${video.width}x${video.height}` : undefined,
    'FRAME-RATE': video?.frameRate?.toFixed(3),
    'VIDEO-RANGE': video?.videoRange,
    AUDIO: group && quoted(group.id),
    SUBTITLES: subtitleGroup && quoted(subtitleGroup),
    'CLOSED-CAPTIONS': hasCaptions ? quoted('captions') : undefined,
  });
  return [`#EXT-X-STREAM-INF:${attributes}`, path];
}
