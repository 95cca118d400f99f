import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { useIntl } from 'react-intl';
import type { LicenseWarning } from '../../shared/downloads.ts';
import { warningWords } from '../../shared/words/warning-words.ts';
import type { WarningWords } from '../../shared/words/warning-words.ts';
import { useClient } from '../app/environment.ts';
import { keys, queries, useIsOffline, useStatus } from '../data/queries.ts';
import { useTrusted } from '../data/trusted-now.ts';
import { useText } from '../i18n/use-text.ts';
import { Button } from '../ui/button.tsx';
import { Notice } from '../ui/notice.tsx';
import { mayNotify } from './system-notifications.ts';

const none: LicenseWarning[] = [];

/** Downloads that run out, until the viewer has put them away; what comes new is read aloud. */
export function LicenseWarnings() {
  const text = useText();
  const { locale } = useIntl();
  const isOnline = !useIsOffline();
  const client = useClient();
  const queryClient = useQueryClient();
  const { data } = useQuery(queries.warnings(client));
  const warnings = data ?? none;
  const said = useTrusted((nowMs) =>
    JSON.stringify(warningWords(warnings, { text, locale, nowMs, isOnline })),
  );
  const { title, lines } = JSON.parse(said) as WarningWords;
  useSystemNotifications(data, { title, lines });
  const seen = useMutation({
    mutationFn: () => client.warnings.seen(),
    onSuccess: () => queryClient.setQueryData(keys.warnings, none),
  });
  return (
    <div role="status" aria-live="polite">
      {warnings.length === 0 ? null : (
        <Notice
          tone="warning"
          action={
            <>
              <Link to="/downloads" className="button button-quiet">
                {text('warnings.show')}
              </Link>
              <Button onPress={() => seen.mutate()}>{text('warnings.seen')}</Button>
            </>
          }
        >
          <strong>{title}</strong>
          {lines.map((line) => (
            <span key={line} className="notice-line">
              {line}
            </span>
          ))}
        </Notice>
      )}
    </div>
  );
}

const keyOf = ({ videoId, endsAtMs, thresholdMs }: LicenseWarning) => `${videoId} ${endsAtMs} ${thresholdMs}`;

/**
 * Where the window is a browser's, it is the one that can reach the viewer outside of it: with what comes while
 * it is open. What was there before stands in the window.
 */
function useSystemNotifications(
  warnings: LicenseWarning[] | undefined,
  { title, lines }: WarningWords,
): void {
  const { host } = useStatus();
  const navigate = useNavigate();
  const known = useRef<Set<string> | null>(null);
  useEffect(() => {
    if (!warnings) return;
    const isNew = known.current !== null && warnings.some((each) => !known.current?.has(keyOf(each)));
    known.current = new Set([...(known.current ?? []), ...warnings.map(keyOf)]);
    if (!isNew || host !== 'browser' || mayNotify() !== 'granted') return;
    const notification = new Notification(title, { body: lines.join('\n'), tag: 'license-warnings' });
    notification.onclick = () => {
      window.focus();
      void navigate({ to: '/downloads' });
      notification.close();
    };
  }, [warnings, host, title, lines, navigate]);
}
