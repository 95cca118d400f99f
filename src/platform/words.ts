import en from '../../resources/locales/en.json' with { type: 'json' };
import es from '../../resources/locales/es.json' with { type: 'json' };
import fr from '../../resources/locales/fr.json' with { type: 'json' };
import type { UiLanguage } from '../shared/words/language.ts';
import type { Text } from '../shared/words/text.ts';

const messages: Record<UiLanguage, Record<string, string>> = { en, es, fr };

/**
 * Sentences for whoever has no window: command line, notifications of the system. It fills blanks and knows no
 * plurals; a test keeps those messages that are used so free of them (`plainMessages`).
 */
export function textIn(language: UiLanguage): Text {
  return (id, values = {}) =>
    (messages[language][id] ?? id).replaceAll(/\{(\w+)\}/g, (blank, name: string) =>
      name in values ? String(values[name]) : blank,
    );
}

/** Which messages may be asked for here. */
export const plainMessages = /^(license|warning|trip\.item)\.|^episode\.number$/;
