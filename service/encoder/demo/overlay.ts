import { frameRow, marker, videoRow } from '../marker.ts';

/**
 * What is burnt into demo pictures: title, episode, frame number and time for people, the marker for
 * programs. All sizes are for a picture 1280 by 720 and scale down with it.
 */

export interface OverlayTexts {
  readonly title: string;
  readonly episode: string;
}

/** Files that the overlay's filters read, by name, relative to ffmpeg's working directory. */
export function overlayFiles(texts: OverlayTexts): Record<string, string> {
  return {
    'title.txt': texts.title,
    'episode.txt': texts.episode,
    // Expanded for every frame; in a file, none of it has to be escaped for the filter graph.
    'frame.txt': 'frame %{eif:n:d:6}',
    'time.txt': '%{pts:hms}',
  };
}

export const overlayFonts = { bold: 'DejaVuSans-Bold.ttf', mono: 'DejaVuSansMono-Bold.ttf' };

export function overlayFilters(videoNumber: number, frames: number): string {
  const text = (file: string, font: string, size: number, x: string, y: number) =>
    `drawtext=fontfile=${font}:textfile=${file}:fontsize=${size}:fontcolor=white` +
    `:shadowcolor=black@0.8:shadowx=2:shadowy=2:x=${x}:y=${y}`;
  return [
    text('title.txt', overlayFonts.bold, 40, '48', 40),
    text('episode.txt', overlayFonts.bold, 26, '48', 94),
    text('frame.txt', overlayFonts.mono, 30, 'w-tw-48', 44),
    text('time.txt', overlayFonts.mono, 30, 'w-tw-48', 90),
    ...markerFilters(videoNumber, frames),
  ].join(',');
}

function markerFilters(videoNumber: number, frames: number): string[] {
  const box = (column: number, top: number, enable = '') =>
    `drawbox=x=iw*${marker.left + column * marker.cellWidth}:y=ih*${top}` +
    `:w=iw*${marker.cellWidth}:h=ih*${marker.cellHeight}:color=white:t=fill${enable}`;
  const background = `drawbox=x=0:y=ih*${marker.videoRowTop}:w=iw:h=ih*${1 - marker.videoRowTop}:color=black:t=fill`;
  const upper = videoRow(videoNumber).flatMap((white, column) =>
    white ? [box(column, marker.videoRowTop)] : [],
  );
  // Bits that no frame of this video sets need no filter.
  const bits = Array.from({ length: marker.frameBits }, (_, bit) => bit).filter((bit) => 2 ** bit < frames);
  const lower = bits.map((bit) => box(bit + 1, marker.frameRowTop, `:enable='mod(floor(n/${2 ** bit}),2)'`));
  const references = frameRow(0).flatMap((white, column) => (white ? [box(column, marker.frameRowTop)] : []));
  return [background, ...upper, ...references, ...lower];
}
