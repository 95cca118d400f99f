import type { DownloadView } from '../shared/downloads.ts';
import { durationInWords, momentInWords, sizeInWords } from './output.ts';

/** A download in the words of a terminal. */

export function titleInWords({ titleName, episode }: Pick<DownloadView, 'titleName' | 'episode'>): string {
  return episode ? `${titleName} S${episode.seasonNumber} E${episode.episodeNumber}` : titleName;
}

/** "waiting for schedule until …", "failed: …", or the state alone. */
export function stateInWords({ state, waitingFor, waitingUntilMs, error }: DownloadView): string {
  if (state === 'failed') return `failed (${error?.code ?? 'internal'})`;
  if (state !== 'waiting') return state;
  const until = waitingUntilMs === null ? '' : ` until ${momentInWords(waitingUntilMs)}`;
  return `waiting for ${waitingFor ?? error?.code ?? 'something'}${until}`;
}

export function progressInWords(view: DownloadView): string {
  const left = view.secondsLeft === null ? '' : `, ${durationInWords(view.secondsLeft)} left`;
  const waiting = view.state === 'waiting' ? `, ${stateInWords(view)}` : '';
  return `${barInWords(view.receivedBytes, view.selection.size.bytes)} ${sizeInWords(view.rateBytesPerSecond)}/s${left}${waiting}`;
}

export function barInWords(done: number, whole: number): string {
  const share = whole > 0 ? Math.min(1, done / whole) : 0;
  return `${'█'.repeat(Math.round(share * 24)).padEnd(24, '░')} ${Math.floor(share * 100)} %`;
}
