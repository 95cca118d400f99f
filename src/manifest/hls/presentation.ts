import { INIT_INDEX } from '../../shared/presentation.ts';
import type { Pathway, Presentation, Rendition, Segment } from '../../shared/presentation.ts';
import { fileStem, folderName, folderOf, pathFinder } from '../address.ts';
import { assemble } from '../assemble.ts';
import type { PresentationOptions } from '../assemble.ts';
import { checkText, MAX_RENDITIONS, Totals } from '../limits.ts';
import { malformed, unsupported } from '../refuse.ts';
import { renditionIds } from '../rendition-ids.ts';
import { toMicros } from '../timing.ts';
import { lex } from './lexer.ts';
import type { Line } from './lexer.ts';
import { parseMediaPlaylist } from './media-playlist.ts';
import type { MediaFile, MediaPlaylist } from './media-playlist.ts';
import { parseMultivariant } from './multivariant.ts';
import { tracksOf } from './tracks.ts';
import type { Track } from './tracks.ts';

/**
 * First half of reading HLS, which lies in several files: which media playlists must be fetched. None when
 * `text` is itself a media playlist. Errors: `manifest/*`.
 */
export function mediaPlaylistUrls(text: string, url: string): string[] {
  checkText(text);
  const tracks = readTracks(lex(text), url);
  return tracks === undefined ? [] : tracks.map((track) => track.url);
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
  const lines = lex(text);
  const tracks = readTracks(lines, url);
  const pathways: readonly Pathway[] = options.pathways ?? [{ id: 'origin', baseUrl: folderOf(url) }];
  const toPath = pathFinder(pathways);
  if (tracks === undefined) {
    const playlist = parseMediaPlaylist(lines, url);
    return assemble(withIds([[loneTrack(playlist, url), playlist]], toPath), pathways);
  }
  const totals = new Totals();
  const read = tracks.map((track): [Track, MediaPlaylist] => {
    const mediaText = mediaTexts.get(track.url);
    if (mediaText === undefined) throw malformed('one of its playlists is missing');
    checkText(mediaText);
    const playlist = parseMediaPlaylist(lex(mediaText), track.url);
    totals.add(playlist.segments.length, track.url.length);
    return [track, playlist];
  });
  // WebVTT in MP4 has no player here yet; what cannot be shown is not offered.
  const usable = read.filter(
    ([track, playlist]) => track.kind !== 'subtitles' || playlist.init === undefined,
  );
  return assemble(withIds(usable, toPath), pathways);
}

/** undefined: the text is a media playlist. */
function readTracks(lines: readonly Line[], url: string): Track[] | undefined {
  const names = new Set(lines.map((line) => (line.kind === 'tag' ? line.name : '')));
  const isMultivariant = ['EXT-X-STREAM-INF', 'EXT-X-MEDIA', 'EXT-X-I-FRAME-STREAM-INF'].some((name) =>
    names.has(name),
  );
  const isMedia = names.has('EXTINF') || names.has('EXT-X-TARGETDURATION');
  if (isMultivariant && isMedia) throw malformed('it mixes variants and segments');
  if (!isMultivariant && !isMedia) throw malformed('it names neither variants nor segments');
  if (isMedia) return undefined;
  const tracks = tracksOf(parseMultivariant(lines, url));
  if (tracks.length > MAX_RENDITIONS) throw unsupported(`more than ${MAX_RENDITIONS} renditions`);
  return tracks;
}

/** A media playlist given directly tells what it is by its files' names only. */
function loneTrack(playlist: MediaPlaylist, url: string): Track {
  const file = new URL(playlist.segments[0]?.url ?? url).pathname;
  const isAudio = /\.(aac|m4a|mp3|ac3|ec3)$/i.test(file);
  const common = { url, bandwidthBitsPerSecond: 0 };
  if (isAudio) return { ...common, kind: 'audio', language: 'und', name: 'und', codecs: '', isDefault: true };
  return { ...common, kind: 'video', width: 0, height: 0, codecs: '' };
}

function withIds(read: readonly [Track, MediaPlaylist][], toPath: (address: string) => string): Rendition[] {
  const ids = renditionIds(
    read.map(([track, playlist]) => ({
      ...track,
      // The service keeps each rendition's files in a folder of its name; others name the playlist's folder or file so.
      offered: [folderName(playlist.segments[0]?.url ?? ''), folderName(track.url), fileStem(track.url)],
    })),
  );
  return read.map(([track, playlist], at) => {
    const { url: _url, ...described } = track;
    const init = playlist.init && segmentOf(playlist.init, INIT_INDEX, 0, 0, toPath);
    return { ...described, id: ids[at] ?? '', ...(init && { init }), segments: segmentsOf(playlist, toPath) };
  });
}

function segmentsOf(playlist: MediaPlaylist, toPath: (address: string) => string): Segment[] {
  let startSeconds = 0;
  return playlist.segments.map((segment, index) => {
    const made = segmentOf(segment, index, startSeconds, segment.durationSeconds, toPath);
    startSeconds = toMicros(startSeconds + segment.durationSeconds);
    return made;
  });
}

function segmentOf(
  file: MediaFile,
  index: number,
  startSeconds: number,
  durationSeconds: number,
  toPath: (address: string) => string,
): Segment {
  return {
    index,
    path: toPath(file.url),
    startSeconds,
    durationSeconds,
    ...(file.byteRange && { byteRange: file.byteRange }),
    ...(file.encryption && { encryption: file.encryption }),
  };
}
