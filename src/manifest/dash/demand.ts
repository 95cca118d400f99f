import {
  Budget,
  checkSegmentCount,
  MAX_ADDRESS_CHARACTERS,
  MAX_RENDITIONS,
  SEGMENT_BYTES,
} from '../limits.ts';
import { unsupported } from '../refuse.ts';
import type { Part } from './segments.ts';

/**
 * What the renditions ask for together, by arithmetic, before anything of it is made: a few characters of a
 * template can ask for any amount.
 */
export class Demand {
  readonly #budget = new Budget();
  #addressCharacters = 0;
  #renditions = 0;

  /** One rendition, with a part for each Period that has one. Errors: `manifest/unsupported`. */
  add(parts: readonly (Part | undefined)[]): void {
    this.#renditions += 1;
    if (this.#renditions > MAX_RENDITIONS) throw unsupported('too-many-renditions', { most: MAX_RENDITIONS });
    checkSegmentCount(parts.reduce((sum, part) => sum + (part?.slots.count ?? 1), 0));
    for (const part of parts) {
      this.#addressCharacters += part ? part.slots.count * part.addressLength : 0;
      const own = SEGMENT_BYTES + (part?.ownLength ?? 0);
      this.#budget.take(part ? part.slots.count * own + part.slots.mostGaps * SEGMENT_BYTES : SEGMENT_BYTES);
    }
    if (this.#addressCharacters > MAX_ADDRESS_CHARACTERS) throw unsupported('too-much-of-segments');
  }
}
