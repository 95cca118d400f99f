import type { Warnings } from '../warnings/warnings.ts';
import { procedures } from './base.ts';

export function warningsRouter(warnings: Warnings) {
  return {
    warnings: {
      open: procedures.warnings.open.handler(() => warnings.open()),
      seen: procedures.warnings.seen.handler(() => {
        warnings.seen();
        return {};
      }),
    },
  };
}
