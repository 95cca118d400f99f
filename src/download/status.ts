import type { Progress } from './progress.ts';
import type { Waiting } from './queue.ts';
import type { Row } from './rows.ts';
import type { DownloadStatus } from './types.ts';

/** What a download looks like from outside: what is meant, and what happens just now. Pure. */
export function statusOf(
  row: Row,
  progress: Progress,
  waiting: Waiting | undefined,
  isPlaying: boolean,
): DownloadStatus {
  const { downloadId, videoId, titleId, durationSeconds, selection, addedAtMs } = row;
  const { storedBytes, receivedBytes } = progress;
  const rate = progress.rate?.bytesPerSecond() ?? 0;
  const leftBytes = Math.max(0, selection.size.bytes - receivedBytes);
  return {
    downloadId,
    videoId,
    titleId,
    durationSeconds,
    selection,
    addedAtMs,
    storedBytes,
    receivedBytes,
    playableSeconds: progress.playableSeconds,
    priority: row.priority,
    isPinned: row.isPinned,
    origin: row.origin,
    name: row.name,
    ...activity(row, progress, waiting, isPlaying && rate === 0),
    rateBytesPerSecond: rate,
    secondsLeft: row.state === 'completed' ? 0 : rate > 0 ? leftBytes / rate : null,
  };
}

function activity(
  { state, error }: Row,
  { phase }: Progress,
  waiting: Waiting | undefined,
  isHeldByPlayback: boolean,
): Pick<DownloadStatus, 'state' | 'waitingFor' | 'waitingUntilMs' | 'error'> {
  const plain = { waitingFor: null, waitingUntilMs: null, error };
  if (state !== 'queued') return { ...plain, state };
  if (phase === 'license') return { ...plain, state: 'waiting', waitingFor: 'license' };
  // What is watched has the link: cdn/ gives downloads nothing meanwhile.
  if (phase === 'downloading' && isHeldByPlayback)
    return { ...plain, state: 'waiting', waitingFor: 'playback' };
  if (phase) return { ...plain, state: phase };
  if (!waiting) return { ...plain, state };
  const { for: waitingFor, untilMs: waitingUntilMs } = waiting;
  return { state: 'waiting', waitingFor, waitingUntilMs, error: waiting.error?.toValue() ?? error };
}
