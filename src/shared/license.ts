import { z } from 'zod';
import type { ErrorCode } from './errors.ts';

/**
 * What a license allows. Names and meaning are Widevine's; every duration is in seconds and 0 means
 * unlimited, never "expired".
 */
export const LicensePolicy = z.object({
  can_play: z.boolean(),
  can_persist: z.boolean(),
  can_renew: z.boolean(),
  /** From issue to the end of everything. */
  license_duration_seconds: z.int().nonnegative(),
  /** From issue to the last moment at which play may start. */
  rental_duration_seconds: z.int().nonnegative(),
  /** From first play to the end. */
  playback_duration_seconds: z.int().nonnegative(),
  /** Watched time that does not yet count as first play. */
  play_start_grace_period_seconds: z.int().nonnegative(),
  soft_enforce_playback_duration: z.boolean(),
  soft_enforce_rental_duration: z.boolean(),
  /** From issue to when renewal is first tried; 0: not ahead of need. */
  renewal_delay_seconds: z.int().nonnegative(),
  renewal_retry_interval_seconds: z.int().nonnegative(),
  /** From when renewal is first tried to the end of everything, should it not succeed. */
  renewal_recovery_duration_seconds: z.int().nonnegative().default(0),
  /** Renewal is due as soon as play has started, whatever the delay. */
  renew_with_usage: z.boolean().default(false),
});
export type LicensePolicy = z.infer<typeof LicensePolicy>;

export const LicensePurpose = z.enum(['stream', 'offline']);
export type LicensePurpose = z.infer<typeof LicensePurpose>;

/** The claims of the signed license (JWS, EdDSA). The content key is inside, sealed to the device (JWE). */
export const LicenseClaims = z.object({
  licenseId: z.string().min(1),
  videoId: z.string().min(1),
  accountId: z.string().min(1),
  deviceId: z.string().min(1),
  purpose: LicensePurpose,
  issuedAtMs: z.int().positive(),
  policy: LicensePolicy,
  /** Downloads may come before the title does: it plays from here on. */
  notBeforeMs: z.int().positive().optional(),
  /** Tallest picture that the plan includes. */
  maxHeight: z.int().positive().optional(),
  /** Compact JWE, ECDH-ES (P-256) direct with A256GCM; plaintext: the 16 bytes of the content key. */
  sealedContentKey: z.string().min(1),
});
export type LicenseClaims = z.infer<typeof LicenseClaims>;

/** Which limit binds: the screen words its sentence by it. */
export const VerdictLimit = z.enum(['license', 'rental', 'playback', 'renewal', 'none']);
export type VerdictLimit = z.infer<typeof VerdictLimit>;

export const RefusalReason = z.enum([
  'no-license',
  'not-allowed',
  'license-expired',
  'rental-expired',
  'playback-expired',
  /** The service wanted to hear of this computer long ago. */
  'renewal-overdue',
  /** Its time has not come. */
  'not-yet',
  /** The service took it back. */
  'revoked',
  'clock-behind',
]);
export type RefusalReason = z.infer<typeof RefusalReason>;

/** The error whose sentence tells the viewer of a refusal. */
export const refusalErrorCode: Record<RefusalReason, ErrorCode> = {
  'no-license': 'license/none',
  'not-allowed': 'license/not-allowed',
  'license-expired': 'license/expired',
  'rental-expired': 'license/rental-expired',
  'playback-expired': 'license/playback-expired',
  'renewal-overdue': 'license/renewal-overdue',
  'not-yet': 'license/not-yet',
  revoked: 'license/revoked',
  'clock-behind': 'license/clock-behind',
};

/**
 * The one answer to "may this be played now?". Screens, player, downloads and CLI all ask for it; none
 * works it out again. Times are by the trusted clock.
 */
export const Verdict = z.discriminatedUnion('allowed', [
  z.object({
    allowed: z.literal(true),
    /** Last moment at which play may go on; null: unlimited. */
    playableUntilMs: z.int().nullable(),
    /** Last moment at which play may start, while it has not; null: unlimited, or started already. */
    startByMs: z.int().nullable(),
    /** Once started, how long there is to finish; null: unlimited. */
    finishWithinSeconds: z.int().nullable(),
    limitedBy: VerdictLimit,
    /** When play started for good (after the grace period); null: not yet. */
    firstPlayAtMs: z.int().nullable(),
    canRenew: z.boolean(),
  }),
  z.object({
    allowed: z.literal(false),
    reason: RefusalReason,
    /** When it ended, where that is known. */
    sinceMs: z.int().nullable(),
    /** Only of `not-yet`: when it begins. */
    startsAtMs: z.int().optional(),
    /** Whether going online and renewing gives it back. */
    canRenew: z.boolean(),
  }),
]);
export type Verdict = z.infer<typeof Verdict>;

/** Plays for ever: what needs no license, and what has one without windows. */
export const playsForEver = {
  allowed: true,
  playableUntilMs: null,
  startByMs: null,
  finishWithinSeconds: null,
  limitedBy: 'none',
  firstPlayAtMs: null,
  canRenew: false,
} as const satisfies Verdict;
