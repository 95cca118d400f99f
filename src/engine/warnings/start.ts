import type { Database } from '../../database/types.ts';
import type { Platform } from '../../shared/platform.ts';
import type { Background } from '../background.ts';
import type { Parts } from '../parts.ts';
import { createWarningRows } from './rows.ts';
import { createWarnings } from './warnings.ts';
import type { Warnings } from './warnings.ts';

/** The warnings, and what they listen to; `stop` before the database closes. */
export function startWarnings(
  parts: Parts,
  { clock, power }: Pick<Platform, 'clock' | 'power'>,
  { database, background }: { readonly database: Database; readonly background: Background },
): Warnings & { stop(): void } {
  const warnings = createWarnings(parts, createWarningRows(database), { clock, background });
  const stops = [
    parts.licenses.onChange((_videoId, what) => {
      if (what !== 'watched') warnings.soon();
    }),
    parts.downloads.onChange((change) => {
      if (change.type === 'removed' || change.download.state === 'completed') warnings.soon();
    }),
    // No timer ran while the machine slept.
    power.onResume(warnings.soon),
  ];
  warnings.soon();
  return {
    ...warnings,
    stop() {
      for (const stop of stops) stop();
    },
  };
}
