import { decodeProtectedHeader } from 'jose';
import type { Database } from '../database/types.ts';
import { CheckInBody } from '../shared/check-in.ts';
import type { CheckInStatement } from '../shared/check-in.ts';
import { asLayoverError, LayoverError } from '../shared/errors.ts';
import type { Clock, Log } from '../shared/platform.ts';
import { HOUR_MS, MINUTE_MS } from '../shared/units.ts';
import type { Bytes, Ms } from '../shared/units.ts';
import { amended } from './amend.ts';
import type { TimeFound } from './amend.ts';
import { createCheckInRows } from './check-in-rows.ts';
import type { LicenseKey } from './claims.ts';
import type { Device } from './device.ts';
import { createGrantRows } from './grant-rows.ts';
import type { KeptGrant } from './grant-rows.ts';
import { sealForEscrow, verifyStatement } from './statement.ts';
import type { PersistentTrustedTime } from './trusted-time.ts';
import type { CheckInService } from './types.ts';
import { CLOCK_TOLERANCE_MS } from './verdict.ts';

/** Meetings with the service: what was done here is told, and its word on time and licenses is followed. */
export interface CheckIns {
  /** There is a reason to meet: a way to the service. Not more often than once a minute. */
  look(): void;
  /** Something is to be told at once: a first play, which an older copy of the folder would forget. */
  tell(): void;
  /** The service named a time, unsigned: where it differs from what is known, a signed one is asked for. */
  hint(serviceMs: Ms): void;
  /** When the service's word was last heard; null: never under this account. */
  lastHeardAtMs(): Ms | null;
  /** Meets now. Errors: of the service; `license/forged` for a word that is not its own. */
  now(): Promise<void>;
  /** Resolves when nothing is under way any more. */
  stop(): Promise<void>;
}

export interface CheckInDeps {
  readonly database: Database;
  readonly device: Device;
  readonly service: CheckInService;
  readonly trustedTime: PersistentTrustedTime;
  readonly clock: Clock;
  readonly log: Log;
  random(sizeBytes: Bytes): Uint8Array;
  accountId(): string | null;
  licenseKeys(): readonly LicenseKey[];
  /** All that is known from now on: what the service named, and what held licenses are still verified with. */
  keepLicenseKeys(keys: LicenseKey[]): void;
  /** The service answers, and somebody is signed in. */
  isOnline(): boolean;
  /** Licenses of these videos are others now than they were. */
  onAmended(videoIds: string[]): void;
  /** The service no longer counts these as held here. */
  onReleased(videoIds: string[]): void;
  /** A meeting is over, well or not: whatever needs its word may go on. */
  onMet(): void;
  /** For the viewer: `license/replay-found`, `license/clock-corrected`. */
  onNotice(notice: LayoverError): void;
}

const EVERY_MS: Ms = 6 * HOUR_MS;
const AT_MOST_EVERY_MS: Ms = MINUTE_MS;
const LONGEST_RETRY_MS: Ms = HOUR_MS;
const NONCE_BYTES: Bytes = 18;

