import { textIn } from '../platform/words.ts';
import type { AppStatus } from '../shared/contract.ts';
import type { Verdict } from '../shared/license.ts';
import { licenseWords } from '../shared/words/license-words.ts';

/** The command line speaks English, with dates as this computer's English writes them. */
const system = Intl.DateTimeFormat().resolvedOptions().locale;
export const english = { text: textIn('en'), locale: system.startsWith('en') ? system : 'en-GB' };

/** What the screens say of it. */
export function licenseInWords(verdict: Verdict, { nowMs, connection }: AppStatus): string {
  // A command does not wait to be told whether the service answers: only "no network" is known at once.
  const isOnline = connection !== 'offline';
  const { words, help } = licenseWords(verdict, { ...english, nowMs, isOnline });
  return help === null ? words : `${words}. ${help}`;
}
