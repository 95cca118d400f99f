import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { Id } from '../../src/shared/catalog.ts';
import type { ApiContext } from './context.ts';
import { Plan } from './db/accounts.ts';
import { AuditEntry } from './db/audit.ts';
import { LicenseTerms, TermsChange } from './license-terms.ts';
import { Problem } from './problem.ts';

/** What an operator sends and gets, under `/api/v1/operator`. No client of viewers calls these. */

const Reason = z.string().min(1).max(500);

/** PUT /operator/terms: what differs for a title, a plan, or both. It takes the place of what was said before. */
export const TermsBody = z.object({
  /** Absent: for all plans. */
  plan: Plan.optional(),
  /** Absent: for all titles. */
  titleId: Id.optional(),
  /** null takes back what was changed. */
  terms: TermsChange.nullable(),
  reason: Reason,
});
/** GET /operator/terms. `titleId`: the terms as they are for that title. */
export const TermsQuery = z.object({ titleId: Id.optional() });
export const TermsAnswer = z.object({
  plans: z.object({ basic: LicenseTerms, standard: LicenseTerms, premium: LicenseTerms }),
  changes: z.array(
    z.object({ plan: Plan.nullable(), titleId: Id.nullable(), terms: z.record(z.string(), z.unknown()) }),
  ),
});

export const Revoked = z.union([
  z.strictObject({ licenseId: Id }),
  z.strictObject({ deviceId: Id }),
  z.strictObject({ titleId: Id }),
]);
export type Revoked = z.infer<typeof Revoked>;
/**
 * POST /operator/revocations: a license, or all of a device or a title. Until it is lifted there is no other: for that
 * video on that device, for the device, of the title.
 */
export const RevokeBody = z.object({ which: Revoked, reason: Reason });
export const RevokeAnswer = z.object({ licenseIds: z.array(Id) });
/**
 * POST /operator/revocations/lift: whoever lost a license by it hears at the next check-in that it is not held any more, and may ask
 * for another. 404: nothing to lift.
 */
export const LiftBody = z.object({ which: Revoked, reason: Reason });

/** POST /operator/content-keys: encrypts a video anew, under a key that nobody has seen. Answers when that is done. 404. */
export const RekeyBody = z.object({ videoId: Id, reason: Reason });
export const RekeyAnswer = z.object({ contentKeyId: z.string() });

/** POST /operator/signing-keys: another key signs from now on. */
export const RotateBody = z.object({ reason: Reason });
export const SigningKeysAnswer = z.object({
  keys: z.array(
    z.object({
      kid: z.string(),
      madeAtMs: z.int(),
      retiredAtMs: z.int().nullable(),
      /** Whether clients are still given it. */
      isPublished: z.boolean(),
    }),
  ),
});

/** GET /operator/audit: oldest first, a thousand at most; go on with the `seq` of the last. */
export const AuditQuery = z.object({
  since: z.coerce.number().int().nonnegative().default(0),
  accountId: Id.optional(),
});
export const AuditAnswer = z.object({ entries: z.array(AuditEntry) });

/** 401 unauthorized, unless the call carries the operator's token. */
export function requireOperator({ operatorToken }: ApiContext, request: FastifyRequest): void {
  const [, token = ''] = /^Bearer ([\w-]{1,200})$/i.exec(request.headers.authorization ?? '') ?? [];
  const digest = (text: string) => createHash('sha256').update(text).digest();
  if (operatorToken === null || !timingSafeEqual(digest(token), digest(operatorToken)))
    throw new Problem('unauthorized', 'This is for operators: send their token.');
}
