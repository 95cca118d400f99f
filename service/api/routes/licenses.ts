import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import {
  LicenseAnswer,
  LicenseBody,
  LicenseParams,
  LicenseRenewBody,
} from '../../../src/shared/service-api.ts';
import { VideoRecord } from '../../encoder/drop.ts';
import type { ApiContext } from '../context.ts';
import type { LicenseRecord } from '../db/licenses.ts';
import { heldUntil, policies } from '../license-policy.ts';
import { sealContentKey } from '../license-signer.ts';
import { Problem } from '../problem.ts';
import { requireDevice, requireLicensed } from '../session.ts';
import type { Session } from '../session.ts';
import { common, done, refusal } from './answers.ts';
import type { App } from './answers.ts';

const refusals = { ...common, 403: refusal, 404: refusal, 409: refusal, 415: refusal, 451: refusal } as const;

export function licenseRoutes(app: App, context: ApiContext): void {
  const { clock, database } = context;

  /** The signed license for a record; the content key is the video's, so renewing keeps it. */
  async function write(session: Session, record: Omit<LicenseRecord, 'releasedAtMs'>): Promise<string> {
    const { accountId } = session.account;
    const device = await database.accounts.device(accountId, record.deviceId);
    if (!device) throw new Problem('unauthorized', 'This device is not signed in.');
    const contentKey = await contentKeyOf(record.videoId);
    return context.signer.sign({
      licenseId: record.licenseId,
      videoId: record.videoId,
      accountId,
      deviceId: record.deviceId,
      purpose: record.purpose,
      issuedAtMs: record.issuedAtMs,
      policy: policies[record.purpose],
      sealedContentKey: await sealContentKey(contentKey, device.publicKey),
    });
  }

  async function contentKeyOf(videoId: string): Promise<Uint8Array> {
    const file = path.join(context.layout.encodes, videoId, 'video.json');
    const text = await readFile(file, 'utf8').catch((cause: unknown) => {
      throw new Problem('not-found', 'The video is not ready.', { cause });
    });
    return Buffer.from(VideoRecord.parse(JSON.parse(text)).contentKeyHex, 'hex');
  }

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
    async ({ session, body: { videoId, deviceId, purpose } }) => {
      requireDevice(session, deviceId);
      requireLicensed(session, await database.titles.ofVideo(videoId));
      const { accountId, plan } = session.account;
      const issuedAtMs = clock.now();
      const heldUntilMs = heldUntil(policies[purpose], issuedAtMs);
      const record = { licenseId: randomUUID(), deviceId, videoId, purpose, issuedAtMs, heldUntilMs };
      const license = await write(session, record);
      const outcome = await database.licenses.issue({ ...record, accountId }, context.downloadDevices[plan]);
      if (outcome !== 'granted') throw new Problem(outcome);
      return { license, nowMs: clock.now() };
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
      const { accountId, plan } = session.account;
      const held = await database.licenses.find(accountId, licenseId);
      if (!held || held.deviceId !== deviceId) throw new Problem('not-found');
      requireLicensed(session, await database.titles.ofVideo(held.videoId));
      const policy = policies[held.purpose];
      if (held.releasedAtMs !== null || !policy.can_renew) throw new Problem('not-allowed');
      const issuedAtMs = clock.now();
      const record = { ...held, issuedAtMs, heldUntilMs: heldUntil(policy, issuedAtMs) };
      const license = await write(session, record);
      const outcome = await database.licenses.renew({ ...record, accountId }, context.downloadDevices[plan]);
      if (outcome !== 'granted') throw new Problem(outcome);
      return { license, nowMs: clock.now() };
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
