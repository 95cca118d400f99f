import type { z } from 'zod';
import { Title } from '../shared/catalog.ts';
import { CheckInAnswer, RecoverAnswer } from '../shared/check-in.ts';
import type { CheckInBody } from '../shared/check-in.ts';
import type { LicensePurpose } from '../shared/license.ts';
import type { Mutation } from '../shared/progress.ts';
import type { ArtworkShape, PlaybackStartBody, SignInBody } from '../shared/service-api.ts';
import {
  CatalogAnswer,
  DevicesAnswer,
  HomeAnswer,
  IntegrityAnswer,
  LicenseAnswer,
  LicenseKeysAnswer,
  LicensesRenewAnswer,
  PlaybackStartAnswer,
  ProfilesAnswer,
  SearchAnswer,
  SignInAnswer,
  SyncAnswer,
  SyncStateAnswer,
  TimeAnswer,
} from '../shared/service-api.ts';
import { LayoverError } from '../shared/errors.ts';
import type { Ms } from '../shared/units.ts';
import { createExchange, refusalIn } from './exchange.ts';
import type { Call, ExchangeOptions } from './exchange.ts';

/**
 * The service's API, typed: one method a call, every answer parsed, every failure one of the register:
 * `network/offline`, `service/unreachable` (no answer, or 5xx), `service/bad-answer` (not as agreed),
 * `auth/*`, `catalog/*`, `license/*` (refusals), `service/refused` (any other). It does not retry: whoever
 * calls owns that.
 */
export type ServiceClient = ReturnType<typeof createServiceClient>;

/** One of several: renewed, or refused for a reason of its own. */
export type RenewedLicense =
  | { readonly licenseId: string; readonly license: string; readonly nowMs: Ms }
  | { readonly licenseId: string; readonly error: LayoverError };

const ofLicenses = { 'not-found': 'license/none' } as const;

const part = encodeURIComponent;

export function createServiceClient(options: ExchangeOptions) {
  const exchange = createExchange(options);

  const ask = <T>(path: string, call: Call & { answer: z.ZodType<T> }): Promise<T> =>
    exchange(path, call, async (response) => {
      const parsed = call.answer.safeParse(await jsonOf(response));
      if (!parsed.success) throw new LayoverError('service/bad-answer', {}, { cause: parsed.error });
      return parsed.data;
    });

  /** Only 204 is the service's yes: a network that wants a sign-in of its own says 200 to everything. */
  const tell = (path: string, call: Call): Promise<void> =>
    exchange(path, call, async (response) => {
      await response.body?.cancel();
      if (response.status !== 204) throw new LayoverError('service/bad-answer');
    });

  return {
    time: (signal?: AbortSignal) => ask('/time', { answer: TimeAnswer, signal }),
    signIn: (body: SignInBody) => ask('/auth/sign-in', { method: 'POST', body, answer: SignInAnswer }),
    profiles: () => ask('/profiles', { answer: ProfilesAnswer }),
    unlockProfile: (profileId: string, pin: string) =>
      tell(`/profiles/${part(profileId)}/unlock`, { method: 'POST', body: { pin } }),
    home: (profileId: string) => ask(`/browse/home?profileId=${part(profileId)}`, { answer: HomeAnswer }),
    search: (q: string, profileId: string) =>
      ask(`/search?${new URLSearchParams({ q, profileId }).toString()}`, { answer: SearchAnswer }),
    title: (titleId: string) => ask(`/titles/${part(titleId)}`, { answer: Title }),
    catalog: (sinceRevision: number) => ask(`/catalog?since=${sinceRevision}`, { answer: CatalogAnswer }),
    artwork: (titleId: string, shape: ArtworkShape, version: string) =>
      exchange(`/artwork/${part(titleId)}/${shape}.jpg?v=${part(version)}`, {}, async (response) => {
        const bytes = new Uint8Array(await response.arrayBuffer());
        if (!response.headers.get('content-type')?.startsWith('image/'))
          throw new LayoverError('service/bad-answer');
        return bytes;
      }),
    startPlayback: (body: PlaybackStartBody, signal?: AbortSignal) =>
      ask('/playback/start', { method: 'POST', body, answer: PlaybackStartAnswer, signal }),
    /** A manifest's text, from an address that `startPlayback` gave or that such a manifest names. */
    manifestText: (address: string, signal?: AbortSignal) =>
      exchange(address, { signal }, (response) => response.text()),
    integrity: (address: string, signal?: AbortSignal) => ask(address, { answer: IntegrityAnswer, signal }),
    /** `profileId`: in whose name, where that is known; `inPlaceOf`: with the content key of that license. */
    acquireLicense: (
      videoId: string,
      deviceId: string,
      purpose: LicensePurpose,
      { profileId, inPlaceOf }: { profileId?: string | undefined; inPlaceOf?: string | undefined } = {},
    ) =>
      ask('/licenses', {
        method: 'POST',
        body: { videoId, deviceId, purpose, profileId, inPlaceOf },
        answer: LicenseAnswer,
        refusals: ofLicenses,
      }),
    renewLicense: (licenseId: string, deviceId: string) =>
      ask(`/licenses/${part(licenseId)}/renew`, {
        method: 'POST',
        body: { deviceId },
        answer: LicenseAnswer,
        refusals: ofLicenses,
      }),
    /** An answer for each that is asked for, in that order. One that the service left out failed by itself. */
    async renewLicenses(licenseIds: readonly string[], deviceId: string): Promise<RenewedLicense[]> {
      const { renewals, nowMs } = await ask('/licenses/renew', {
        method: 'POST',
        body: { deviceId, licenseIds },
        answer: LicensesRenewAnswer,
      });
      const answers = new Map(renewals.map((one) => [one.licenseId, one]));
      return licenseIds.map((licenseId) => {
        const one = answers.get(licenseId);
        if (!one) return { licenseId, error: new LayoverError('service/bad-answer') };
        if ('problem' in one) return { licenseId, error: refusalIn(one.problem, ofLicenses) };
        return { licenseId, license: one.license, nowMs };
      });
    },
    releaseLicense: (licenseId: string, deviceId: string) =>
      tell(`/licenses/${part(licenseId)}/release`, { method: 'POST', body: { deviceId } }),
    licenseKeys: () => ask('/license-keys', { answer: LicenseKeysAnswer }),
    devices: () => ask('/devices', { answer: DevicesAnswer }),
    removeDevice: (deviceId: string) => tell(`/devices/${part(deviceId)}`, { method: 'DELETE' }),
    checkIn: (deviceId: string, body: CheckInBody) =>
      ask(`/devices/${part(deviceId)}/check-in`, { method: 'POST', body, answer: CheckInAnswer }),
    putEscrow: (deviceId: string, sealedDeviceSecret: string) =>
      tell(`/devices/${part(deviceId)}/escrow`, { method: 'PUT', body: { sealedDeviceSecret } }),
    recoverDevice: (lostId: string, deviceId: string) =>
      ask(`/devices/${part(lostId)}/recover`, {
        method: 'POST',
        body: { deviceId },
        answer: RecoverAnswer,
        refusals: { 'not-found': 'device/not-in-escrow' },
      }),
    sync: (deviceId: string, mutations: Mutation[]) =>
      ask('/sync', { method: 'POST', body: { deviceId, mutations }, answer: SyncAnswer }),
    syncState: (sinceRevision: number) =>
      ask(`/sync/state?since=${sinceRevision}`, { answer: SyncStateAnswer }),
  };
}

async function jsonOf(response: Response): Promise<unknown> {
  const text = await response.text();
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new LayoverError('service/bad-answer', {}, { cause });
  }
}
