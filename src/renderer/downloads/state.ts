import type { DownloadState, DownloadView } from '../../shared/downloads.ts';

/** What a viewer calls it: a finished download whose license has ended is locked. */
export function summaryOf(download: DownloadView): DownloadState | 'locked' {
  return download.state === 'completed' && !download.verdict.allowed ? 'locked' : download.state;
}

/** 0 to 1. */
export function partOf(download: DownloadView): number {
  const total = download.selection.size.bytes;
  return total === 0 ? 0 : Math.min(1, download.storedBytes / total);
}
