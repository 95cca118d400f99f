import path from 'node:path';

/** Where everything lies in the service's data folder. */
export interface Layout {
  /** What OCAs serve: media/<videoId>/<renditionId>/… */
  readonly media: string;
  /** What only the service reads: encodes/<videoId>/video.json, integrity.json, frames/ */
  readonly encodes: string;
  readonly titles: string;
  readonly artwork: string;
  /** Unfinished work of this and other processes; never read by anybody else. */
  readonly work: string;
}

/** Absolute paths: ffmpeg runs in a folder of its own. */
export function layoutOf(dataDir: string): Layout {
  const root = path.resolve(dataDir);
  return {
    media: path.join(root, 'media'),
    encodes: path.join(root, 'encodes'),
    titles: path.join(root, 'titles'),
    artwork: path.join(root, 'artwork'),
    work: path.join(root, 'work'),
  };
}
