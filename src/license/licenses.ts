import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import type { Database, Migration } from '../database/types.ts';
import { LayoverError } from '../shared/errors.ts';
import type { LicensePurpose, Verdict } from '../shared/license.ts';
import type { Log } from '../shared/platform.ts';
import { SECOND_MS } from '../shared/units.ts';
import type { Ms } from '../shared/units.ts';
import { checkInMigration } from './check-in-rows.ts';
import { fingerprintOf, openContentKey, verifyLicense } from './claims.ts';
import type { LicenseKey } from './claims.ts';
import type { Device } from './device.ts';
import { createGrantRows, grantMigrations, playOf } from './grant-rows.ts';
import type { KeptGrant } from './grant-rows.ts';
import { createHeldWrites } from './held-writes.ts';
import { createKeyCache } from './key-cache.ts';
import { outlookOf } from './outlook.ts';
import { flushReleases } from './releases.ts';
import { renewalMigration } from './renewal-rows.ts';
import { createRenewing } from './renewing.ts';
import { clockLeapMigration, trustedTimeMigration, uptimeMigration } from './trusted-time.ts';
import type { PersistentTrustedTime } from './trusted-time.ts';
import type { LicenseChange, LicenseService, Licenses, WatchedIn } from './types.ts';
import { refusalError, verdict as decide } from './verdict.ts';
import type { Viewing } from './verdict.ts';
import { createViewings } from './viewings.ts';

export const licenseMigrations: readonly Migration[] = [
  trustedTimeMigration,
  ...grantMigrations,
  renewalMigration,
  checkInMigration,
  clockLeapMigration,
  uptimeMigration,
];

/** What is not to be played before its time may be stored before. */
type Use = 'play' | 'store';

const WatchedSeconds = z.number().nonnegative();
/** Who asks without being a viewing: a screen, a download. */
const NOBODY = '';
const ANYBODY: WatchedIn = { viewingId: 'anybody', durationSeconds: null };

/**
 * Licenses for offline use are rows; those for streaming live in memory and end with the run. `licenseKeys`
 * are all keys that the service has named, retired ones too: a license is verified again whenever its content
 * key is opened. `accountId`: who is signed in; another account's license is as good as none, and stays.
 */
