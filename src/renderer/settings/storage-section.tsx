import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useClient } from '../app/environment.ts';
import { queries } from '../data/queries.ts';
import { StorageBar } from '../downloads/storage-bar.tsx';
import { useText } from '../i18n/use-text.ts';
import { Section } from './section.tsx';

export function StorageSection() {
  const text = useText();
  const { data: storage } = useQuery(queries.storage(useClient()));
  return (
    <Section title={text('settings.storage')}>
      <StorageBar />
      <dl className="settings-facts">
        <dt>{text('settings.folder')}</dt>
        <dd className="settings-path">{storage?.folder}</dd>
      </dl>
      <Link to="/downloads" className="button button-quiet">
        {text('settings.manageDownloads')}
      </Link>
    </Section>
  );
}
