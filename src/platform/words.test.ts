import { expect, test } from 'vitest';
import en from '../../resources/locales/en.json' with { type: 'json' };
import es from '../../resources/locales/es.json' with { type: 'json' };
import fr from '../../resources/locales/fr.json' with { type: 'json' };
import { plainMessages, textIn } from './words.ts';

test('blanks are filled, in each language', () => {
  expect(textIn('en')('license.startBy', { when: 'Friday 18:40' })).toBe('Start by Friday 18:40');
  expect(textIn('fr')('license.finishWithin', { time: '41 h' })).toBe('À finir dans les 41 h');
});

test.each([en, es, fr])('what is told without a window needs no plural', (messages) => {
  const plain = Object.entries(messages).filter(([id]) => plainMessages.test(id));
  expect(plain.length).toBeGreaterThan(20);
  expect(plain.filter(([, words]) => /\{\w+\s*,|<\w|'/.test(words))).toEqual([]);
});
