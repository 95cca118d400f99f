import { keyUriOf } from './encryption.ts';
import type { PackagedRendition } from './packaged.ts';
import { extensionOf, INIT_FILE } from './packaged.ts';

/**
 * Static DASH MPD (ISO/IEC 23009-1, live profile) of a packaged video: the same segments that HLS names.
 * Encryption is ISO/IEC 23009-4 segment encryption; with no IV in CryptoPeriod, the segment's number is the IV.
 * Without a BaseURL: addresses are relative to the MPD.
 */
export function mpd(
  renditions: readonly PackagedRendition[],
  videoId: string,
  durationSeconds: number,
): string {
  const video = renditions.filter(({ summary }) => summary.kind === 'video');
  const others = renditions.filter(({ summary }) => summary.kind !== 'video');
  const sets = [...(video.length > 0 ? [video] : []), ...others.map((rendition) => [rendition])];
  const duration = `PT${durationSeconds.toFixed(3)}S`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" xmlns:sea="urn:mpeg:dash:schema:sea:2012"',
    `  profiles="urn:mpeg:dash:profile:isoff-live:2011" type="static" minBufferTime="PT4S"`,
    `  mediaPresentationDuration="${duration}">`,
    `  <Period id="0" start="PT0S" duration="${duration}">`,
    ...sets.map((set, id) => adaptationSet(set, id, videoId)),
    '  </Period>',
    '</MPD>',
    '',
  ].join('\n');
}

function adaptationSet(renditions: PackagedRendition[], id: number, videoId: string): string {
  const [first] = renditions;
  if (!first) throw new RangeError('an adaptation set without renditions');
  const { summary } = first;
  const kind = {
    video: 'contentType="video" mimeType="video/mp4"',
    audio: 'contentType="audio" mimeType="audio/mp4"',
    subtitles: 'contentType="text" mimeType="text/vtt"',
  }[summary.kind];
  const language = summary.kind === 'video' ? '' : ` lang="${escapeXml(summary.language)}"`;
  const isMain = summary.kind === 'video' || (summary.kind === 'audio' && summary.isDefault);
  const role = isMain ? 'main' : summary.kind === 'subtitles' ? 'subtitle' : 'dub';
  return [
    `    <AdaptationSet id="${id}" ${kind}${language} segmentAlignment="true" startWithSAP="1">`,
    '      <ContentProtection schemeIdUri="urn:mpeg:dash:sea:2012">',
    '        <sea:SegmentEncryption schemeIdUri="urn:mpeg:dash:sea:aes128-cbc:2013"/>',
    `        <sea:CryptoPeriod keyUriTemplate="${escapeXml(keyUriOf(videoId))}"/>`,
    '      </ContentProtection>',
    `      <Role schemeIdUri="urn:mpeg:dash:role:2011" value="${role}"/>`,
    ...(summary.kind === 'video' ? [] : [`      <Label>${escapeXml(summary.name)}</Label>`]),
    ...renditions.map(representation),
    '    </AdaptationSet>',
  ].join('\n');
}

function representation(rendition: PackagedRendition): string {
  const { summary, timescale, segments } = rendition;
  const attributes = [`id="${summary.id}"`, `bandwidth="${summary.bandwidthBitsPerSecond}"`];
  if (summary.kind !== 'subtitles') attributes.push(`codecs="${summary.codecs}"`);
  if (summary.kind === 'video') attributes.push(`width="${summary.width}" height="${summary.height}"`);
  if (summary.kind === 'video' && summary.frameRate) attributes.push(`frameRate="${summary.frameRate}"`);
  if (summary.kind === 'audio') attributes.push(`audioSamplingRate="${timescale}"`);
  const channels =
    summary.kind === 'audio' && summary.channels
      ? [
          '        <AudioChannelConfiguration' +
            ' schemeIdUri="urn:mpeg:dash:23003:3:audio_channel_configuration:2011"' +
            ` value="${summary.channels}"/>`,
        ]
      : [];
  const initialization = summary.kind === 'subtitles' ? '' : ` initialization="${summary.id}/${INIT_FILE}"`;
  return [
    `      <Representation ${attributes.join(' ')}>`,
    ...channels,
    `        <SegmentTemplate timescale="${timescale}" startNumber="${segments[0]?.number ?? 1}"` +
      `${initialization} media="${summary.id}/$Number$.${extensionOf(rendition)}">`,
    '          <SegmentTimeline>',
    ...timeline(rendition),
    '          </SegmentTimeline>',
    '        </SegmentTemplate>',
    '      </Representation>',
  ].join('\n');
}

function timeline({ segments }: PackagedRendition): string[] {
  const runs: { start: number; duration: number; repeat: number }[] = [];
  let expected = 0;
  for (const { start, duration } of segments) {
    const last = runs.at(-1);
    if (last?.duration === duration && start === expected) last.repeat += 1;
    else runs.push({ start, duration, repeat: 0 });
    expected = start + duration;
  }
  return runs.map(({ start, duration, repeat }) => {
    const again = repeat > 0 ? ` r="${repeat}"` : '';
    return `            <S t="${start}" d="${duration}"${again}/>`;
  });
}

function escapeXml(text: string): string {
  const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
  return text.replaceAll(/[&<>"]/g, (character) => entities[character] ?? character);
}
