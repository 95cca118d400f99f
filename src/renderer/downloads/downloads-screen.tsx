import { useSuspenseQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Download, HardDrive, Plane } from 'lucide-react';
import { useId } from 'react';
import type { DownloadView } from '../../shared/downloads.ts';
import { useClient } from '../app/environment.ts';
import { queries } from '../data/queries.ts';
import { useScreen } from '../app/use-screen.ts';
import { useText } from '../i18n/use-text.ts';
import { StorageBar } from '../storage/storage-bar.tsx';
import { StorageRunning } from '../storage/running.tsx';
import { PlainList } from './plain-list.tsx';
import { QueueList } from './queue-list.tsx';
import { RemovedNotice } from './removed-notice.tsx';
import { sectionOf, sections } from './state.ts';
import type { DownloadSection } from './state.ts';
import { Toolbar } from './toolbar.tsx';
import { usePicking } from './use-picking.ts';
import type { Picking } from './use-picking.ts';
import './downloads.css';

export function DownloadsScreen() {
  const text = useText();
  useScreen(text('nav.downloads'));
  const { data: downloads } = useSuspenseQuery(queries.downloads(useClient()));
  const picking = usePicking();
  const bySection = Map.groupBy(downloads, sectionOf);
  return (
    <div className="screen downloads">
      <div className="downloads-head">
        <h1 className="screen-title">{text('nav.downloads')}</h1>
        {downloads.length > 0 ? <Toolbar downloads={downloads} picking={picking} /> : null}
      </div>
      <div className="downloads-storage">
        <StorageBar />
        <div className="downloads-ways">
          <Link to="/settings" hash="storage" className="button button-quiet">
            <HardDrive aria-hidden /> {text('storage.manage')}
          </Link>
          <Link to="/trip" className="button button-quiet">
            <Plane aria-hidden /> {text('trip.title')}
          </Link>
        </div>
      </div>
      <div className="downloads-notices">
        <StorageRunning />
        <RemovedNotice />
      </div>
      {downloads.length === 0 ? <Empty /> : null}
      {sections.map((section) => {
        const those = bySection.get(section);
        return those ? <Section key={section} section={section} downloads={those} picking={picking} /> : null;
      })}
    </div>
  );
}

interface SectionProps {
  section: DownloadSection;
  downloads: DownloadView[];
  picking: Picking;
}

function Section({ section, downloads, picking }: SectionProps) {
  const text = useText();
  const id = useId();
  const isOrdered = section === 'queue' && !picking.isOn;
  return (
    <section className="downloads-section" aria-labelledby={id}>
      <h2 id={id}>
        {text(`downloads.section.${section}`)} <span className="downloads-count">{downloads.length}</span>
      </h2>
      {isOrdered ? (
        <QueueList downloads={downloads} labelledBy={id} />
      ) : (
        <PlainList downloads={downloads} labelledBy={id} picking={picking} />
      )}
    </section>
  );
}

function Empty() {
  const text = useText();
  return (
    <div className="downloads-empty">
      <Download aria-hidden />
      <h2>{text('downloads.emptyTitle')}</h2>
      <p>{text('downloads.empty')}</p>
      <Link to="/" className="button button-primary">
        {text('downloads.find')}
      </Link>
    </div>
  );
}
