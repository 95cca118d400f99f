import type { Settings } from '../settings.ts';

export type UiLanguage = 'en' | 'es' | 'fr';
export const uiLanguages: readonly UiLanguage[] = ['en', 'es', 'fr'];

/** The viewer's choice, else the first of the computer's languages that there is, else English. */
export function languageFor(choice: Settings['language'], systemLanguages: readonly string[]): UiLanguage {
  if (choice !== 'system') return choice;
  for (const tag of systemLanguages) {
    const found = uiLanguages.find((each) => tag.toLowerCase().split('-')[0] === each);
    if (found) return found;
  }
  return 'en';
}
