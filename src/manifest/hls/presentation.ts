import { INIT_INDEX } from '../../shared/presentation.ts';
import type { Pathway, Presentation, Rendition } from '../../shared/presentation.ts';
import { fileStem, folderName, folderOf, pathFinder } from '../address.ts';
import { assemble } from '../assemble.ts';
import type { PresentationOptions } from '../assemble.ts';
import { containerOf, isSoundFile } from '../container.ts';
import { Budget, checkText, MAX_RENDITIONS } from '../limits.ts';
import { malformed, unsupported } from '../refuse.ts';
import { renditionIds } from '../rendition-ids.ts';
import { linesOf } from './lexer.ts';
import { parseMediaPlaylist } from './media-playlist.ts';
import type { MediaPlaylist } from './media-playlist.ts';
import { parseMultivariant } from './multivariant.ts';
import type { MultivariantPlaylist } from './multivariant.ts';
import { pathwaysOf } from './pathways.ts';
import { tracksOf } from './tracks.ts';
import type { Track } from './tracks.ts';

interface Multivariant {
  readonly playlist: MultivariantPlaylist;
  readonly tracks: readonly Track[];
  readonly pathways: readonly Pathway[];
}

/** HLS lies in several files: the media playlists are brought one after the other, and none is kept as text. */
export interface HlsReading {
  /** Which must be brought; none when the text is itself a media playlist. */
  readonly mediaPlaylistUrls: readonly string[];
  /** `address`: where it came from in the end. Errors: `manifest/*`. */
  add(url: string, text: string, address?: string): void;
  /** Everything that the playlists say. Errors: `manifest/*`. */
  presentation(): Presentation;
}

/** Begins with the text that lay at the address that was given. Errors: `manifest/*`. */
export function startReading(text: string, url: string, options: PresentationOptions = {}): HlsReading {
  checkText(text);
  const multivariant = readMultivariant(text, url);
  const pathways = options.pathways ?? multivariant?.pathways ?? [{ id: 'origin', baseUrl: folderOf(url) }];
  const toPath = pathFinder(pathways);
  const budget = new Budget();
  const playlists = new Map<string, MediaPlaylist>();
  function add(named: string, mediaText: string, address = named): void {
    checkText(mediaText);
    const imports = multivariant?.playlist.variables;
    const playlist = parseMediaPlaylist(mediaText, { url: address, toPath, imports, budget });
    playlists.set(named, playlist);
  }
  if (!multivariant) add(url, text);
  const tracks = multivariant?.tracks ?? [loneTrack(url)];
  return {
    mediaPlaylistUrls: multivariant ? tracks.map((track) => track.url) : [],
    add,
    presentation() {
      const read = tracks.map((track): [Track, MediaPlaylist] => {
        const playlist = playlists.get(track.url);
        if (!playlist) throw malformed('playlist-missing');
        return [asItLies(track, playlist), playlist];
      });
      // WebVTT in MP4 has no player here yet; what cannot be shown is not offered. Nor are stills to seek by,
      // and what is missing from beginning to end.
      const usable = read.filter(
        ([{ kind }, { inits, isStillFrames, segments }]) =>
          !isStillFrames &&
          (kind !== 'subtitles' || inits.length === 0) &&
          segments.some(({ isGap }) => !isGap),
      );
      if (usable.length === 0) throw unsupported('nothing-but-stills');
      return assemble(withIds(usable), pathways, undefined, multivariant && beside(multivariant.playlist));
    },
  };
}

/** The whole of it, with all texts at hand: `mediaTexts` by the addresses that `mediaPlaylistUrls` gives. */
export function presentation(
  text: string,
  url: string,
  mediaTexts: ReadonlyMap<string, string>,
  options: PresentationOptions = {},
): Presentation {
  const reading = startReading(text, url, options);
  for (const named of reading.mediaPlaylistUrls) {
    const mediaText = mediaTexts.get(named);
    if (mediaText !== undefined) reading.add(named, mediaText);
  }
  return reading.presentation();
}

