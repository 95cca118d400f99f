import type { CheckInBody } from '../shared/check-in.ts';
import type { LayoverError } from '../shared/errors.ts';
import type { LicensePolicy, LicensePurpose, Verdict } from '../shared/license.ts';
import type { Ms, Seconds } from '../shared/units.ts';
import type { Outlook } from './outlook.ts';
import type { GrantState } from './verdict.ts';
import type { ViewingUnderWay } from './viewings.ts';

/** How license/ speaks with the service; engine/ gives it one made of the service client. */
export interface LicenseService {
  /** `inPlaceOf`: a license whose content key it is to carry, where the video has another one by now. */
  acquire(
    videoId: string,
    deviceId: string,
    purpose: LicensePurpose,
    inPlaceOf?: string,
  ): Promise<{ license: string; nowMs: Ms }>;
  renew(licenseId: string, deviceId: string): Promise<{ license: string; nowMs: Ms }>;
  /** Several in one request, at most `MOST_RENEWALS`: an answer for each, in that order. Throws where there is no answer at all. */
  renewMany(
    licenseIds: readonly string[],
    deviceId: string,
  ): Promise<({ license: string; nowMs: Ms } | { error: LayoverError })[]>;
  release(licenseId: string, deviceId: string): Promise<void>;
}

/** What a check-in asks; see shared/check-in.ts. */
export interface CheckInService {
  checkIn(deviceId: string, body: CheckInBody): Promise<{ statement: string }>;
  putEscrow(deviceId: string, sealedDeviceSecret: string): Promise<void>;
}

/** Public half of this installation's identity; the private halves never leave license/. */
export interface DeviceIdentity {
  readonly deviceId: string;
  readonly publicKey: { kty: 'EC'; crv: 'P-256'; x: string; y: string };
  /** 32 bytes that the store mixes into every key wrap: a copied folder opens nothing elsewhere. */
  readonly deviceSecret: Uint8Array;
}

/** A clock that never goes back: see design decision 8. */
export interface TrustedTime {
  now(): Ms;
  /** True when the machine's clock is behind the floor by more than a small tolerance. */
  isClockBehind(): boolean;
  /**
   * The largest step forward that the machine's clock alone has made since the service's last word (a start, a clock that was
   * set); 0: none over the tolerance. Where time turns out to be wrong, that step is why.
   */
  leapMs(): Ms;
  /**
   * The service's signed word on the time, fresh: raises the floor, and lowers one that a mad clock had set too
   * high. What is not signed, or may be an old word, is not for this.
   */
  observeServiceTime(nowMs: Ms): void;
  /** It is not earlier than that: a genuine license was issued then, whenever its answer came. Only raises the floor. */
  atLeast(ms: Ms): void;
}

/** A license for offline use as it is held here, for whoever plans by it or draws it: no key, no signature. */
export interface HeldLicense {
  readonly videoId: string;
  readonly licenseId: string;
  readonly issuedAtMs: Ms;
  readonly policy: LicensePolicy;
  readonly notBeforeMs?: Ms | undefined;
  readonly firstPlayAtMs: Ms | null;
  /** Watched within the grace period, before first play. */
  readonly watchedSeconds: Seconds;
  readonly ended: GrantState['ended'];
  /** It was given to an identity that this computer has lost: plays nothing until it is replaced. */
  readonly isForeign: boolean;
}

/** `watched`: within the grace period, before first play. */
export type LicenseChange = 'kept' | 'watched' | 'first-play' | 'released' | 'taken-back';

/** What became of one renewal. */
export type RenewalOutcome =
  | { readonly videoId: string; readonly verdict: Verdict }
  | { readonly videoId: string; readonly error: LayoverError };

export interface RenewedHow {
  /** `kept`: nobody asked for it, so a playback window that has begun goes on, and only the others begin anew. Default: cleared. */
  readonly firstPlay: 'cleared' | 'kept';
  /** The service said that it no longer counts this license as held: another one is asked for at once. */
  readonly isGone?: boolean;
}

/** One player in one window, from play to stop. */
export interface WatchedIn {
  readonly viewingId: string;
  /** Of the video; null: not known, and then soft enforcement has no end of its own. */
  readonly durationSeconds: Seconds | null;
  /** `stream`: by that license, though there is one for offline use, whose key does not open what is watched. */
  readonly licensedBy?: LicensePurpose | undefined;
}

/** Decides, alone and offline, whether a byte may be played, and holds the key to it. Errors: `license/*`. */
export interface Licenses {
  /** Gets a license and keeps it (offline) or holds it in memory for this run (stream). */
  acquire(videoId: string, purpose: LicensePurpose): Promise<Verdict>;
  /**
   * The license for offline use where there is one, else the one for streaming. `viewingId`: who asks is a
   * viewing that `recordWatched` knows, which may be one that soft enforcement lets finish. `licensedBy`: see `WatchedIn`.
   */
  verdict(videoId: string, viewingId?: string, licensedBy?: LicensePurpose): Verdict;
  /** What the license for offline use will say at other times; null: there is none. */
  outlook(videoId: string): Outlook | null;
  /** The tallest picture that its license includes; null: any. */
  maxHeight(videoId: string, licensedBy?: LicensePurpose): number | null;
  /** The content key while that verdict allows; throws its refusal as an error otherwise. */
  contentKey(videoId: string, viewingId?: string, licensedBy?: LicensePurpose): Promise<Uint8Array>;
  /** The same for storing what is downloaded, which may come before its time has. */
  keyToStore(videoId: string): Promise<Uint8Array>;
  /**
   * Counts really watched time, none while it is paused; after `play_start_grace_period` it writes first play, once, durably, before
   * it returns. Gives the verdict as it is then, for that viewing.
   */
  recordWatched(videoId: string, watchedSeconds: Seconds, viewing?: WatchedIn): Verdict;
  /**
   * The viewing that `recordWatched` began is over (stop, end, window closed): what soft enforcement let go on
   * past its end does not go on any further. Without an id: every viewing of the video.
   */
  endViewing(videoId: string, viewingId?: string): void;
  /** Those under way. */
  viewings(): ViewingUnderWay[];
  /**
   * Same content key, new windows; where the service no longer knows the license (this device was removed from the
   * account, and is back) or a revocation was lifted, another one. Needs the service.
   */
  renew(videoId: string, how?: RenewedHow): Promise<Verdict>;
  /**
   * The same for several, by one request, whose answer counts for each by itself. Never throws: an outcome each, in order; where the
   * service did not answer at all, that error for all of them.
   */
  renewMany(videoIds: readonly string[], how?: RenewedHow): Promise<RenewalOutcome[]>;
  /** The service took it back: key and license go, and what was stored stays locked. */
  takeBack(videoId: string): void;
  /** Forgets the license here at once; tells the service now or, offline, when it is back. */
  release(videoId: string): Promise<void>;
  /** Sends releases that are owed. Returns how many still are. */
  flushReleases(): Promise<number>;
  /** Drops content keys of licenses whose windows have ended; policy and first play stay. */
  purgeExpired(): void;
  /** Which videos have an offline license (valid or ended). */
  held(): string[];
  /** These licenses themselves; the signed-in account's. */
  holdings(): HeldLicense[];
  /** After it was written: a license came (for the first time, or with new windows) or went, or something was watched
   * under it up to first play, by that viewing. */
  onChange(listener: (videoId: string, what: LicenseChange, viewingId?: string) => void): () => void;
}
