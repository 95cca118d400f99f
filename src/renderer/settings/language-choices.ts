import { useFormat } from '../i18n/use-format.ts';
import type { Choice } from '../ui/choice.tsx';

/** What titles come in. A saved language beside these stays a choice, so that opening the screen loses none. */
const offered = ['en', 'es', 'fr'];

export function useLanguageChoices(saved: readonly string[]): Choice[] {
  const format = useFormat();
  const tags = [...offered, ...saved.filter((tag) => !offered.includes(tag))];
  return tags.map((value) => ({ value, label: format.language(value) }));
}
