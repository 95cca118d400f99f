import { readFileSync, statSync } from 'node:fs';
import { z } from 'zod';
import { Id } from '../../src/shared/catalog.ts';

const HoldsFile = z.array(Id);

/** Which videos this OCA holds. */
export interface Holdings {
  has(videoId: string): boolean;
}

/** A large OCA holds whatever lies in its media folder. */
export const everything: Holdings = { has: () => true };

/**
 * A small OCA holds what a file lists (JSON: array of video ids). The file is read again when it has changed,
 * so the control plane refills an OCA by replacing it. While it is missing or unreadable the last list stands.
 */
export function holdingsFromFile(file: string): Holdings {
  let held = new Set<string>();
  let readAt = '';
  return {
    has(videoId) {
      try {
        const { mtimeMs, size, ino } = statSync(file);
        const version = `${mtimeMs}-${size}-${ino}`;
        if (version !== readAt) {
          held = new Set(HoldsFile.parse(JSON.parse(readFileSync(file, 'utf8'))));
          readAt = version;
        }
      } catch {
        // Half-written or gone: what was held before still is.
      }
      return held.has(videoId);
    },
  };
}
