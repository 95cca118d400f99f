import type en from '../../../resources/locales/en.json';

/** Every sentence of the screens, by its id in resources/locales. */
export type MessageId = keyof typeof en;

/** A sentence in the reader's language, its blanks filled. Whoever has the messages gives one. */
export type Text = (id: MessageId, values?: Record<string, string | number>) => string;

/** In whose language, and by whose clock on the wall. */
export interface Reader {
  readonly text: Text;
  readonly locale: string;
  /** IANA name; absent: the machine's. */
  readonly timeZone?: string;
}