export function createLicenses(from: {
  database: Database;
  device: Device;
  service: LicenseService;
  licenseKeys: () => readonly LicenseKey[];
  accountId: () => string | null;
  trustedTime: PersistentTrustedTime;
  /** Height of the least tall picture that is downloaded of a video; null: none is. */
  leastHeight?: (videoId: string) => number | null;
  log: Log;
}): Licenses {
  const { database, device, service, trustedTime, log } = from;
  const rows = createGrantRows({ database, deviceSecret: device.deviceSecret, log });
  const writes = createHeldWrites((grant) => {
    database.transaction(
      () => {
        rows.write(grant);
        if (grant.firstPlayAtMs !== null) trustedTime.persist();
      },
      { isToWatch: true },
    );
  }, log);
  const streams = new Map<string, KeptGrant>();
  const keys = createKeyCache();
  const viewings = createViewings();
  /** How often a video was released: tells an answer that was under way meanwhile that it comes too late. */
  const releaseCounts = new Map<string, number>();
  const releaseCount = (videoId: string) => releaseCounts.get(videoId) ?? 0;

  const listeners = new Set<Parameters<Licenses['onChange']>[0]>();
  const tell = (videoId: string, what: LicenseChange, viewingId?: string) => {
    for (const listener of [...listeners]) listener(videoId, what, viewingId);
  };

  const isOwn = ({ claims }: KeptGrant) => claims.accountId === from.accountId();
  const ownOf = (grant: KeptGrant | null | undefined) => (grant && isOwn(grant) ? grant : null);
  /** Given to the identity that this installation lost: plays nothing, and is replaced as soon as that is possible. */
  const isForeign = ({ claims }: KeptGrant) => claims.deviceId !== device.deviceId;
  const playable = (grant: KeptGrant | null) => (grant && !isForeign(grant) ? grant : null);
  const grantOf = (videoId: string, by?: LicensePurpose) => {
    const offline = by === 'stream' ? null : playable(ownOf(writes.current(rows.read(videoId))));
    return offline ?? ownOf(streams.get(videoId));
  };

  function decideFor(grant: KeptGrant | null, viewing: Viewing | null): Verdict {
    const { firstPlayAtMs, ended } = grant ?? { firstPlayAtMs: null, ended: null };
    const trusted = { nowMs: trustedTime.now(), isClockBehind: trustedTime.isClockBehind() };
    return decide(grant?.claims ?? null, { firstPlayAtMs, viewing, ended }, trusted);
  }
  /** Some viewing may finish, and needs license and key for it. */
  const isFinishing = (grant: KeptGrant | null, videoId: string) =>
    viewings.all(videoId, trustedTime.now()).some((viewing) => decideFor(grant, viewing).allowed);

  function judge(grant: KeptGrant | null, videoId: string, viewingId: string): Verdict {
    const result = decideFor(grant, viewings.of(videoId, viewingId, trustedTime.now()));
    if (!result.allowed && !isFinishing(grant, videoId)) keys.wipe(videoId);
    return result;
  }
  const verdictOf = (videoId: string, viewingId = NOBODY, by?: LicensePurpose) =>
    judge(grantOf(videoId, by), videoId, viewingId);

  /** The grant, if its key may be used just now; else throws why not. */
  function usable(
    videoId: string,
    viewingId: string,
    use: Use,
    by?: LicensePurpose,
  ): KeptGrant & { license: string } {
    const grant = grantOf(videoId, by);
    const result = judge(grant, videoId, viewingId);
    if (!result.allowed && !(use === 'store' && result.reason === 'not-yet'))
      throw refusalError(result, videoId);
    if (!grant || grant.license === null) throw new LayoverError('license/none', { videoId });
    return { ...grant, license: grant.license };
  }

  const verify = (license: string, videoId: string) =>
    verifyLicense(license, { licenseKeys: from.licenseKeys(), deviceId: device.deviceId, videoId });

  /** Checks what the service sent, to the last byte, before anything is believed or kept. */
  async function admit(
    answer: { license: string; nowMs: Ms },
    videoId: string,
    purpose: LicensePurpose,
  ): Promise<KeptGrant> {
    const { sealedContentKey, ...claims } = await verify(answer.license, videoId);
    if (claims.purpose !== purpose) throw new LayoverError('license/forged', { videoId });
    const key = await openContentKey(sealedContentKey, device);
    const keyFingerprint = fingerprintOf(key);
    key.fill(0);
    // Signed, and not known to be fresh: what lies beside it in the answer is neither.
    trustedTime.atLeast(claims.issuedAtMs);
    const untouched = { firstPlayAtMs: null, watchedSeconds: 0, ended: null };
    return { claims, license: answer.license, keyFingerprint, ...untouched };
  }

  /**
   * New windows, unless it is the very license that is held: being sent again, it clears nothing. Nor does an
   * older one: whoever sends it again does not win first play back.
   */
  function keep(genuine: KeptGrant, held: KeptGrant | null): void {
    if (held?.license === genuine.license) return;
    const isOlder = held !== null && genuine.claims.issuedAtMs < held.claims.issuedAtMs;
    const fresh = { ...genuine, ...playOf(isOlder ? held : genuine) };
    keys.wipe(fresh.claims.videoId);
    writes.forget(fresh.claims.videoId);
    if (fresh.claims.purpose === 'offline') {
      database.transaction(() => {
        rows.write(fresh);
        rows.settle(fresh.claims.licenseId);
      });
    } else {
      streams.set(fresh.claims.videoId, fresh);
    }
    log.info('license/kept', { videoId: fresh.claims.videoId, purpose: fresh.claims.purpose });
    tell(fresh.claims.videoId, 'kept');
  }

  /** Runs a request; what it brings is not kept when the viewer released the video since `count`, which is by default now. */
  async function unlessReleased(
    videoId: string,
    request: () => Promise<KeptGrant>,
    count = releaseCount(videoId),
  ): Promise<KeptGrant> {
    const fresh = await request();
    if (releaseCount(videoId) === count) return fresh;
    if (fresh.claims.purpose === 'offline') rows.owe(fresh.claims);
    throw new LayoverError('license/none', { videoId });
  }

  /**
   * Throws `license/too-tall` for one by which nothing that is downloaded could be played: better the one that is held, to its own
   * end. What was not held before is given back.
   */
  function assertIncluded({ claims }: KeptGrant, held: KeptGrant | null): void {
    const { videoId, licenseId, maxHeight } = claims;
    if (maxHeight === undefined || (from.leastHeight?.(videoId) ?? 0) <= maxHeight) return;
    if (licenseId !== held?.claims.licenseId) rows.owe(claims);
    throw new LayoverError('license/too-tall', { videoId });
  }

  async function acquire(videoId: string, purpose: LicensePurpose): Promise<Verdict> {
    const fresh = await unlessReleased(videoId, async () =>
      admit(await service.acquire(videoId, device.deviceId, purpose), videoId, purpose),
    );
    if (purpose === 'offline' && !fresh.claims.policy.can_persist)
      throw new LayoverError('license/not-allowed', { videoId });
    if (purpose === 'offline') assertIncluded(fresh, null);
    keep(fresh, purpose === 'offline' ? rows.read(videoId) : (streams.get(videoId) ?? null));
    return verdictOf(videoId);
  }

  const { renew, renewMany } = createRenewing({
    service,
    deviceId: device.deviceId,
    held: (videoId) => ownOf(rows.read(videoId)),
    current: (videoId) => writes.current(rows.read(videoId)),
    isForeign,
    releaseCount,
    acquire: (videoId) => acquire(videoId, 'offline'),
    async admit(videoId, count, ask) {
      const fresh = await unlessReleased(videoId, async () => admit(await ask(), videoId, 'offline'), count);
      assertIncluded(fresh, ownOf(rows.read(videoId)));
      return fresh;
    },
    keep,
    verdict: verdictOf,
  });

  async function contentKey(
    videoId: string,
    viewingId = NOBODY,
    use: Use = 'play',
    by?: LicensePurpose,
  ): Promise<Uint8Array> {
    const grant = usable(videoId, viewingId, use, by);
    const { license, claims: kept } = grant;
    // Before a byte of what is watched, and not of what is only downloaded.
    if (viewingId !== NOBODY && kept.purpose === 'offline') writes.assertWritten(grant);
    const cached = keys.get(videoId, license);
    if (cached) return cached;
    const { sealedContentKey, ...claims } = await verify(license, videoId);
    if (!isDeepStrictEqual(claims, kept)) throw new LayoverError('license/forged', { videoId });
    const key = await openContentKey(sealedContentKey, device);
    // Opening took a moment: the verdict may have ended, the license may be gone or another.
    if (usable(videoId, viewingId, use, by).license === license) keys.put(videoId, license, key);
    return key;
  }

  function recordWatched(videoId: string, watchedSeconds: number, viewing = ANYBODY): Verdict {
    const seconds = WatchedSeconds.parse(watchedSeconds);
    const { viewingId, durationSeconds, licensedBy } = viewing;
    const grant = grantOf(videoId, licensedBy);
    const before = judge(grant, videoId, viewingId);
    if (!grant || !before.allowed) return before;
    const nowMs = trustedTime.now();
    const durationMs = durationSeconds === null ? null : durationSeconds * SECOND_MS;
    if (seconds > 0) viewings.note(videoId, viewingId, nowMs, durationMs);
    if (grant.firstPlayAtMs !== null || seconds === 0) return judge(grant, videoId, viewingId);

    const watched = grant.watchedSeconds + seconds;
    const isFirstPlay = watched >= grant.claims.policy.play_start_grace_period_seconds;
    const begun = { firstPlayAtMs: nowMs, firstPlayLeapMs: trustedTime.leapMs() || undefined };
    const after = { ...grant, watchedSeconds: watched, ...(isFirstPlay ? begun : {}) };
    if (grant.claims.purpose === 'offline') {
      writes.write(after);
    } else {
      streams.set(videoId, after);
    }
    if (isFirstPlay) log.info('license/first-play', { videoId });
    tell(videoId, isFirstPlay ? 'first-play' : 'watched', viewingId);
    return judge(after, videoId, viewingId);
  }

  const flush = () => flushReleases({ rows, service, accountId: from.accountId, log });

  async function release(videoId: string): Promise<void> {
    releaseCounts.set(videoId, releaseCount(videoId) + 1);
    const held = rows.read(videoId);
    database.transaction(() => {
      rows.remove(videoId);
      if (held) rows.owe(held.claims);
    });
    streams.delete(videoId);
    writes.forget(videoId);
    viewings.end(videoId);
    keys.wipe(videoId);
    if (held) tell(videoId, 'released');
    await flush();
  }

  function takeBack(videoId: string): void {
    const held = ownOf(rows.read(videoId));
    if (!held) return;
    rows.write({ ...held, license: null, ended: { reason: 'revoked', sinceMs: trustedTime.now() } });
    keys.wipe(videoId);
    tell(videoId, 'taken-back');
  }

  function purgeExpired(): void {
    for (const grant of rows.all()) {
      if (grant.license === null) continue;
      const { videoId } = grant.claims;
      const ended = endedBy(judge(grant, videoId, NOBODY));
      if (ended && !isFinishing(grant, videoId)) rows.write({ ...grant, license: null, ended });
    }
    for (const [videoId, grant] of streams)
      if (endedBy(judge(grant, videoId, NOBODY)) && !isFinishing(grant, videoId)) streams.delete(videoId);
  }

  return {
    acquire,
    renew,
    renewMany,
    contentKey: (videoId, viewingId, licensedBy) => contentKey(videoId, viewingId, 'play', licensedBy),
    keyToStore: (videoId) => contentKey(videoId, NOBODY, 'store'),
    recordWatched,
    release,
    takeBack,
    purgeExpired,
    verdict: verdictOf,
    outlook(videoId) {
      const grant = playable(ownOf(rows.read(videoId)));
      return grant && outlookOf(grant.claims, grant, trustedTime.now());
    },
    maxHeight: (videoId, licensedBy) => grantOf(videoId, licensedBy)?.claims.maxHeight ?? null,
    endViewing: (videoId, viewingId) => viewings.end(videoId, viewingId),
    viewings: () => viewings.underWay(trustedTime.now()),
    flushReleases: flush,
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    held: () =>
      rows
        .all()
        .filter(isOwn)
        .map((grant) => grant.claims.videoId),
    holdings: () =>
      rows
        .all()
        .filter(isOwn)
        .map((grant) => {
          const { videoId, licenseId, issuedAtMs, policy, notBeforeMs } = grant.claims;
          const { firstPlayAtMs, watchedSeconds, ended } = grant;
          const claimed = { videoId, licenseId, issuedAtMs, policy, notBeforeMs };
          return { ...claimed, firstPlayAtMs, watchedSeconds, ended, isForeign: isForeign(grant) };
        }),
  };
}

/** Only the end of a window is final: a clock that is behind, or a policy, may change. */
function endedBy(result: Verdict): KeptGrant['ended'] {
  if (result.allowed || result.sinceMs === null) return null;
  switch (result.reason) {
    case 'license-expired':
    case 'rental-expired':
    case 'playback-expired':
    case 'renewal-overdue':
    case 'revoked':
      return { reason: result.reason, sinceMs: result.sinceMs };
    case 'no-license':
    case 'not-allowed':
    case 'not-yet':
    case 'clock-behind':
      return null;
  }
}
