import { createIntl } from 'react-intl';
import { expect, it } from 'vitest';
import { labMessages } from './lab-text.tsx';

const blanksOf = (message: string) =>
  [...new Set([...message.matchAll(/\{(\w+)\s*[,}]/g)].map(([, name]) => name))].sort();

it.each(['es', 'fr'] as const)('%s says all that English does, with the same blanks', (language) => {
  const { en, [language]: other } = labMessages;
  expect(Object.keys(other).sort()).toEqual(Object.keys(en).sort());
  const ids = Object.keys(en) as (keyof typeof en)[];
  expect(ids.filter((id) => blanksOf(other[id]).join() !== blanksOf(en[id]).join())).toEqual([]);
});

it.each(['en', 'es', 'fr'] as const)('%s: every message is well-formed ICU', (language) => {
  const broken: unknown[] = [];
  const messages: Record<string, string> = labMessages[language];
  const intl = createIntl({ locale: language, messages, onError: (error) => broken.push(error) });
  for (const [id, message] of Object.entries(messages))
    intl.formatMessage({ id }, Object.fromEntries(blanksOf(message).map((name) => [name, 2])));
  expect(broken).toEqual([]);
});
