import {
  LicenseAnswer,
  LicenseBody,
  LicenseKeysAnswer,
  LicenseParams,
  LicenseRenewBody,
  LicensesRenewAnswer,
  LicensesRenewBody,
} from '../../../src/shared/service-api.ts';
import type { ApiContext } from '../context.ts';
import { createIssuing } from '../issuing.ts';
import { asProblem } from '../problem.ts';
import { requireDevice } from '../session.ts';
import { common, done, refusal } from './answers.ts';
import type { App } from './answers.ts';

const refusals = { ...common, 403: refusal, 404: refusal, 409: refusal, 415: refusal, 451: refusal } as const;

export function licenseRoutes(app: App, context: ApiContext): void {
  const { clock, database, signer } = context;
  const issuing = createIssuing(context);

  app.get(
    '/license-keys',
    {
      schema: {
        operationId: 'licenseKeys',
        summary: 'What licenses are verified with; asked for when one is signed by a key not known yet',
        tags: ['licenses'],
        response: { 200: LicenseKeysAnswer, ...common },
      },
    },
    async () => ({ licenseKeys: await signer.publicKeys(clock.now()) }),
  );

  app.post(
    '/licenses',
    {
      schema: {
        operationId: 'acquireLicense',
        summary: 'A license for a video on this device',
        tags: ['licenses'],
        body: LicenseBody,
        response: { 200: LicenseAnswer, ...refusals },
      },
    },
    ({ session, body }) => issuing.acquire(session, body),
  );

  app.post(
    '/licenses/renew',
    {
      schema: {
        operationId: 'renewLicenses',
        summary: 'New windows for several licenses of this device; each is answered by itself',
        tags: ['licenses'],
        body: LicensesRenewBody,
        response: { 200: LicensesRenewAnswer, ...common, 415: refusal },
      },
    },
    async ({ session, body: { deviceId, licenseIds }, log }) => {
      requireDevice(session, deviceId);
      const renewals: LicensesRenewAnswer['renewals'] = [];
      for (const licenseId of new Set(licenseIds))
        try {
          const { license } = await issuing.renew(session, licenseId);
          renewals.push({ licenseId, license });
        } catch (thrown) {
          renewals.push({ licenseId, problem: asProblem(thrown, log) });
        }
      return { renewals, nowMs: clock.now() };
    },
  );

  app.post(
    '/licenses/:licenseId/renew',
    {
      schema: {
        operationId: 'renewLicense',
        summary: 'New windows for a license, with the same content key',
        tags: ['licenses'],
        params: LicenseParams,
        body: LicenseRenewBody,
        response: { 200: LicenseAnswer, ...refusals },
      },
    },
    async ({ session, params: { licenseId }, body: { deviceId } }) => {
      requireDevice(session, deviceId);
      return issuing.renew(session, licenseId);
    },
  );

  app.post(
    '/licenses/:licenseId/release',
    {
      schema: {
        operationId: 'releaseLicense',
        summary: 'Give a license back; fine when it was not held',
        tags: ['licenses'],
        params: LicenseParams,
        body: LicenseRenewBody,
        response: { 204: done, ...common, 415: refusal },
      },
    },
    async ({ session, params: { licenseId }, body: { deviceId } }, reply) => {
      requireDevice(session, deviceId);
      await database.licenses.release(session.account.accountId, deviceId, licenseId, clock.now());
      return reply.code(204).send(null);
    },
  );
}
