import { z } from 'zod';
import type { LicenseService } from '../license/types.ts';
import type { ServiceClient } from '../service/service-client.ts';
import type { AccountKeeper } from './account.ts';

const Header = z.object({ kid: z.string() });

/**
 * The service as license/ sees it. A license signed by a key that is not known yet (the service has changed it
 * since sign-in) makes it ask for the keys first: whether the license is genuine is then decided as ever.
 */
export function createLicenseService(from: {
  service: Pick<
    ServiceClient,
    'acquireLicense' | 'renewLicense' | 'renewLicenses' | 'releaseLicense' | 'licenseKeys'
  >;
  account: Pick<AccountKeeper, 'licenseKeys' | 'learnKeys'>;
  /** In whose name a video is asked for, where that is known. */
  profileId(videoId: string): string | undefined;
}): LicenseService {
  const { service, account, profileId } = from;

  async function learnKeysOf(licenses: readonly string[]): Promise<void> {
    const isKnown = (kid: string | undefined) =>
      kid === undefined || account.licenseKeys().some((key) => key.kid === kid);
    if (!licenses.map(kidOf).every(isKnown)) account.learnKeys((await service.licenseKeys()).licenseKeys);
  }
  async function knowingItsKey<T extends { license: string }>(answer: T): Promise<T> {
    await learnKeysOf([answer.license]);
    return answer;
  }
  return {
    acquire: async (videoId, deviceId, purpose, inPlaceOf) => {
      const more = { profileId: profileId(videoId), inPlaceOf };
      return knowingItsKey(await service.acquireLicense(videoId, deviceId, purpose, more));
    },
    renew: async (licenseId, deviceId) => knowingItsKey(await service.renewLicense(licenseId, deviceId)),
    async renewMany(licenseIds, deviceId) {
      const answers = await service.renewLicenses(licenseIds, deviceId);
      await learnKeysOf(answers.flatMap((one) => ('license' in one ? one.license : [])));
      return answers;
    },
    release: service.releaseLicense,
  };
}

/** undefined: it is no license, which is for license/ to say. */
function kidOf(license: string): string | undefined {
  try {
    const text = Buffer.from(license.split('.')[0] ?? '', 'base64url').toString('utf8');
    return Header.parse(JSON.parse(text)).kid;
  } catch {
    return undefined;
  }
}
