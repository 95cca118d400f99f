import { checkSegmentCount, MAX_ADDRESS_CHARACTERS, MAX_RENDITIONS } from '../limits.ts';
import { unsupported } from '../refuse.ts';
import type { Part } from './segments.ts';

/** Object and numbers of one segment, as measured; addresses below one folder share its name. */
const SEGMENT_BYTES = 140;
/**
 * For all segments: about 250,000, a film of four hours in 34 renditions. The heap that reads a manifest may
 * hold 64 MiB with everything: hostile.integration.test.ts.
 */
const MAX_PRESENTATION_BYTES = 40 * 1024 * 1024;

/**
 * What the renditions ask for together, by arithmetic, before anything of it is made: a few characters of a
 * template can ask for any amount.
 */
export class Demand {
  #bytes = 0;
  #addressCharacters = 0;
  #renditions = 0;

  /** One rendition, with a part for each Period that has one. Errors: `manifest/unsupported`. */
  add(parts: readonly (Part | undefined)[]): void {
    this.#renditions += 1;
    if (this.#renditions > MAX_RENDITIONS) throw unsupported(`more than ${MAX_RENDITIONS} renditions`);
    checkSegmentCount(parts.reduce((sum, part) => sum + (part?.slots.count ?? 1), 0));
    for (const part of parts) {
      this.#addressCharacters += part ? part.slots.count * part.addressLength : 0;
      const own = SEGMENT_BYTES + (part?.ownLength ?? 0);
      this.#bytes += part ? part.slots.count * own + part.slots.mostGaps * SEGMENT_BYTES : SEGMENT_BYTES;
    }
    if (this.#bytes > MAX_PRESENTATION_BYTES || this.#addressCharacters > MAX_ADDRESS_CHARACTERS)
      throw unsupported('so many segments with addresses of such length');
  }
}
