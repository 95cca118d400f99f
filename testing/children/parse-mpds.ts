import { text } from 'node:stream/consumers';
import mpdParser from 'mpd-parser';

/**
 * JSON list of MPD texts on standard input, JSON list of what mpd-parser makes of each on standard output. In a
 * process of its own because it expands segments without bound on some texts.
 */
const mpds = JSON.parse(await text(process.stdin)) as string[];
const parsed = mpds.map((mpd) => {
  const manifest = mpdParser.parse(mpd, { manifestUri: 'https://cdn.example/show/manifest.mpd' });
  const groups = Object.values<Record<string, { playlists: unknown[] }>>({
    ...manifest.mediaGroups.AUDIO,
    ...manifest.mediaGroups.SUBTITLES,
  });
  return [
    ...manifest.playlists,
    ...groups.flatMap((group) => Object.values(group).flatMap((one) => one.playlists)),
  ];
});
process.stdout.write(JSON.stringify(parsed));