export function createCheckIns(deps: CheckInDeps): CheckIns {
  const { database, device, service, trustedTime, clock, log } = deps;
  const rows = createCheckInRows({ database, deviceSecret: device.deviceSecret, log });
  const grants = createGrantRows({ database, deviceSecret: device.deviceSecret, log });
  const ended = new AbortController();
  let pause: AbortController | undefined;
  let meeting: Promise<void> | undefined;
  let failures = 0;
  let isToTell = false;
  let metAtMs = -Infinity;

  const randomText = () => Buffer.from(deps.random(NONCE_BYTES)).toString('base64url');

  /** Says what is so here, and follows what comes back. */
  async function meet(accountId: string): Promise<void> {
    const own = () =>
      grants
        .all()
        .filter(({ claims }) => claims.accountId === accountId && claims.deviceId === device.deviceId);
    const before = rows.read(accountId);
    const requestId = before.requestId ?? randomText();
    rows.write(accountId, { ...before, requestId });
    const held = own();
    const kids = kidsOf(held);
    const nonce = randomText();
    const body = CheckInBody.parse({
      counter: before.counter,
      requestId,
      nonce,
      floorMs: trustedTime.now(),
      kids: [...new Set([...kids, ...deps.licenseKeys().map(({ kid }) => kid)])].slice(0, 50),
      held: held.map(({ claims }) => claims.licenseId).slice(0, 1000),
      firstPlays: held
        .flatMap(({ claims: { licenseId, issuedAtMs }, firstPlayAtMs }) =>
          firstPlayAtMs === null ? [] : [{ licenseId, issuedAtMs, atMs: firstPlayAtMs }],
        )
        .slice(0, 1000),
    });
    const { statement } = await service.checkIn(device.deviceId, body);
    const licenseKeys = deps.licenseKeys();
    const { word, kid } = await verifyStatement(statement, { licenseKeys, deviceId: device.deviceId, nonce });
    if (deps.accountId() !== accountId) return;

    // Only who signed what is held here may take time back: keys come with a sign-in, and that may be anybody's.
    const time = kids.size === 0 || kids.has(kid) ? followTime(word.nowMs) : raiseTime(word.nowMs);
    const changed = database.transaction(() => {
      rows.write(accountId, {
        ...rows.read(accountId),
        counter: word.counter,
        requestId: null,
        heardAtMs: trustedTime.now(),
      });
      return own().flatMap((grant) => {
        const fresh = amended(grant, word, time);
        if (fresh === grant) return [];
        grants.write(fresh);
        return [fresh.claims.videoId];
      });
    });
    keepKeys(word, kidsOf(own()));
    if (word.replayed) {
      log.warn('license/replay-found', { changed: changed.length });
      deps.onNotice(new LayoverError('license/replay-found'));
    }
    if (changed.length > 0) deps.onAmended(changed);
    const released = own().filter(({ claims }) => word.released.includes(claims.licenseId));
    if (released.length > 0) deps.onReleased(released.map(({ claims }) => claims.videoId));
    await leaveSecret(accountId, word);
    log.info('license/met', { counter: word.counter, replayed: word.replayed });
  }

  function followTime(serviceMs: Ms): TimeFound {
    const leapMs = trustedTime.leapMs();
    const differenceMs = serviceMs - trustedTime.now();
    trustedTime.observeServiceTime(serviceMs);
    if (Math.abs(serviceMs - clock.now()) > CLOCK_TOLERANCE_MS)
      deps.onNotice(new LayoverError('license/clock-corrected'));
    return { shiftMs: differenceMs < -CLOCK_TOLERANCE_MS ? differenceMs : 0, leapMs };
  }
  function raiseTime(serviceMs: Ms): null {
    trustedTime.atLeast(serviceMs);
    return null;
  }

  /** A retired key stays until no license here was signed with it. */
  function keepKeys(word: CheckInStatement, inUse: ReadonlySet<string>): void {
    const named = new Set(word.licenseKeys.map(({ kid }) => kid));
    const retired = deps.licenseKeys().filter(({ kid }) => !named.has(kid) && inUse.has(kid));
    const next = [...word.licenseKeys, ...retired];
    const idsOf = (keys: readonly LicenseKey[]) => keys.map(({ kid }) => kid).join(' ');
    if (idsOf(next) !== idsOf(deps.licenseKeys())) deps.keepLicenseKeys(next);
  }

  /** Once for each escrow key; a failure is no reason to call the meeting one. */
  async function leaveSecret(accountId: string, { escrowKey }: CheckInStatement): Promise<void> {
    const escrowedTo = `${device.deviceId} ${escrowKey.x}`;
    if (rows.read(accountId).escrowedTo === escrowedTo) return;
    try {
      await service.putEscrow(device.deviceId, await sealForEscrow(device, escrowKey));
      rows.write(accountId, { ...rows.read(accountId), escrowedTo });
    } catch (thrown) {
      log.info('license/not-in-escrow', { code: asLayoverError(thrown).code });
    }
  }

  function now(): Promise<void> {
    const accountId = deps.accountId();
    if (accountId === null) return Promise.reject(new LayoverError('auth/signed-out'));
    meeting ??= meet(accountId).finally(() => {
      meeting = undefined;
      metAtMs = clock.monotonic();
      deps.onMet();
    });
    return meeting;
  }

  function sleep(ms: Ms): void {
    pause?.abort();
    if (ended.signal.aborted || !deps.isOnline()) return;
    pause = new AbortController();
    clock.sleep(ms, pause.signal).then(run, () => undefined);
  }

  function run(): void {
    if (ended.signal.aborted || !deps.isOnline()) return;
    now().then(
      () => {
        failures = 0;
        if (isToTell) tell();
        else sleep(EVERY_MS);
      },
      (thrown: unknown) => {
        if (ended.signal.aborted) return;
        log.info('license/check-in-failed', { code: asLayoverError(thrown).code });
        sleep(Math.min(LONGEST_RETRY_MS, AT_MOST_EVERY_MS * 2 ** Math.min(failures++, 10)));
      },
    );
  }

  function look(): void {
    if (meeting) return;
    const waitMs = metAtMs + AT_MOST_EVERY_MS - clock.monotonic();
    if (waitMs <= 0) return run();
    deps.onMet();
    sleep(waitMs);
  }

  function tell(): void {
    isToTell = meeting !== undefined;
    if (!isToTell) run();
  }

  return {
    look,
    tell,
    hint(serviceMs) {
      const isOther = Math.abs(serviceMs - trustedTime.now()) > CLOCK_TOLERANCE_MS;
      if ((isOther || trustedTime.isClockBehind()) && deps.accountId() !== null) look();
    },
    now,
    lastHeardAtMs() {
      const accountId = deps.accountId();
      return accountId === null ? null : rows.read(accountId).heardAtMs;
    },
    async stop() {
      ended.abort();
      pause?.abort();
      await meeting?.catch(() => undefined);
    },
  };
}

/** With which keys these were signed. */
function kidsOf(grants: readonly KeptGrant[]): Set<string> {
  return new Set(
    grants.flatMap(({ license }) => (license === null ? [] : (decodeProtectedHeader(license).kid ?? []))),
  );
}
