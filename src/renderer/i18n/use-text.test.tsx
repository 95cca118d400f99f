// @vitest-environment happy-dom
import { renderHook } from '@testing-library/react';
import type { ReactNode } from 'react';
import { IntlProvider } from 'react-intl';
import { expect, test } from 'vitest';
import { LayoverError } from '../../shared/errors.ts';
import type { ErrorDetails } from '../../shared/errors.ts';
import { manifestReasonCodes, manifestReasons } from '../../shared/manifest-reasons.ts';
import { messages, uiLanguages } from './messages.ts';
import { useErrorSentence } from './use-text.ts';

function sentence(language: (typeof uiLanguages)[number], error: LayoverError): string {
  const wrapper = ({ children }: { children: ReactNode }) => (
    <IntlProvider locale={language} messages={messages[language]}>
      {children}
    </IntlProvider>
  );
  return renderHook(() => useErrorSentence(), { wrapper }).result.current(error);
}

const malformed = (details: ErrorDetails) => new LayoverError('manifest/malformed', details);

test('why a manifest is refused is told in the viewer’s language, its line too', () => {
  const error = malformed({ reason: 'wrong-attribute', name: 'BANDWIDTH', tag: 'EXT-X-STREAM-INF', line: 3 });
  expect(sentence('es', error)).toBe(
    'El manifiesto de este vídeo está dañado (línea 3: BANDWIDTH de #EXT-X-STREAM-INF falta o no es válido). Inténtalo más tarde.',
  );
  expect(sentence('fr', error)).toBe(
    'Le manifeste de cette vidéo est endommagé (ligne 3 : BANDWIDTH de #EXT-X-STREAM-INF manque ou ne convient pas). Réessayez plus tard.',
  );
  expect(sentence('en', error)).toBe(error.message);
});

test.each(['service/refused', 'rpc/malformed', 'settings/invalid'] as const)(
  '%s leaves out what somebody else said in a language of their own',
  (code) => {
    const error = new LayoverError(code, { reason: 'Because.' });
    for (const language of uiLanguages) expect(sentence(language, error)).not.toMatch(/Because|…|[{}]/);
  },
);

test('a reason that another version wrote, in words, stands as it is', () => {
  expect(sentence('es', malformed({ reason: 'it is of the past' }))).toContain('(it is of the past)');
});

test.each(uiLanguages)('%s: every reason makes a whole sentence, its details in it', (language) => {
  const lacking = manifestReasonCodes.filter((reason) => {
    if (reason === 'at-line') return false;
    const names = [...manifestReasons[reason].matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? '');
    const details = Object.fromEntries(names.map((name) => [name, `<${name}>`]));
    const said = sentence(language, new LayoverError('manifest/unsupported', { ...details, reason }));
    return /[{}…]/.test(said) || names.some((name) => !said.includes(`<${name}>`));
  });
  expect(lacking).toEqual([]);
});
