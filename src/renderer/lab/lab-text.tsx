import type { ReactNode } from 'react';
import { IntlProvider, useIntl } from 'react-intl';
import { languageFor, messages } from '../i18n/messages.ts';
import en from './locales/en.json';
import es from './locales/es.json';
import fr from './locales/fr.json';

/** The lab's words lie beside it: no release build holds them. */
export const labMessages = { en, es, fr };
export type LabMessageId = keyof typeof en;

export function LabLanguage({ children }: { children: ReactNode }) {
  const { locale } = useIntl();
  const language = languageFor('system', [locale]);
  return (
    <IntlProvider locale={locale} messages={{ ...messages[language], ...labMessages[language] }}>
      {children}
    </IntlProvider>
  );
}

export function useLabText(): (id: LabMessageId, values?: Record<string, string | number>) => string {
  const intl = useIntl();
  return (id, values) => intl.formatMessage({ id }, values);
}

/** To the second and with its zone: what a tester compares with a scenario. */
export function useMoment(): (atMs: number) => string {
  const { locale } = useIntl();
  const format = new Intl.DateTimeFormat(locale, {
    dateStyle: 'medium',
    timeStyle: 'medium',
    timeZone: 'UTC',
  });
  return (atMs) => `${format.format(atMs)} UTC`;
}
