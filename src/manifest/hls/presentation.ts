import { INIT_INDEX } from '../../shared/presentation.ts';
import type { Pathway, Presentation, Rendition } from '../../shared/presentation.ts';
import { fileStem, folderName, folderOf, pathFinder } from '../address.ts';
import { assemble } from '../assemble.ts';
import type { PresentationOptions } from '../assemble.ts';
import { containerOf } from '../container.ts';
import { checkText, MAX_RENDITIONS, Totals } from '../limits.ts';
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

/**
 * First half of reading HLS, which lies in several files: which media playlists must be fetched. None when
 * `text` is itself a media playlist. Errors: `manifest/*`.
 */
export function mediaPlaylistUrls(text: string, url: string): string[] {
  checkText(text);
  return readMultivariant(text, url)?.tracks.map((track) => track.url) ?? [];
}

/**
 * Second half: everything that the playlists say. `mediaTexts` holds the text of each address that
 * `mediaPlaylistUrls` gave. Errors: `manifest/*`.
 */
export function presentation(
  text: string,
  url: string,
  mediaTexts: ReadonlyMap<string, string>,
  options: PresentationOptions = {},
): Presentation {
  checkText(text);
  const multivariant = readMultivariant(text, url);
  const pathways = options.pathways ?? multivariant?.pathways ?? [{ id: 'origin', baseUrl: folderOf(url) }];
  const toPath = pathFinder(pathways);
  const totals = new Totals();
  const read = (mediaText: string, mediaUrl: string): MediaPlaylist => {
    checkText(mediaText);
    const imports = multivariant?.playlist.variables;
    const onAddress = (length: number) => totals.addAddress(length);
    const playlist = parseMediaPlaylist(mediaText, { url: mediaUrl, toPath, imports, onAddress });
    totals.add(playlist.segments.length, 0);
    return playlist;
  };
  if (!multivariant) {
    const playlist = read(text, url);
    if (playlist.isStillFrames) throw unsupported('still frames without a picture that moves');
    return assemble(withIds([[loneTrack(playlist, url), playlist]]), pathways);
  }
  const playlists = multivariant.tracks.map((track): [Track, MediaPlaylist] => {
    const mediaText = mediaTexts.get(track.url);
    if (mediaText === undefined) throw malformed('one of its playlists is missing');
    return [track, read(mediaText, track.url)];
  });
  // WebVTT in MP4 has no player here yet; what cannot be shown is not offered.
  const usable = playlists.filter(
    ([track, { inits, isStillFrames }]) =>
      !isStillFrames && (track.kind !== 'subtitles' || inits.length === 0),
  );
  return assemble(withIds(usable), pathways, undefined, beside(multivariant.playlist));
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
  if (isMultivariant && isMedia) throw malformed('it mixes variants and segments');
  if (!isMultivariant && !isMedia) throw malformed('it names neither variants nor segments');
  if (isMedia) return undefined;
  const playlist = parseMultivariant(text, url);
  const { pathways, variants } = pathwaysOf(playlist, url);
  const dropped = playlist.variants.filter((variant) => !variants.includes(variant));
  // Groups that only the other places' variants use are the same sound and subtitles, elsewhere.
  const used = groupsOf(variants);
  const elsewhere = new Set([...groupsOf(dropped)].filter((group) => !used.has(group)));
  const alternates = playlist.alternates.filter(({ kind, groupId }) => !elsewhere.has(`${kind} ${groupId}`));
  const tracks = tracksOf({ variants, alternates });
  if (tracks.length > MAX_RENDITIONS) throw unsupported(`more than ${MAX_RENDITIONS} renditions`);
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
function beside({ captions, contentSteering }: MultivariantPlaylist) {
  const byId = new Map(captions.map(({ groupId: _group, ...one }) => [one.instreamId, one]));
  return {
    ...(byId.size > 0 && { closedCaptions: [...byId.values()] }),
    ...(contentSteering && { contentSteering }),
  };
}

/** A media playlist given directly tells what it is by its files' names only. */
function loneTrack(playlist: MediaPlaylist, url: string): Track {
  const isAudio = /\.(aac|m4a|mp3|ac3|ec3)$/i.test(new URL(playlist.firstAddress).pathname);
  const common = { url, bandwidthBitsPerSecond: 0 };
  if (isAudio) return { ...common, kind: 'audio', language: 'und', name: 'und', codecs: '', isDefault: true };
  return { ...common, kind: 'video', width: 0, height: 0, codecs: '' };
}

function withIds(read: readonly [Track, MediaPlaylist][]): Rendition[] {
  const ids = renditionIds(
    read.map(([track, playlist]) => ({
      ...track,
      // The service keeps each rendition's files in a folder of its name; others name the playlist's folder or file so.
      offered: [folderName(playlist.firstAddress), folderName(track.url), fileStem(track.url)],
    })),
  );
  return read.map(([track, { inits, segments, firstAddress }], at) => {
    const { url: _url, ...described } = track;
    const [init, ...laterInits] = inits;
    const container = inits.length === 0 ? containerOf(track.kind, firstAddress) : undefined;
    if (init && init.index !== INIT_INDEX) throw malformed('its init segments are out of order');
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
