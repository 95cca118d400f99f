import { errorCodes, templateOf } from '../../shared/errors.ts';
import type { Settings } from '../../shared/settings.ts';
import en from '../../../resources/locales/en.json';
import es from '../../../resources/locales/es.json';
import fr from '../../../resources/locales/fr.json';

export type MessageId = keyof typeof en;
export type UiLanguage = 'en' | 'es' | 'fr';
export const uiLanguages: readonly UiLanguage[] = ['en', 'es', 'fr'];

/** English sentences for errors are the register's own. */
const englishErrors = Object.fromEntries(errorCodes.map((code) => [`error.${code}`, templateOf(code)]));

export const messages: Record<UiLanguage, Record<string, string>> = {
  en: { ...englishErrors, ...en },
  es,
  fr,
};

/** The viewer's choice, else the first of the computer's languages that there is, else English. */
export function languageFor(choice: Settings['language'], systemLanguages: readonly string[]): UiLanguage {
  if (choice !== 'system') return choice;
  for (const tag of systemLanguages) {
    const found = uiLanguages.find((each) => tag.toLowerCase().split('-')[0] === each);
    if (found) return found;
  }
  return 'en';
}
