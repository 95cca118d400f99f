/**
 * Units are part of a name here (`sizeBytes`, `expiresAtMs`), and these aliases say them once more in a
 * signature. They are plain numbers: arithmetic stays ordinary, readers stay informed.
 */

/** Milliseconds; as a point in time, since the Unix epoch. */
export type Ms = number;
/** Seconds, fractions allowed. */
export type Seconds = number;
/** Whole bytes. */
export type Bytes = number;
/** Bits a second, as manifests state bandwidth. */
export type BitsPerSecond = number;

export const SECOND_MS: Ms = 1_000;
export const MINUTE_MS: Ms = 60 * SECOND_MS;
export const HOUR_MS: Ms = 60 * MINUTE_MS;
export const DAY_MS: Ms = 24 * HOUR_MS;
