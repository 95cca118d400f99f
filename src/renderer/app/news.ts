import type { AppStatus } from '../../shared/contract.ts';
import type { DownloadView, StorageView } from '../../shared/downloads.ts';

/** How things stand, as far as a change of it is worth saying aloud. */
export interface Standing {
  readonly status: AppStatus;
  readonly downloads: readonly DownloadView[];
  readonly storage: StorageView | undefined;
}

export type News =
  | { readonly kind: 'connection'; readonly isOnline: boolean }
  | { readonly kind: 'completed' | 'failed' | 'waiting'; readonly download: DownloadView }
  | { readonly kind: 'moved'; readonly folder: string }
  | { readonly kind: 'checked'; readonly damagedSegments: number };

/** What changed by itself and matters. What merely goes on, and what has its turn or not yet, is no news. */
export function newsOf(before: Standing, now: Standing): News[] {
  const news: News[] = [];
  if (before.status.connection !== now.status.connection)
    news.push({ kind: 'connection', isOnline: now.status.connection === 'online' });
  for (const download of now.downloads) {
    const old = before.downloads.find((each) => each.downloadId === download.downloadId);
    const { state, waitingFor } = download;
    if (!old || (old.state === state && old.waitingFor === waitingFor)) continue;
    if (state === 'waiting') news.push({ kind: state, download });
    else if ((state === 'completed' || state === 'failed') && old.state !== state)
      news.push({ kind: state, download });
  }
  const { storage } = now;
  if (before.storage?.move && storage && !storage.move && storage.folder === before.storage.move.toFolder)
    news.push({ kind: 'moved', folder: storage.folder });
  if (storage?.lastCheck && before.storage?.check && !storage.check)
    news.push({ kind: 'checked', damagedSegments: storage.lastCheck.damagedSegments });
  return news;
}

/**
 * The same with fewer words: each reason to wait once, however many wait for it, and the going of the
 * connection in place of everything that waits for it.
 */
export function condensed(news: readonly News[]): News[] {
  const reasons = new Set<string | null>();
  const isOffline = news.some((each) => each.kind === 'connection' && !each.isOnline);
  return news.filter((each) => {
    if (each.kind !== 'waiting') return true;
    const reason = each.download.waitingFor;
    if (reasons.has(reason) || (isOffline && reason === 'network')) return false;
    reasons.add(reason);
    return true;
  });
}
