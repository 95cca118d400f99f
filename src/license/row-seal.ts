import { createHmac, createSecretKey, hkdfSync, timingSafeEqual } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { algorithms } from './algorithms.ts';

/** Tells a row that this device wrote from one that was edited, damaged, or brought from another computer. */
export interface RowSeal {
  of(parts: readonly string[]): Buffer;
  fits(parts: readonly string[], seal: Uint8Array): boolean;
  /** Another value as soon as the secret is another: what fitted before says nothing then. */
  mark(): unknown;
}

const EMPTY = new Uint8Array(0);

/**
 * A key made from the device secret, for one purpose. The secret is looked at each time: a recovered one takes the place
 * of what the buffer held before, while the app runs. A `KeyObject`: Node takes a third of the time for one.
 */
export function secretKey(deviceSecret: Uint8Array, purpose: string): () => KeyObject {
  let made: { from: Buffer; key: KeyObject } | undefined;
  return () => {
    if (made?.from.equals(deviceSecret)) return made.key;
    const bytes = Buffer.from(hkdfSync(algorithms.hash, deviceSecret, EMPTY, purpose, 32));
    const key = createSecretKey(bytes);
    bytes.fill(0);
    made = { from: Buffer.from(deviceSecret), key };
    return key;
  };
}

export function createRowSeal(deviceSecret: Uint8Array, purpose: string): RowSeal {
  const key = secretKey(deviceSecret, purpose);
  const of = (parts: readonly string[]) =>
    createHmac(algorithms.hash, key()).update(JSON.stringify(parts)).digest();
  return {
    of,
    mark: key,
    fits(parts, seal) {
      const right = of(parts);
      return seal.byteLength === right.byteLength && timingSafeEqual(seal, right);
    },
  };
}
