import { keyUriOf } from './encryption.ts';
import type { PackagedRendition } from './packaged.ts';
import { INIT_FILE, segmentFile } from './packaged.ts';

/** HLS (RFC 8216) text of a packaged video. Addresses in it are relative. */

export function multivariantPlaylist(renditions: readonly PackagedRendition[]): string {
  const audio = renditions.filter(({ summary }) => summary.kind === 'audio');
  const subtitles = renditions.filter(({ summary }) => summary.kind === 'subtitles');
  const lines = ['#EXTM3U', '#EXT-X-VERSION:7', '#EXT-X-INDEPENDENT-SEGMENTS'];
  for (const rendition of [...audio, ...subtitles]) lines.push(mediaTag(rendition));
  for (const rendition of renditions) {
    if (rendition.summary.kind !== 'video') continue;
    const { width, height, frameRate, codecs, bandwidthBitsPerSecond, id } = rendition.summary;
    const [firstAudio] = audio;
    const audioCodecs = firstAudio?.summary.kind === 'audio' ? `,${firstAudio.summary.codecs}` : '';
    const attributes = [
      `BANDWIDTH=${bandwidthBitsPerSecond + highest(audio, (a) => a.summary.bandwidthBitsPerSecond)}`,
      `AVERAGE-BANDWIDTH=${rendition.averageBitsPerSecond + highest(audio, (a) => a.averageBitsPerSecond)}`,
      `CODECS="${codecs}${audioCodecs}"`,
      `RESOLUTION=${width}x${height}`,
      ...(frameRate ? [`FRAME-RATE=${frameRate.toFixed(3)}`] : []),
      ...(audio.length > 0 ? ['AUDIO="audio"'] : []),
      ...(subtitles.length > 0 ? ['SUBTITLES="subtitles"'] : []),
      'CLOSED-CAPTIONS=NONE',
    ];
    lines.push(`#EXT-X-STREAM-INF:${attributes.join(',')}`, `${id}/playlist.m3u8`);
  }
  return `${lines.join('\n')}\n`;
}

export function mediaPlaylist(rendition: PackagedRendition, videoId: string): string {
  const seconds = (ticks: number) => ticks / rendition.timescale;
  const target = Math.max(...rendition.segments.map((segment) => Math.round(seconds(segment.duration))));
  const lines = [
    '#EXTM3U',
    '#EXT-X-VERSION:7',
    `#EXT-X-TARGETDURATION:${Math.max(1, target)}`,
    `#EXT-X-MEDIA-SEQUENCE:${rendition.segments[0]?.number ?? 1}`,
    '#EXT-X-PLAYLIST-TYPE:VOD',
    // The map stands before the key, so the init segment is in the clear; without an IV attribute the
    // media sequence number is the IV (sections 4.3.2.4, 4.3.2.5 and 5.2).
    ...(rendition.summary.kind === 'subtitles' ? [] : [`#EXT-X-MAP:URI="${INIT_FILE}"`]),
    `#EXT-X-KEY:METHOD=AES-128,URI="${keyUriOf(videoId)}"`,
  ];
  for (const segment of rendition.segments) {
    lines.push(`#EXTINF:${seconds(segment.duration).toFixed(6)},`, segmentFile(rendition, segment));
  }
  return `${lines.join('\n')}\n#EXT-X-ENDLIST\n`;
}

function mediaTag({ summary }: PackagedRendition): string {
  if (summary.kind === 'video') throw new TypeError('a video rendition is a variant, not a media tag');
  const attributes = [
    ...(summary.kind === 'audio'
      ? ['TYPE=AUDIO', 'GROUP-ID="audio"']
      : ['TYPE=SUBTITLES', 'GROUP-ID="subtitles"']),
    `NAME="${quotable(summary.name)}"`,
    `LANGUAGE="${quotable(summary.language)}"`,
    `DEFAULT=${summary.isDefault ? 'YES' : 'NO'}`,
    'AUTOSELECT=YES',
    ...(summary.kind === 'audio' && summary.channels ? [`CHANNELS="${summary.channels}"`] : []),
    ...(summary.kind === 'subtitles' && summary.isForced ? ['FORCED=YES'] : []),
    `URI="${summary.id}/playlist.m3u8"`,
  ];
  return `#EXT-X-MEDIA:${attributes.join(',')}`;
}

/** A quoted string cannot hold quotes or line ends, and has no escape for them (section 4.2). */
function quotable(text: string): string {
  return text.replaceAll(/["\r\n]/g, ' ');
}

function highest(renditions: PackagedRendition[], rate: (rendition: PackagedRendition) => number): number {
  return renditions.reduce((most, rendition) => Math.max(most, rate(rendition)), 0);
}
