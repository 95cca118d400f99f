import { useSuspenseQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Download } from 'lucide-react';
import { useClient } from '../app/environment.ts';
import { queries } from '../data/queries.ts';
import { useScreen } from '../app/use-screen.ts';
import { useText } from '../i18n/use-text.ts';
import { DownloadLine } from './download-line.tsx';
import { StorageBar } from './storage-bar.tsx';
import './downloads.css';

export function DownloadsScreen() {
  const text = useText();
  useScreen(text('nav.downloads'));
  const { data: downloads } = useSuspenseQuery(queries.downloads(useClient()));
  return (
    <div className="screen downloads">
      <div className="downloads-head">
        <h1 className="screen-title">{text('nav.downloads')}</h1>
        <StorageBar />
      </div>
      {downloads.length === 0 ? (
        <div className="downloads-empty">
          <Download aria-hidden />
          <h2>{text('downloads.emptyTitle')}</h2>
          <p>{text('downloads.empty')}</p>
          <Link to="/" className="button button-primary">
            {text('downloads.find')}
          </Link>
        </div>
      ) : (
        <ul className="downloads-list">
          {downloads.map((download) => (
            <DownloadLine key={download.downloadId} download={download} />
          ))}
        </ul>
      )}
    </div>
  );
}
