import { errorCodes, templateOf } from '../../shared/errors.ts';
import { manifestReasonCodes, manifestReasons } from '../../shared/manifest-reasons.ts';
import type { UiLanguage } from '../../shared/words/language.ts';
import en from '../../../resources/locales/en.json';
import es from '../../../resources/locales/es.json';
import fr from '../../../resources/locales/fr.json';

export type { MessageId } from '../../shared/words/text.ts';
export { languageFor, uiLanguages } from '../../shared/words/language.ts';

/** English sentences for errors, and the reasons in them, are the registers' own. */
const englishErrors = Object.fromEntries(errorCodes.map((code) => [`error.${code}`, templateOf(code)]));
const englishReasons = Object.fromEntries(
  manifestReasonCodes.map((code) => [`reason.${code}`, manifestReasons[code]]),
);

export const messages: Record<UiLanguage, Record<string, string>> = {
  en: { ...englishErrors, ...englishReasons, ...en },
  es,
  fr,
};
