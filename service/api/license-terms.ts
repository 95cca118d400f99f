import { z } from 'zod';
import type { LicensePurpose } from '../../src/shared/license.ts';
import { LicensePolicy } from '../../src/shared/license.ts';
import { DAY_MS, HOUR_MS, SECOND_MS } from '../../src/shared/units.ts';
import type { Ms } from '../../src/shared/units.ts';
import type { Plan } from './db/accounts.ts';

const limit = z.int().nonnegative();

/** What a plan allows with a title. In every number 0 means unlimited. */
export const LicenseTerms = z.object({
  offline: LicensePolicy,
  stream: LicensePolicy,
  /** Tallest picture. */
  maxHeight: limit,
  /** Devices of the account that may hold downloads at the same time. */
  maxDevices: limit,
  /** Titles that a device may hold at the same time; a series is one. */
  maxTitles: limit,
  /** Of these, from the supplier of the title that is asked for. */
  maxTitlesOfSupplier: limit,
  /** Licenses for downloads of this title that the account gets within 365 days. */
  maxYearly: limit,
  /** Downloads may come before; nothing plays until then. Unix epoch. */
  notBeforeMs: limit,
});
export type LicenseTerms = z.infer<typeof LicenseTerms>;

/** What differs. Written out, since a default of the policy would slip in where nothing was said. */
const PolicyChange = z
  .strictObject({
    ...LicensePolicy.shape,
    renewal_recovery_duration_seconds: limit,
    renew_with_usage: z.boolean(),
  })
  .partial();
export const TermsChange = z
  .strictObject({ ...LicenseTerms.shape, offline: PolicyChange, stream: PolicyChange })
  .partial();
export type TermsChange = z.infer<typeof TermsChange>;

/** 30 days to start, 48 hours to finish once started: the terms that people know. */
const offline: LicensePolicy = {
  can_play: true,
  can_persist: true,
  can_renew: true,
  license_duration_seconds: 0,
  rental_duration_seconds: (30 * DAY_MS) / SECOND_MS,
  playback_duration_seconds: (48 * HOUR_MS) / SECOND_MS,
  play_start_grace_period_seconds: 5,
  soft_enforce_playback_duration: true,
  soft_enforce_rental_duration: true,
  renewal_delay_seconds: (20 * DAY_MS) / SECOND_MS,
  renewal_retry_interval_seconds: HOUR_MS / SECOND_MS,
  renewal_recovery_duration_seconds: 0,
  renew_with_usage: false,
};

/** A day, in memory only. */
const stream: LicensePolicy = {
  can_play: true,
  can_persist: false,
  can_renew: true,
  license_duration_seconds: DAY_MS / SECOND_MS,
  rental_duration_seconds: 0,
  playback_duration_seconds: 0,
  play_start_grace_period_seconds: 0,
  soft_enforce_playback_duration: false,
  soft_enforce_rental_duration: false,
  renewal_delay_seconds: 0,
  renewal_retry_interval_seconds: 0,
  renewal_recovery_duration_seconds: 0,
  renew_with_usage: false,
};

export const policies: Readonly<Record<LicensePurpose, LicensePolicy>> = { offline, stream };

const everyPlan = { ...policies, maxTitlesOfSupplier: 0, maxYearly: 0, notBeforeMs: 0 };
/** What holds where no operator said otherwise. */
export const planTerms: Readonly<Record<Plan, LicenseTerms>> = {
  basic: { ...everyPlan, maxHeight: 480, maxDevices: 1, maxTitles: 15 },
  standard: { ...everyPlan, maxHeight: 1080, maxDevices: 4, maxTitles: 50 },
  premium: { ...everyPlan, maxHeight: 0, maxDevices: 10, maxTitles: 100 },
};

/** All plans changed alike. */
export function plansWith(change: TermsChange): Record<Plan, LicenseTerms> {
  const { basic, standard, premium } = planTerms;
  return {
    basic: changed(basic, [change]),
    standard: changed(standard, [change]),
    premium: changed(premium, [change]),
  };
}

/** The terms with some changes, of which a later one counts for more. */
export function changed(terms: LicenseTerms, changes: readonly TermsChange[]): LicenseTerms {
  return changes.reduce<LicenseTerms>(
    (before, { offline: ofOffline, stream: ofStream, ...others }) =>
      LicenseTerms.parse({
        ...before,
        ...others,
        offline: { ...before.offline, ...ofOffline },
        stream: { ...before.stream, ...ofStream },
      }),
    terms,
  );
}

/**
 * The last moment at which a license issued then could still be of use: what limits count by. First play is
 * known to the device alone, so the latest possible one is taken.
 */
export function heldUntil(policy: LicensePolicy, issuedAtMs: Ms): Ms {
  const windows = [
    policy.license_duration_seconds,
    policy.rental_duration_seconds && policy.rental_duration_seconds + policy.playback_duration_seconds,
  ].filter((seconds) => seconds > 0);
  return windows.length === 0 ? Number.MAX_SAFE_INTEGER : issuedAtMs + Math.min(...windows) * SECOND_MS;
}
