import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { Suspense, useEffect, useMemo, useState } from 'react';
import { I18nProvider } from 'react-aria-components';
import { IntlProvider } from 'react-intl';
import type { ReactNode } from 'react';
import { followEvents } from '../data/events.ts';
import { useSettings } from '../data/queries.ts';
import { createQueryClient } from '../data/query-client.ts';
import { languageFor, messages } from '../i18n/messages.ts';
import { EnvironmentContext } from './environment.ts';
import type { Environment } from './environment.ts';
import { ErrorBoundary } from './error-boundary.tsx';
import { createAppRouter } from './router.tsx';
import { useTheme } from './theme.ts';
import './base.css';

function waitBeforeAttempt(failures: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.min(5_000, 250 * 2 ** failures)));
}

/** Words for what can be seen before the settings have been read. */
function StartLanguage({ children }: { children: ReactNode }) {
  const language = languageFor('system', navigator.languages);
  return (
    <IntlProvider locale={language} messages={messages[language]}>
      {children}
    </IntlProvider>
  );
}

function Localized({ children }: { children: ReactNode }) {
  const settings = useSettings();
  const language = languageFor(settings.language, navigator.languages);
  useTheme(settings.theme);
  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
  return (
    <IntlProvider locale={language} messages={messages[language]}>
      <I18nProvider locale={language}>{children}</I18nProvider>
    </IntlProvider>
  );
}

/** Providers, the event stream, and the router; everything else is a screen. */
export function App({ environment }: { environment: Environment }) {
  const [queryClient] = useState(createQueryClient);
  const router = useMemo(() => createAppRouter(), []);

  useEffect(() => {
    const stopping = new AbortController();
    void followEvents(
      environment.client,
      { queryClient, refusals: environment.refusals },
      stopping.signal,
      waitBeforeAttempt,
    );
    return () => stopping.abort();
  }, [environment, queryClient]);

  return (
    <EnvironmentContext value={environment}>
      <QueryClientProvider client={queryClient}>
        <StartLanguage>
          <ErrorBoundary>
            <Suspense>
              <Localized>
                <RouterProvider router={router} />
              </Localized>
            </Suspense>
          </ErrorBoundary>
        </StartLanguage>
      </QueryClientProvider>
    </EnvironmentContext>
  );
}
