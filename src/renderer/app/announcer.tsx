import { useState } from 'react';
import type { AppStatus } from '../../shared/contract.ts';
import type { DownloadView } from '../../shared/downloads.ts';
import { useDownloads, useStatus } from '../data/queries.ts';
import { useErrorSentence, useText } from '../i18n/use-text.ts';
import { nameOfDownload } from '../downloads/name.ts';

type Text = ReturnType<typeof useText>;

function connectionNews(text: Text, before: AppStatus, now: AppStatus): string | undefined {
  if (before.connection === now.connection) return undefined;
  return text(now.connection === 'online' ? 'announce.online' : 'announce.offline');
}

function downloadNews(
  text: Text,
  sentenceOf: (error: unknown) => string,
  before: DownloadView[],
  now: DownloadView[],
): string | undefined {
  for (const download of now) {
    const old = before.find((each) => each.downloadId === download.downloadId);
    if (!old || old.state === download.state) continue;
    const name = nameOfDownload(text, download);
    if (download.state === 'completed') return text('announce.downloadCompleted', { name });
    if (download.state === 'failed')
      return text('announce.downloadFailed', { name, why: sentenceOf(download.error) });
  }
  return undefined;
}

/** Says aloud what changes by itself: the connection, and downloads that end. */
export function Announcer() {
  const text = useText();
  const sentenceOf = useErrorSentence();
  const status = useStatus();
  const downloads = useDownloads();
  const [seen, setSeen] = useState({ status, downloads, news: '' });
  if (seen.status !== status || seen.downloads !== downloads) {
    const news =
      connectionNews(text, seen.status, status) ??
      downloadNews(text, sentenceOf, seen.downloads, downloads) ??
      seen.news;
    setSeen({ status, downloads, news });
  }
  return (
    <div className="for-listeners" aria-live="polite" role="status">
      {seen.news}
    </div>
  );
}
