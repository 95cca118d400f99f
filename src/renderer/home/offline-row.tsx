import { Link } from '@tanstack/react-router';
import { WifiOff } from 'lucide-react';
import type { DownloadView } from '../../shared/downloads.ts';
import { CardRow } from '../cards/card-row.tsx';
import { Card } from '../cards/card.tsx';
import { playsInPart, playsOffline } from '../cards/reach.ts';
import { useDownloads } from '../data/queries.ts';
import { useLicenseWords } from '../downloads/use-license-words.ts';
import { useText } from '../i18n/use-text.ts';

/** That there is no connection, and what it means: little for who has packed something. */
export function OfflineLead() {
  const text = useText();
  const hasReady = useDownloads().some((download) => playsOffline(download) || playsInPart(download));
  return (
    <div className="home-offline">
      <WifiOff aria-hidden />
      <div>
        <h2>{text(hasReady ? 'home.offline.title' : 'home.offline.titleNone')}</h2>
        {hasReady ? (
          <p>{text('home.offline.lead')}</p>
        ) : (
          <p>
            {text('home.offline.none')} <Link to="/downloads">{text('nav.downloads')}</Link>
          </p>
        )}
      </div>
    </div>
  );
}

/** What the viewer can watch right now, first of all rows. */
export function OfflineRow() {
  const text = useText();
  const downloads = useDownloads();
  // What plays to its end comes first.
  const ready = [...downloads.filter(playsOffline), ...downloads.filter(playsInPart)];
  if (ready.length === 0) return null;
  return (
    <CardRow title={text('home.offline.ready')} shape="backdrop">
      {ready.map((download) => (
        <ReadyCard key={download.downloadId} download={download} />
      ))}
    </CardRow>
  );
}

function ReadyCard({ download }: { download: DownloadView }) {
  const text = useText();
  const { episode, position } = download;
  const { words } = useLicenseWords(download.verdict);
  const number =
    episode && text('episode.number', { season: episode.seasonNumber, episode: episode.episodeNumber });
  return (
    <Card
      titleId={download.titleId}
      artworkVersion={download.artworkVersion}
      name={download.titleName}
      shape="backdrop"
      line={[number, words].filter(Boolean).join(' · ')}
      part={position ? position.positionSeconds / position.durationSeconds : undefined}
      playVideoId={download.videoId}
      reach={playsInPart(download) ? { firstSeconds: download.playableSeconds } : 'all'}
    />
  );
}
