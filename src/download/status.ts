import type { Progress } from './progress.ts';
import type { Waiting } from './queue.ts';
import type { Row } from './rows.ts';
import type { DownloadStatus } from './types.ts';

/** What a download looks like from outside: what is meant, and what happens just now. Pure. */
export function statusOf(row: Row, progress: Progress, waiting: Waiting | undefined): DownloadStatus {
  const { downloadId, videoId, titleId, durationSeconds, selection, addedAtMs } = row;
  const { storedBytes } = progress;
  const rate = progress.rate?.bytesPerSecond() ?? 0;
  const leftBytes = Math.max(0, selection.size.bytes - storedBytes);
  return {
    downloadId,
    videoId,
    titleId,
    durationSeconds,
    selection,
    addedAtMs,
    storedBytes,
    ...activity(row, progress, waiting),
    rateBytesPerSecond: rate,
    secondsLeft: row.state === 'completed' ? 0 : rate > 0 ? leftBytes / rate : null,
  };
}

function activity(
  { state, error }: Row,
  { phase }: Progress,
  waiting: Waiting | undefined,
): Pick<DownloadStatus, 'state' | 'waitingFor' | 'error'> {
  if (state !== 'queued') return { state, waitingFor: null, error };
  if (phase === 'license') return { state: 'waiting', waitingFor: 'license', error: null };
  if (phase) return { state: phase, waitingFor: null, error: null };
  if (waiting) return { state: 'waiting', waitingFor: waiting.for, error: waiting.error.toValue() };
  return { state, waitingFor: null, error: null };
}
