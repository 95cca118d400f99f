import { useEffect, useRef, useState } from 'react';
import { useDownloads, useStatus, useStorage } from '../data/queries.ts';
import { useTrustedNow } from '../data/trusted-now.ts';
import { nameOfDownload } from '../downloads/name.ts';
import { useStateSentence } from '../downloads/state-sentence.ts';
import { useErrorSentence, useText } from '../i18n/use-text.ts';
import { condensed, newsOf } from './news.ts';
import type { News } from './news.ts';

/** So long is what changes at nearly the same time collected, so that it is said at once. */
const COLLECT_MS = 400;

/** Says aloud what changes by itself: the connection, downloads that end or wait, a move, a check. */
export function Announcer() {
  const standing = { status: useStatus(), downloads: useDownloads(), storage: useStorage() };
  const { status, downloads, storage } = standing;
  const sentence = useNewsSentence();
  const [said, setSaid] = useState<readonly News[]>([]);
  const seen = useRef(standing);
  const collected = useRef<News[]>([]);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => {
    const now = { status, downloads, storage };
    collected.current.push(...newsOf(seen.current, now));
    seen.current = now;
    if (collected.current.length === 0 || timer.current !== undefined) return;
    timer.current = setTimeout(() => {
      timer.current = undefined;
      setSaid(condensed(collected.current.splice(0)));
    }, COLLECT_MS);
  }, [status, downloads, storage]);
  useEffect(() => () => clearTimeout(timer.current), []);
  return (
    <div className="for-listeners" aria-live="polite" role="status">
      {sentence(said)}
    </div>
  );
}

function useNewsSentence(): (news: readonly News[]) => string {
  const text = useText();
  const why = useErrorSentence();
  const stateOf = useStateSentence();
  const nowMs = useTrustedNow();
  const wordsOf = (news: News): string => {
    switch (news.kind) {
      case 'connection':
        return text(news.isOnline ? 'announce.online' : 'announce.offline');
      case 'moved':
        return text('announce.moved', { folder: news.folder });
      case 'checked':
        return text('announce.checked', { count: news.damagedSegments });
      case 'completed':
        return text('announce.downloadCompleted', { name: nameOfDownload(text, news.download) });
      case 'failed':
        return text('announce.downloadFailed', {
          name: nameOfDownload(text, news.download),
          why: why(news.download.error),
        });
      case 'waiting':
        return text('announce.waiting', { why: stateOf(news.download, nowMs) });
    }
  };
  return (news) => {
    const completed = news.filter((each) => each.kind === 'completed');
    if (completed.length < 2) return news.map(wordsOf).join(' ');
    const others = news.filter((each) => each.kind !== 'completed').map(wordsOf);
    return [text('announce.manyCompleted', { count: completed.length }), ...others].join(' ');
  };
}
