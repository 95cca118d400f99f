import { Link, useLocation } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { CheckDownloads } from '../storage/check.tsx';
import { Place } from '../storage/place.tsx';
import { StorageRunning } from '../storage/running.tsx';
import { StorageBar } from '../storage/storage-bar.tsx';
import { useText } from '../i18n/use-text.ts';
import { ErrorNotice } from '../ui/notice.tsx';
import { Section } from './section.tsx';
import { SpaceFields } from './space-fields.tsx';
import { useRules } from './use-rules.ts';

/** Where downloads lie, how much they may take, and whether they are sound. */
export function StorageSection() {
  const text = useText();
  const { rules, change, error } = useRules();
  const start = useRef<HTMLDivElement>(null);
  const isAskedFor = useLocation().hash === 'storage';
  useEffect(() => {
    if (isAskedFor) start.current?.scrollIntoView({ block: 'start' });
  }, [isAskedFor]);
  return (
    <div ref={start} className="settings-anchor">
      <Section title={text('settings.storage')}>
        <StorageBar />
        <StorageRunning />
        <Place />
        <CheckDownloads />
        <ErrorNotice error={error} />
        <SpaceFields rules={rules} onChange={change} />
        <Link to="/downloads" className="button button-quiet">
          {text('settings.manageDownloads')}
        </Link>
      </Section>
    </div>
  );
}
