import { useIntl } from 'react-intl';
import type { Verdict } from '../../shared/license.ts';
import { licenseWords } from '../../shared/words/license-words.ts';
import type { LicenseWords } from '../../shared/words/license-words.ts';
import { useIsOffline } from '../data/queries.ts';
import { useTrusted } from '../data/trusted-now.ts';
import { useText } from '../i18n/use-text.ts';

/** The words of a verdict, counting down as time goes on; renders again only when they change. */
export function useLicenseWords(verdict: Verdict): LicenseWords {
  const text = useText();
  const { locale } = useIntl();
  const isOnline = !useIsOffline();
  const said = useTrusted((nowMs) =>
    JSON.stringify(licenseWords(verdict, { text, locale, nowMs, isOnline })),
  );
  return JSON.parse(said) as LicenseWords;
}
