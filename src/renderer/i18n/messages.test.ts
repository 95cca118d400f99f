import { createIntl } from 'react-intl';
import { expect, test } from 'vitest';
import { errorCodes, templateOf } from '../../shared/errors.ts';
import { manifestReasonCodes } from '../../shared/manifest-reasons.ts';
import { languageFor, messages, uiLanguages } from './messages.ts';

const screenKeys = (language: 'en' | 'es' | 'fr') =>
  Object.keys(messages[language])
    .filter((key) => !key.startsWith('error.'))
    .sort();

const blanksOf = (message: string) =>
  [...new Set([...message.matchAll(/\{(\w+)\s*[,}]/g)].map(([, name]) => name))].sort();

test.each(['es', 'fr'] as const)('%s has the same messages as English', (language) => {
  expect(screenKeys(language)).toEqual(screenKeys('en'));
});

test.each(uiLanguages)('%s has a sentence for every error code, and for no other', (language) => {
  const codes = Object.keys(messages[language]).filter((key) => key.startsWith('error.'));
  expect(codes.sort()).toEqual(errorCodes.map((code) => `error.${code}`).sort());
});

test.each(['es', 'fr'] as const)('%s fills the same blanks as English', (language) => {
  const differing = screenKeys('en').filter((key) => {
    return blanksOf(messages[language][key] ?? '').join() !== blanksOf(messages.en[key] ?? '').join();
  });
  expect(differing).toEqual([]);
  const errors = errorCodes.filter(
    (code) =>
      blanksOf(messages[language][`error.${code}`] ?? '').join() !== blanksOf(templateOf(code)).join(),
  );
  expect(errors).toEqual([]);
});

test.each(uiLanguages)('%s: every message is well-formed ICU', (language) => {
  const broken: unknown[] = [];
  const intl = createIntl({
    locale: language,
    messages: messages[language],
    onError: (error) => broken.push(error),
  });
  for (const [id, message] of Object.entries(messages[language])) {
    const values = Object.fromEntries(blanksOf(message).map((name) => [name, 2]));
    intl.formatMessage({ id }, values);
  }
  expect(broken).toEqual([]);
});

test.each(uiLanguages)(
  '%s has words for every reason of a manifest’s refusal, and for no other',
  (language) => {
    const reasons = Object.keys(messages[language]).filter((key) => key.startsWith('reason.'));
    expect(reasons.sort()).toEqual(manifestReasonCodes.map((code) => `reason.${code}`).sort());
  },
);

test('no translation was left in English', () => {
  const same = screenKeys('en').filter(
    (key) =>
      messages.es[key] === messages.en[key] &&
      messages.fr[key] === messages.en[key] &&
      /[a-z]{4} [a-z]{3}/.test(messages.en[key] ?? ''),
  );
  expect(same).toEqual([]);
});

test('the language is the choice, else the first of the computer’s that there is, else English', () => {
  expect(languageFor('fr', ['es'])).toBe('fr');
  expect(languageFor('system', ['pt-BR', 'es-MX', 'fr'])).toBe('es');
  expect(languageFor('system', ['pt-BR'])).toBe('en');
});
