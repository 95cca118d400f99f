import type { DownloadState, DownloadView, WaitingFor } from '../../shared/downloads.ts';

/** What a viewer calls it: a finished download whose license has ended is locked. */
export function summaryOf(download: DownloadView): DownloadState | 'locked' {
  return download.state === 'completed' && !download.verdict.allowed ? 'locked' : download.state;
}

export const sections = ['attention', 'now', 'queue', 'ready'] as const;
export type DownloadSection = (typeof sections)[number];

/** Where on the screen it stands. */
export function sectionOf(download: DownloadView): DownloadSection {
  switch (summaryOf(download)) {
    case 'failed':
    case 'locked':
      return 'attention';
    case 'downloading':
    case 'verifying':
      return 'now';
    case 'queued':
    case 'waiting':
    case 'paused':
      return 'queue';
    case 'completed':
    case 'removing':
      return 'ready';
  }
}

/** What the viewer's own rules hold back, and the viewer may let go this once. */
const overridable: readonly (WaitingFor | null)[] = ['unmetered-network', 'charger', 'schedule'];

export function canStartAnyway({ state, waitingFor }: DownloadView): boolean {
  return state === 'waiting' && overridable.includes(waitingFor);
}

/** 0 to 1. */
export function partOf(download: DownloadView): number {
  const total = download.selection.size.bytes;
  return total === 0 ? 0 : Math.min(1, download.receivedBytes / total);
}
