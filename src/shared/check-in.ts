import { z } from 'zod';
import { Id } from './catalog.ts';
import { SignInAnswer, SignInBody } from './service-api.ts';

/**
 * What a device and the service tell each other about its licenses, whenever they meet. The service's word is
 * signed, so that nobody between the two can lower the time or hide a revocation.
 */

/** Of one license, as it was issued then: a renewal may begin a new one. */
export const FirstPlay = z.object({
  licenseId: Id,
  issuedAtMs: z.int().positive(),
  atMs: z.int().nonnegative(),
});
export type FirstPlay = z.infer<typeof FirstPlay>;

/** More would not fit into a request, and no device holds so many. */
const MOST_LICENSES = 1000;

/** POST /devices/:deviceId/check-in. 401 unauthorized: the token is another device's. */
export const CheckInBody = z.object({
  /** As the last statement said; 0: there was none. */
  counter: z.int().nonnegative(),
  /** The same again until an answer comes, so that the counter counts once. */
  requestId: z.string().regex(/^[\w-]{22,64}$/),
  /** Random, another each time: an answer that somebody held back is known by it. */
  nonce: z.string().regex(/^[\w-]{22,64}$/),
  /** Trusted time as the device has it. */
  floorMs: z.int().nonnegative(),
  /** License keys that it can verify with, those that it would rather believe first. */
  kids: z.array(z.string().max(100)).max(50),
  /** Licenses for offline use that it holds, ended ones too. */
  held: z.array(Id).max(MOST_LICENSES),
  firstPlays: z.array(FirstPlay).max(MOST_LICENSES),
});
export type CheckInBody = z.infer<typeof CheckInBody>;

/** Compact JWS (EdDSA) over CheckInStatement, by the first of `kids` that the service can still sign with, else by its own. */
export const CheckInAnswer = z.object({ statement: z.string().min(1) });

export const CHECK_IN_TYPE = 'layover-check-in';

export const CheckInStatement = z.object({
  type: z.literal(CHECK_IN_TYPE),
  deviceId: Id,
  /** Of the question: no older statement answers it. */
  nonce: z.string(),
  nowMs: z.int().positive(),
  /** For the next question. */
  counter: z.int().positive(),
  /** The device counted less than the service: an older state was put back, or two use one identity. */
  replayed: z.boolean(),
  /** Taken back: of those that it holds. */
  revoked: z.array(Id),
  /** Of those that it holds, what the service no longer counts as held: given back, replaced, or never heard of. */
  released: z.array(Id),
  /** Earliest known, of those that it holds. */
  firstPlays: z.array(FirstPlay),
  licenseKeys: SignInAnswer.shape.licenseKeys,
  /** To which a device seals its device secret, for `recover`. */
  escrowKey: SignInBody.shape.device.shape.publicKey,
});
export type CheckInStatement = z.infer<typeof CheckInStatement>;

/**
 * PUT /devices/:deviceId/escrow: 204. Compact JWE (ECDH-ES, A256GCM) to `escrowKey` over DeviceSecretParts. 400 malformed
 * when the service cannot open it.
 */
export const EscrowBody = z.object({ sealedDeviceSecret: z.string().min(1).max(4000) });
/** `deviceSecret`: 32 bytes, base64url. */
export const DeviceSecretParts = z.object({
  deviceId: Id,
  deviceSecret: z.string().regex(/^[A-Za-z0-9_-]{43}$/),
});

/**
 * POST /devices/:deviceId/recover {deviceId}: the device of the path has lost its key; the one of the body, which calls,
 * gets its device secret, as a JWE to its own public key. The lost one is signed out and its licenses are released. May be
 * repeated. 404 not-found: nothing in escrow.
 */
export const RecoverBody = z.object({ deviceId: Id });
export const RecoverAnswer = z.object({ sealedDeviceSecret: z.string().min(1) });
