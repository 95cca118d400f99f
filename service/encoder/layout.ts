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

export function layoutOf(dataDir: string): Layout {
  return {
    media: path.join(dataDir, 'media'),
    encodes: path.join(dataDir, 'encodes'),
    titles: path.join(dataDir, 'titles'),
    artwork: path.join(dataDir, 'artwork'),
    work: path.join(dataDir, 'work'),
  };
}