/** undefined: the text is a media playlist. */
function readMultivariant(text: string, url: string): Multivariant | undefined {
  let isMultivariant = false;
  let isMedia = false;
  for (const line of linesOf(text)) {
    if (line.kind !== 'tag') continue;
    isMultivariant ||= ['EXT-X-STREAM-INF', 'EXT-X-MEDIA', 'EXT-X-I-FRAME-STREAM-INF'].includes(line.name);
    isMedia ||= ['EXTINF', 'EXT-X-TARGETDURATION'].includes(line.name);
  }
  if (isMultivariant && isMedia) throw malformed('mixed-playlist');
  if (!isMultivariant && !isMedia) throw malformed('neither-playlist');
  if (isMedia) return undefined;
  const playlist = parseMultivariant(text, url);
  const { pathways, variants } = pathwaysOf(playlist, url);
  const dropped = playlist.variants.filter((variant) => !variants.includes(variant));
  // Groups that only the other places' variants use are the same sound and subtitles, elsewhere.
  const used = groupsOf(variants);
  const elsewhere = new Set([...groupsOf(dropped)].filter((group) => !used.has(group)));
  const alternates = playlist.alternates.filter(({ kind, groupId }) => !elsewhere.has(`${kind} ${groupId}`));
  const tracks = tracksOf({ variants, alternates });
  if (tracks.length > MAX_RENDITIONS) throw unsupported('too-many-renditions', { most: MAX_RENDITIONS });
  return { playlist, tracks, pathways };
}

function groupsOf(variants: MultivariantPlaylist['variants']): Set<string> {
  return new Set(
    variants.flatMap(({ audioGroup, subtitleGroup }) => [
      ...(audioGroup === undefined ? [] : [`audio ${audioGroup}`]),
      ...(subtitleGroup === undefined ? [] : [`subtitles ${subtitleGroup}`]),
    ]),
  );
}

/** What is said beside the renditions. Captions of several groups are the same ones under the same id. */
function beside({ title, captions, variants, contentSteering }: MultivariantPlaylist) {
  const byId = new Map(captions.toReversed().map(({ groupId: _group, ...one }) => [one.instreamId, one]));
  const areDenied = variants.every(({ captionsGroup }) => captionsGroup === 'NONE');
  return {
    ...(title !== undefined && { title }),
    ...((byId.size > 0 || areDenied) && { closedCaptions: [...byId.values()].toReversed() }),
    ...(contentSteering && { contentSteering }),
  };
}

/** A media playlist given directly says nothing of what it is. */
function loneTrack(url: string): Track {
  return { url, stableId: '', kind: 'video', bandwidthBitsPerSecond: 0, width: 0, height: 0, codecs: '' };
}

/** Where nothing is said about codecs or size, files that can hold nothing but sound tell what they are. */
function asItLies(track: Track, { firstAddress }: MediaPlaylist): Track {
  if (track.kind !== 'video' || track.height > 0 || track.codecs !== '' || !isSoundFile(firstAddress))
    return track;
  const { url, stableId, bandwidthBitsPerSecond } = track;
  const named = { language: 'und', name: 'und', codecs: '', isDefault: true };
  return { url, stableId, bandwidthBitsPerSecond, kind: 'audio', ...named };
}

function withIds(read: readonly [Track, MediaPlaylist][]): Rendition[] {
  const ids = renditionIds(
    read.map(([track, playlist]) => ({
      ...track,
      // The service keeps each rendition's files in a folder of its name; others name the playlist's folder or file so.
      offered: [
        track.stableId,
        folderName(playlist.firstAddress),
        folderName(track.url),
        fileStem(track.url),
      ],
    })),
  );
  return read.map(([track, { inits, segments, firstAddress }], at) => {
    const { url: _url, stableId: _stableId, ...described } = track;
    const [init, ...laterInits] = inits;
    const container = inits.length === 0 ? containerOf(track.kind, firstAddress) : undefined;
    if (init && init.index !== INIT_INDEX) throw malformed('init-out-of-order');
    return {
      ...described,
      id: ids[at] ?? '',
      ...(container && { container }),
      ...(init && { init }),
      ...(laterInits.length > 0 && { laterInits }),
      segments,
    };
  });
}
