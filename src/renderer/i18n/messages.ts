import { errorCodes, templateOf } from '../../shared/errors.ts';
import type { UiLanguage } from '../../shared/words/language.ts';
import en from '../../../resources/locales/en.json';
import es from '../../../resources/locales/es.json';
import fr from '../../../resources/locales/fr.json';

export type { MessageId } from '../../shared/words/text.ts';
export { languageFor, uiLanguages } from '../../shared/words/language.ts';

/** English sentences for errors are the register's own. */
const englishErrors = Object.fromEntries(errorCodes.map((code) => [`error.${code}`, templateOf(code)]));

export const messages: Record<UiLanguage, Record<string, string>> = {
  en: { ...englishErrors, ...en },
  es,
  fr,
};
