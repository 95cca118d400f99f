import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { withinMaturity } from '../../src/shared/catalog.ts';
import type { LicensePurpose } from '../../src/shared/license.ts';
import type { Ms } from '../../src/shared/units.ts';
import { VideoRecord } from '../encoder/drop.ts';
import type { ApiContext } from './context.ts';
import type { Plan } from './db/accounts.ts';
import type { Granted, NewLicense } from './db/licenses.ts';
import { changed, heldUntil } from './license-terms.ts';
import type { LicenseTerms } from './license-terms.ts';
import { sealContentKey } from './license-signer.ts';
import { Problem } from './problem.ts';
import type { ProblemCode } from './problem.ts';
import { requireDevice, requireLicensed, requireProfile } from './session.ts';
import type { Session } from './session.ts';

/** A license as it goes out, and the service's time. */
export interface Issued {
  readonly license: string;
  readonly nowMs: Ms;
}

/** The terms of a plan for a title, with all that an operator changed about them. */
export async function termsFor(
  { database, planTerms }: Pick<ApiContext, 'database' | 'planTerms'>,
  plan: Plan,
  titleId: string,
): Promise<LicenseTerms> {
  return changed(planTerms[plan], await database.terms.concerning(plan, titleId));
}

/** Decides who gets a license, and writes it. Whatever it refuses is a Problem, and in the audit log. */
export function createIssuing(context: ApiContext) {
  const { clock, database } = context;

  /** The content key that the video has now. 404 not-found. */
  async function currentKey(videoId: string): Promise<string> {
    const file = path.join(context.layout.encodes, videoId, 'video.json');
    const text = await readFile(file, 'utf8').catch((cause: unknown) => {
      throw new Problem('not-found', 'The video is not ready.', { cause });
    });
    return VideoRecord.parse(JSON.parse(text)).contentKeyHex;
  }

  /** What one license of the account carried, whichever device held it; undefined: there is no such license of that video. */
  async function keyOfLicense(
    { account }: Session,
    videoId: string,
    licenseId: string | undefined,
  ): Promise<string | undefined> {
    const before =
      licenseId === undefined ? undefined : await database.licenses.find(account.accountId, licenseId);
    if (before?.videoId !== videoId || before.contentKeyId === null) return undefined;
    return database.contentKeys.find(videoId, before.contentKeyId);
  }

  /** Refusals are told to the caller and written down. */
  async function orNoted<T>(about: Parameters<typeof note>[0], work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (thrown) {
      if (thrown instanceof Problem && thrown.status < 500) note(about, thrown.code);
      throw thrown;
    }
  }
  function note(
    about: { session: Session; videoId?: string; licenseId?: string },
    reason: ProblemCode,
  ): void {
    const { session, ...which } = about;
    const { deviceId, account } = session;
    const { accountId } = account;
    database.audit.note({ kind: 'refused', reason, atMs: clock.now(), accountId, deviceId, ...which });
  }

  /** In the order in which such a service decides: subscription, country, title, revocation, maturity, policy. */
  async function admit(
    session: Session,
    asked: { videoId: string; purpose: LicensePurpose; profileId?: string | undefined },
  ) {
    const { title } = requireLicensed(session, await database.titles.ofVideo(asked.videoId));
    const { titleId } = title;
    const { deviceId } = session;
    if ((await database.revocations.standing({ deviceId, titleId, videoId: asked.videoId })) !== undefined)
      throw new Problem('revoked');
    if (asked.profileId !== undefined) {
      const profile = await requireProfile(context, session, asked.profileId);
      if (!withinMaturity(title.maturityRating, profile.maturityLimit)) throw new Problem('restricted');
    }
    const terms = await termsFor(context, session.account.plan, title.titleId);
    const policy = terms[asked.purpose];
    if (!policy.can_play || (asked.purpose === 'offline' && !policy.can_persist))
      throw new Problem('not-allowed');
    return { title, terms, policy };
  }

  /** Signs first and grants then: what was granted has always been made. */
  async function write(
    record: Omit<NewLicense, 'kid'>,
    terms: LicenseTerms,
    contentKeyHex: string,
    grant: (license: NewLicense) => Promise<Granted>,
  ): Promise<Issued> {
    const { licenseId, videoId, accountId, deviceId, purpose, issuedAtMs } = record;
    const device = await database.accounts.device(accountId, deviceId);
    if (!device) throw new Problem('unauthorized', 'This device is not signed in.');
    const { license, kid } = await context.signer.sign({
      licenseId,
      videoId,
      accountId,
      deviceId,
      purpose,
      issuedAtMs,
      policy: terms[purpose],
      ...(terms.notBeforeMs > 0 ? { notBeforeMs: terms.notBeforeMs } : {}),
      ...(terms.maxHeight > 0 ? { maxHeight: terms.maxHeight } : {}),
      sealedContentKey: await sealContentKey(Buffer.from(contentKeyHex, 'hex'), device.publicKey),
    });
    const granted = await grant({ ...record, kid });
    if (granted.refused === 'yearly-limit')
      throw new Problem('yearly-limit', undefined, { availableAtMs: granted.availableAtMs });
    if (granted.refused !== null) throw new Problem(granted.refused);
    return { license, nowMs: clock.now() };
  }

  async function acquire(
    session: Session,
    asked: {
      videoId: string;
      deviceId: string;
      purpose: LicensePurpose;
      profileId?: string | undefined;
      inPlaceOf?: string | undefined;
    },
  ): Promise<Issued> {
    requireDevice(session, asked.deviceId);
    const { videoId, deviceId, purpose } = asked;
    const { title, terms, policy } = await orNoted({ session, videoId }, () => admit(session, asked));
    const issuedAtMs = clock.now();
    const keyHex = (await keyOfLicense(session, videoId, asked.inPlaceOf)) ?? (await currentKey(videoId));
    const record = {
      licenseId: randomUUID(),
      accountId: session.account.accountId,
      deviceId,
      titleId: title.titleId,
      videoId,
      supplier: title.supplier ?? null,
      purpose,
      issuedAtMs,
      heldUntilMs: heldUntil(policy, issuedAtMs),
      contentKeyId: await database.contentKeys.note(videoId, keyHex, issuedAtMs),
    };
    return write(record, terms, keyHex, (license) => database.licenses.issue(license, terms));
  }

  /** New windows by the terms of today, with the content key that the license has carried from the first. */
  async function renew(session: Session, licenseId: string): Promise<Issued> {
    const held = await database.licenses.find(session.account.accountId, licenseId);
    if (!held || held.deviceId !== session.deviceId) throw new Problem('not-found');
    const { videoId, contentKeyId } = held;
    const { terms, policy } = await orNoted({ session, videoId, licenseId }, async () => {
      const admitted = await admit(session, held);
      // What was taken back counts as given back once that is lifted: the device may ask for another one.
      const isHeld = held.releasedAtMs === null && held.revokedAtMs === null;
      if (!isHeld || !admitted.policy.can_renew) throw new Problem('not-allowed');
      return admitted;
    });
    const issuedAtMs = clock.now();
    const kept = contentKeyId === null ? undefined : await database.contentKeys.find(videoId, contentKeyId);
    const { releasedAtMs: _released, revokedAtMs: _revoked, revokedBecause: _why, ...rest } = held;
    const record = { ...rest, issuedAtMs, heldUntilMs: heldUntil(policy, issuedAtMs) };
    return write(record, terms, kept ?? (await currentKey(videoId)), (license) =>
      database.licenses.renew(license, terms),
    );
  }

  return { acquire, renew };
}
export type Issuing = ReturnType<typeof createIssuing>;
