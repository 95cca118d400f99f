import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { VideoRecord } from '../../encoder/drop.ts';
import type { ApiContext } from '../context.ts';
import type { RevokedKind } from '../db/revocations.ts';
import { changed } from '../license-terms.ts';
import {
  AuditAnswer,
  AuditQuery,
  LiftBody,
  RekeyAnswer,
  RekeyBody,
  RevokeAnswer,
  RevokeBody,
  RotateBody,
  SigningKeysAnswer,
  TermsAnswer,
  TermsBody,
  TermsQuery,
} from '../operator.ts';
import type { Revoked } from '../operator.ts';
import { Problem } from '../problem.ts';
import { rekey } from '../rekey.ts';
import { common, done, refusal } from './answers.ts';
import type { App } from './answers.ts';

/** What an operator does: terms, revocation, keys. Each is in the audit log, with its reason. */
export function operatorRoutes(app: App, context: ApiContext): void {
  const { clock, database, layout, planTerms, signer } = context;
  const tags = ['operator'];

  app.get(
    '/operator/terms',
    {
      schema: {
        operationId: 'readTerms',
        summary: 'The terms of each plan, as they are now, and what was changed',
        tags,
        querystring: TermsQuery,
        response: { 200: TermsAnswer, ...common },
      },
    },
    async ({ query: { titleId = '' } }) => {
      const changes = await database.terms.all();
      const of = async (plan: keyof typeof planTerms) =>
        changed(planTerms[plan], await database.terms.concerning(plan, titleId));
      const [basic, standard, premium] = [await of('basic'), await of('standard'), await of('premium')];
      return {
        plans: { basic, standard, premium },
        changes: changes.map(({ change, ...where }) => ({ ...where, terms: change })),
      };
    },
  );

  app.put(
    '/operator/terms',
    {
      schema: {
        operationId: 'changeTerms',
        summary: 'Change the terms of a plan, a title, or a title under a plan',
        description: 'Licenses given before keep their terms until they are renewed.',
        tags,
        body: TermsBody,
        response: { 204: done, ...common, 415: refusal },
      },
    },
    async ({ body: { plan = null, titleId = null, terms, reason } }, reply) => {
      await database.terms.put(plan, titleId, terms);
      const what = `${plan ?? 'all plans'}, ${titleId ?? 'all titles'}: ${JSON.stringify(terms)}: ${reason}`;
      database.audit.note({ kind: 'terms-changed', reason: what, atMs: clock.now() });
      return reply.code(204).send(null);
    },
  );

  app.post(
    '/operator/revocations',
    {
      schema: {
        operationId: 'revoke',
        summary: 'Take back a license, or all of a device or a title',
        tags,
        body: RevokeBody,
        response: { 200: RevokeAnswer, ...common, 415: refusal },
      },
    },
    async ({ body: { which, reason } }) => {
      const atMs = clock.now();
      await database.revocations.put(...named(which), reason, atMs);
      const taken = await database.licenses.revoke(which, reason, atMs);
      return { licenseIds: taken.map(({ licenseId }) => licenseId) };
    },
  );

  app.post(
    '/operator/revocations/lift',
    {
      schema: {
        operationId: 'liftRevocation',
        summary: 'Give licenses again: to a device, of a title, or in place of one that was taken back',
        tags,
        body: LiftBody,
        response: { 204: done, ...common, 404: refusal, 415: refusal },
      },
    },
    async ({ body: { which, reason } }, reply) => {
      const [kind, id] = named(which);
      if (!(await database.revocations.lift(kind, id))) throw new Problem('not-found');
      database.audit.note({
        kind: 'revocation-lifted',
        reason: `${kind} ${id}: ${reason}`,
        atMs: clock.now(),
      });
      return reply.code(204).send(null);
    },
  );

  /** One after the other: two of the same video would take each other's files. */
  let rekeyed: Promise<unknown> = Promise.resolve();
  async function rekeyOne(videoId: string, reason: string): Promise<string> {
    const file = path.join(layout.encodes, videoId, 'video.json');
    const text = await readFile(file, 'utf8').catch((cause: unknown) => {
      throw new Problem('not-found', undefined, { cause });
    });
    const atMs = clock.now();
    // The old one stays known: licenses under it are renewed with it.
    await database.contentKeys.note(videoId, VideoRecord.parse(JSON.parse(text)).contentKeyHex, atMs);
    const keyHex = randomBytes(16).toString('hex');
    const contentKeyId = await database.contentKeys.note(videoId, keyHex, atMs);
    await rekey(layout, videoId, { keyHex, keyId: contentKeyId.slice(0, 12) });
    database.audit.note({ kind: 'content-key-rotated', reason, atMs, videoId });
    return contentKeyId;
  }

  app.post(
    '/operator/content-keys',
    {
      schema: {
        operationId: 'rotateContentKey',
        summary: 'Encrypt a video anew, under another key',
        description:
          'Licenses that are out keep the old key, and are renewed with it: what is downloaded plays on. New ones carry the new key.',
        tags,
        body: RekeyBody,
        response: { 200: RekeyAnswer, ...common, 404: refusal, 415: refusal },
      },
    },
    async ({ body: { videoId, reason } }) => {
      const done = rekeyed.then(() => rekeyOne(videoId, reason));
      rekeyed = done.catch(() => undefined);
      return { contentKeyId: await done };
    },
  );

  async function signingKeys() {
    const published = new Set((await signer.publicKeys(clock.now())).map(({ kid }) => kid));
    const keys = await database.signingKeys.all();
    return {
      keys: keys.map(({ kid, madeAtMs, retiredAtMs }) => ({
        kid,
        madeAtMs,
        retiredAtMs,
        isPublished: published.has(kid),
      })),
    };
  }

  app.get(
    '/operator/signing-keys',
    {
      schema: {
        operationId: 'signingKeys',
        summary: 'The keys that licenses are or were signed with',
        tags,
        response: { 200: SigningKeysAnswer, ...common },
      },
    },
    signingKeys,
  );

  app.post(
    '/operator/signing-keys',
    {
      schema: {
        operationId: 'rotateSigningKey',
        summary: 'Sign with another key from now on; the last one is published while a license needs it',
        tags,
        body: RotateBody,
        response: { 200: SigningKeysAnswer, ...common, 415: refusal },
      },
    },
    async ({ body: { reason } }) => {
      const kid = await signer.rotate(clock.now());
      database.audit.note({ kind: 'signing-key-rotated', reason: `${kid}: ${reason}`, atMs: clock.now() });
      return signingKeys();
    },
  );

  app.get(
    '/operator/audit',
    {
      schema: {
        operationId: 'audit',
        summary: 'Everything that happened to licenses, of one account or of all',
        tags,
        querystring: AuditQuery,
        response: { 200: AuditAnswer, ...common },
      },
    },
    async ({ query: { since, accountId = null } }) => ({
      entries: await database.audit.read(accountId, since),
    }),
  );
}

function named(which: Revoked): [RevokedKind, string] {
  if ('deviceId' in which) return ['device', which.deviceId];
  return 'titleId' in which ? ['title', which.titleId] : ['license', which.licenseId];
}
