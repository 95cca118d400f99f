import {
  DevicesAnswer,
  DeviceParams,
  ProfileParams,
  ProfilesAnswer,
  SignInAnswer,
  SignInBody,
  TimeAnswer,
  UnlockBody,
} from '../../../src/shared/service-api.ts';
import type { ApiContext } from '../context.ts';
import { checkDeviceKey } from '../license-signer.ts';
import { matchesSecret } from '../passwords.ts';
import { Problem } from '../problem.ts';
import { makeToken, requireProfile, TOKEN_VALID_MS } from '../session.ts';
import { common, done, refusal } from './answers.ts';
import type { App } from './answers.ts';

/** What can be asked without being signed in. */
export function publicRoutes(app: App, context: ApiContext): void {
  const { clock, database } = context;

  app.get(
    '/time',
    {
      schema: {
        operationId: 'time',
        summary: 'The time; also the probe for "is the service there"',
        tags: ['service'],
        security: [],
        response: { 200: TimeAnswer, 400: refusal, 500: refusal },
      },
    },
    async () => ({ nowMs: clock.now() }),
  );

  app.post(
    '/auth/sign-in',
    {
      schema: {
        operationId: 'signIn',
        summary: 'Sign in on a device',
        tags: ['account'],
        security: [],
        body: SignInBody,
        response: { 200: SignInAnswer, ...common, 413: refusal, 415: refusal, 429: refusal },
      },
    },
    async ({ body: { email, password, device } }) => {
      const known = await database.accounts.byEmail(email.toLowerCase());
      const matches = await context.attempt(`sign-in ${email.toLowerCase()}`, () =>
        matchesSecret(password, known?.passwordHash),
      );
      if (!known || !matches) throw new Problem('wrong-credentials');
      await checkDeviceKey(device.publicKey).catch((cause: unknown) => {
        throw new Problem('malformed', 'body/device/publicKey: not a point of P-256', { cause });
      });
      const nowMs = clock.now();
      const { token, tokenHash } = makeToken();
      await database.accounts.signIn({
        accountId: known.accountId,
        device,
        tokenHash,
        nowMs,
        expiresAtMs: nowMs + TOKEN_VALID_MS,
      });
      return {
        accessToken: token,
        accountId: known.accountId,
        email: known.email,
        plan: known.plan,
        licenseKeys: await context.signer.publicKeys(nowMs),
        nowMs,
      };
    },
  );
}

export function accountRoutes(app: App, context: ApiContext): void {
  const { clock, database } = context;

  app.get(
    '/profiles',
    {
      schema: {
        operationId: 'profiles',
        summary: 'The profiles of the account',
        tags: ['account'],
        response: { 200: ProfilesAnswer, ...common },
      },
    },
    async ({ session }) => {
      const profiles = await database.accounts.profiles(session.account.accountId);
      return {
        profiles: profiles.map(({ pinHash, ...profile }) => ({ ...profile, hasPin: pinHash !== null })),
      };
    },
  );

  app.post(
    '/profiles/:profileId/unlock',
    {
      schema: {
        operationId: 'unlockProfile',
        summary: 'Check the PIN of a profile',
        tags: ['account'],
        params: ProfileParams,
        body: UnlockBody,
        response: { 204: done, ...common, 403: refusal, 404: refusal, 415: refusal, 429: refusal },
      },
    },
    async ({ session, params, body }, reply) => {
      const { pinHash } = await requireProfile(context, session, params.profileId);
      const matches = await context.attempt(`pin ${params.profileId}`, async () =>
        pinHash === null ? true : matchesSecret(body.pin, pinHash),
      );
      if (!matches) throw new Problem('wrong-pin');
      return reply.code(204).send(null);
    },
  );

  app.get(
    '/devices',
    {
      schema: {
        operationId: 'devices',
        summary: 'The devices of the account, and what they hold',
        tags: ['account'],
        response: { 200: DevicesAnswer, ...common },
      },
    },
    async ({ session: { account } }) => {
      const held = await database.licenses.heldOffline(account.accountId, clock.now());
      const devices = await database.accounts.devices(account.accountId);
      return {
        devices: devices.map(({ deviceId, name, registeredAtMs, lastSeenAtMs }) => ({
          deviceId,
          name,
          registeredAtMs,
          lastSeenAtMs,
          heldVideoIds: held.filter((one) => one.deviceId === deviceId).map(({ videoId }) => videoId),
        })),
      };
    },
  );

  app.delete(
    '/devices/:deviceId',
    {
      schema: {
        operationId: 'removeDevice',
        summary: 'Sign a device out and release its licenses',
        tags: ['account'],
        params: DeviceParams,
        response: { 204: done, ...common },
      },
    },
    async ({ session: { account }, params: { deviceId } }, reply) => {
      await database.licenses.releaseDevice(account.accountId, deviceId, clock.now());
      await database.accounts.removeDevice(account.accountId, deviceId);
      return reply.code(204).send(null);
    },
  );
}
