import {
  CHECK_IN_TYPE,
  CheckInAnswer,
  CheckInBody,
  EscrowBody,
  RecoverAnswer,
  RecoverBody,
} from '../../../src/shared/check-in.ts';
import { DeviceParams } from '../../../src/shared/service-api.ts';
import type { ApiContext } from '../context.ts';
import { openEscrow } from '../escrow.ts';
import type { Escrow } from '../escrow.ts';
import { Problem } from '../problem.ts';
import { requireDevice } from '../session.ts';
import { signStatement } from '../statement-signer.ts';
import { common, done, refusal } from './answers.ts';
import type { App } from './answers.ts';

/** What a device tells and hears about itself, and how a lost one is recovered. */
export function checkInRoutes(app: App, context: ApiContext): void {
  const { clock, database, signer } = context;
  let opened: Promise<Escrow> | undefined;
  const escrow = () => (opened ??= openEscrow(database));

  app.post(
    '/devices/:deviceId/check-in',
    {
      schema: {
        operationId: 'checkIn',
        summary: 'The service’s signed word on the time and on the licenses of a device',
        tags: ['licenses'],
        params: DeviceParams,
        body: CheckInBody,
        response: { 200: CheckInAnswer, ...common, 413: refusal, 415: refusal },
      },
    },
    async ({ session, params: { deviceId }, body }) => {
      requireDevice(session, deviceId);
      const nowMs = clock.now();
      const told = await database.checkIns.checkIn(session.account.accountId, deviceId, body, nowMs);
      const statement = {
        type: CHECK_IN_TYPE,
        deviceId,
        nonce: body.nonce,
        nowMs,
        ...told,
        licenseKeys: await signer.publicKeys(nowMs),
        escrowKey: (await escrow()).publicKey,
      } as const;
      return { statement: await signStatement(database, statement, body.kids) };
    },
  );

  app.put(
    '/devices/:deviceId/escrow',
    {
      schema: {
        operationId: 'putEscrow',
        summary: 'Leave the device secret with the service, sealed, for when the device loses it',
        tags: ['licenses'],
        params: DeviceParams,
        body: EscrowBody,
        response: { 204: done, ...common, 415: refusal },
      },
    },
    async ({ session, params: { deviceId }, body: { sealedDeviceSecret } }, reply) => {
      requireDevice(session, deviceId);
      const parts = await (await escrow()).open(sealedDeviceSecret);
      if (parts?.deviceId !== deviceId)
        throw new Problem('malformed', 'body/sealedDeviceSecret: not a device secret of this device');
      await database.checkIns.putEscrow(session.account.accountId, deviceId, sealedDeviceSecret);
      return reply.code(204).send(null);
    },
  );

  app.post(
    '/devices/:deviceId/recover',
    {
      schema: {
        operationId: 'recoverDevice',
        summary: 'The device secret of a lost device of the account, for the one that takes its place',
        tags: ['licenses'],
        params: DeviceParams,
        body: RecoverBody,
        response: { 200: RecoverAnswer, ...common, 404: refusal, 415: refusal },
      },
    },
    async ({ session, params: { deviceId: lostId }, body: { deviceId } }) => {
      requireDevice(session, deviceId);
      const { accountId } = session.account;
      const device = await database.accounts.device(accountId, deviceId);
      const sealed = await database.checkIns.escrow(accountId, lostId);
      const parts = sealed === undefined ? undefined : await (await escrow()).open(sealed);
      if (!device || !parts || lostId === deviceId) throw new Problem('not-found');
      // First what can be repeated: whoever does not hear the answer asks again.
      const answer = await (await escrow()).seal(parts, device.publicKey);
      await database.licenses.releaseDevice(accountId, lostId, clock.now());
      await database.accounts.removeDevice(accountId, lostId);
      return { sealedDeviceSecret: answer };
    },
  );
}
