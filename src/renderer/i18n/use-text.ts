import type { ReactNode } from 'react';
import { useIntl } from 'react-intl';
import { asLayoverError } from '../../shared/errors.ts';
import type { ErrorDetails } from '../../shared/errors.ts';
import { reasonWords } from '../../shared/manifest-reasons.ts';
import { formatSize } from './format.ts';
import type { MessageId } from './messages.ts';

type Values = Record<string, string | number | Date>;

/** `text('home.hero.play')`: the message in the viewer's language, its id checked by the compiler. */
export function useText(): (id: MessageId, values?: Values) => string {
  const intl = useIntl();
  return (id, values) => intl.formatMessage({ id }, values);
}

/** The same with React elements for the blanks and for rich-text tags. */
export function useRichText(): (id: MessageId, values: Record<string, ReactNode>) => ReactNode {
  const intl = useIntl();
  return (id, values) => intl.formatMessage({ id }, values as never) as ReactNode;
}

/** The sentence for whatever was thrown, blanks filled from its details. */
export function useErrorSentence(): (thrown: unknown) => string {
  const intl = useIntl();
  return (thrown) => {
    const { code, details: given } = asLayoverError(thrown);
    const reason = reasonWords(given, (each, params) => intl.formatMessage({ id: `reason.${each}` }, params));
    const details = reason === undefined ? given : { ...given, reason };
    const id = `error.${code}`;
    const message = intl.messages[id];
    const template = typeof message === 'string' ? message : '';
    const blanks = [...template.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? '');
    return intl.formatMessage({ id }, { ...fill(blanks, details, intl.locale) });
  };
}

/** A detail named for bytes reads as a size, one for a time as its day; one that is missing must not hide the sentence. */
function fill(blanks: string[], details: ErrorDetails, locale: string): Record<string, string> {
  return Object.fromEntries(
    blanks.map((name) => {
      const value = details[name];
      if (typeof value === 'number' && name.endsWith('Bytes')) return [name, formatSize(locale, value)];
      if (typeof value === 'number' && name.endsWith('AtMs'))
        return [name, new Intl.DateTimeFormat(locale, { dateStyle: 'long' }).format(value)];
      return [name, value === undefined ? '…' : String(value)];
    }),
  );
}
