import { createHash, randomBytes } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { DAY_MS } from '../../src/shared/units.ts';
import type { Ms } from '../../src/shared/units.ts';
import { ratingOrder } from '../../src/shared/catalog.ts';
import type { ApiContext } from './context.ts';
import type { Account, ProfileRecord } from './db/accounts.ts';
import type { Viewer } from './db/cards.ts';
import type { LicensedTitle } from './db/titles.ts';
import { Problem } from './problem.ts';

/** Who calls: an account on one device. */
export interface Session {
  readonly account: Account;
  readonly deviceId: string;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Set before every handler of a signed-in route. */
    session: Session;
  }
}

export const TOKEN_VALID_MS: Ms = 180 * DAY_MS;

/** An opaque token, and what the database keeps of it. */
export function makeToken(): { token: string; tokenHash: string } {
  const token = randomBytes(32).toString('base64url');
  return { token, tokenHash: hashToken(token) };
}

// Plain SHA-256: a token is 256 random bits, there is nothing to guess.
const hashToken = (token: string): string => createHash('sha256').update(token).digest('hex');

/** 401 unauthorized | token-expired. */
export async function authenticate(
  { database, clock }: ApiContext,
  request: FastifyRequest,
): Promise<Session> {
  const [, token] = /^Bearer ([\w-]{1,200})$/i.exec(request.headers.authorization ?? '') ?? [];
  const found = token === undefined ? undefined : await database.accounts.session(hashToken(token));
  if (!found) throw new Problem('unauthorized');
  if (found.expiresAtMs <= clock.now()) throw new Problem('token-expired');
  await database.accounts.seen(found.account.accountId, found.deviceId, clock.now());
  return { account: found.account, deviceId: found.deviceId };
}

/** A token speaks for the device that it was given to, and for no other. */
export function requireDevice(session: Session, deviceId: string): void {
  if (session.deviceId !== deviceId) throw new Problem('unauthorized', 'This device is not signed in.');
}

/** 404 unknown-profile. */
export async function requireProfile(
  { database }: ApiContext,
  { account }: Session,
  profileId: string,
): Promise<ProfileRecord> {
  const profiles = await database.accounts.profiles(account.accountId);
  const profile = profiles.find((candidate) => candidate.profileId === profileId);
  if (!profile) throw new Problem('unknown-profile');
  return profile;
}

export function viewerOf({ account }: Session, profile: ProfileRecord): Viewer {
  return { country: account.country, maturityRank: ratingOrder.indexOf(profile.maturityLimit) };
}

/**
 * May this account have it at all? In the order in which such a service decides: 403 subscription-inactive,
 * 451 not-in-country, 404 not-found.
 */
export function requireLicensed({ account }: Session, found: LicensedTitle | undefined): LicensedTitle {
  if (account.status !== 'active') throw new Problem('subscription-inactive');
  if (found && !found.isLicensedIn(account.country)) throw new Problem('not-in-country');
  if (!found) throw new Problem('not-found');
  return found;
}
