import type { AudioRendition, VideoRendition } from '../../shared/presentation.ts';
import { codecList, kindOfCodec } from '../codecs.ts';

export interface AudioGroup {
  readonly id: string;
  readonly codecs: string;
  readonly members: readonly AudioRendition[];
  /** A member whose sound is in the files of the video that uses the group. */
  readonly muxed?: VideoRendition['muxedAudio'];
}

/**
 * RFC 8216bis section 4.4.6.1.1: members of a group are alternatives, of one codec (as the variant states it)
 * and with a name of their own. The same language in another quality begins another group.
 */
export function audioGroups(audio: readonly AudioRendition[]): AudioGroup[] {
  const groups: (AudioGroup & { members: AudioRendition[] })[] = [];
  for (const one of audio) {
    const group = groups.find(
      ({ codecs, members }) => codecs === one.codecs && members.every(({ name }) => name !== one.name),
    );
    if (group) group.members.push(one);
    else groups.push({ id: `audio-${groups.length + 1}`, codecs: one.codecs, members: [one] });
  }
  return groups;
}

/**
 * The groups that a video is played with; undefined: with none. `videos`: all that are written; those with the
 * same sound inside share their groups.
 */
export function groupsFor(
  video: VideoRendition,
  videos: readonly VideoRendition[],
  groups: readonly AudioGroup[],
): (AudioGroup | undefined)[] {
  const { muxedAudio: muxed, codecs } = video;
  if (muxed) {
    const key = JSON.stringify(muxed);
    const number = videos.findIndex(({ muxedAudio }) => JSON.stringify(muxedAudio) === key) + 1;
    const all = groups.length > 0 ? groups : [{ id: 'audio', codecs: '', members: [] }];
    return all.map((group) => ({ ...group, id: `${group.id}-inside-${number}`, muxed }));
  }
  // Its own sound, and nothing says that any other belongs to it.
  if (codecList(codecs).some((codec) => kindOfCodec(codec) === 'audio')) return [undefined];
  return groups.length > 0 ? [...groups] : [undefined];
}
