import type { Clock } from '../shared/platform.ts';
import type { Ms } from '../shared/units.ts';
import type { Row } from './rows.ts';
import type { DownloadChange, DownloadStatus } from './types.ts';

/** Progress is told at most so often; what changes a state is told at once. */
const TELL_EVERY_MS: Ms = 250;

export interface TellerDeps {
  readonly clock: Clock;
  /** Throws `download/unknown`. */
  rowOf(downloadId: string): Row;
  statusOf(row: Row): DownloadStatus;
  isOwn(row: Row): boolean;
}

/** Tells whoever listens of the downloads that are theirs. */
export interface Teller {
  tell(downloadId: string): DownloadStatus;
  /** Unless it was told of a moment ago. */
  tellProgress(downloadId: string): void;
  removed(row: Row): void;
  onChange(listener: (change: DownloadChange) => void): () => void;
}

export function createTeller({ clock, rowOf, statusOf, isOwn }: TellerDeps): Teller {
  const listeners = new Set<(change: DownloadChange) => void>();
  const lastToldMs = new Map<string, Ms>();

  function announce(row: Row, change: DownloadChange): void {
    if (isOwn(row)) for (const listener of [...listeners]) listener(change);
  }
  function tell(downloadId: string): DownloadStatus {
    lastToldMs.set(downloadId, clock.monotonic());
    const row = rowOf(downloadId);
    const download = statusOf(row);
    announce(row, { type: 'changed', download });
    return download;
  }

  return {
    tell,
    tellProgress(downloadId) {
      if (clock.monotonic() - (lastToldMs.get(downloadId) ?? 0) >= TELL_EVERY_MS) tell(downloadId);
    },
    removed(row) {
      lastToldMs.delete(row.downloadId);
      announce(row, { type: 'removed', downloadId: row.downloadId });
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
