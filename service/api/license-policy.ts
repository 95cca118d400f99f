import type { LicensePolicy, LicensePurpose } from '../../src/shared/license.ts';
import { DAY_MS, HOUR_MS, SECOND_MS } from '../../src/shared/units.ts';
import type { Ms } from '../../src/shared/units.ts';
import type { Plan } from './db/accounts.ts';

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

/** Devices of one account that may hold downloads at the same time. */
export const downloadDevices: Readonly<Record<Plan, number>> = { basic: 1, standard: 4, premium: 10 };

/**
 * The last moment at which a license issued then could still be of use: what the device limit counts by. First
 * play is known to the device alone, so the latest possible one is taken.
 */
export function heldUntil(policy: LicensePolicy, issuedAtMs: Ms): Ms {
  const windows = [
    policy.license_duration_seconds,
    policy.rental_duration_seconds && policy.rental_duration_seconds + policy.playback_duration_seconds,
  ].filter((seconds) => seconds > 0);
  return windows.length === 0 ? Number.MAX_SAFE_INTEGER : issuedAtMs + Math.min(...windows) * SECOND_MS;
}
