import { expect, test } from 'vitest';
import { createLicenseIssuer } from '../../testing/license-issuer.ts';
import { loadTestDevice } from '../../testing/test-device.ts';
import { createLicenseService } from './license-service.ts';

async function world() {
  const [old, next] = [await createLicenseIssuer({ kid: 'old' }), await createLicenseIssuer({ kid: 'next' })];
  const device = await loadTestDevice();
  let known = old.publicKeys;
  const asked: unknown[][] = [];
  let issuer = old;
  const answer = async () => ({ license: await issuer.issue({ videoId: 'v', device }), nowMs: 1 });
  const service = createLicenseService({
    service: {
      acquireLicense: async (...all: unknown[]) => {
        asked.push(['acquire', ...all]);
        return answer();
      },
      renewLicense: answer,
      renewLicenses: async (licenseIds: readonly string[]) =>
        Promise.all(licenseIds.map(async (licenseId) => ({ licenseId, ...(await answer()) }))),
      releaseLicense: async () => {},
      licenseKeys: async () => {
        asked.push(['keys']);
        return { licenseKeys: [...next.publicKeys, ...old.publicKeys] };
      },
    },
    account: { licenseKeys: () => known, learnKeys: (keys) => void (known = keys) },
    profileId: () => 'profile-ana',
  });
  return { service, asked, known: () => known.map(({ kid }) => kid), useNext: () => (issuer = next) };
}

test('asks for the keys when a license is signed by one that is not known, and only then', async () => {
  const { service, asked, known, useNext } = await world();
  await service.acquire('v', 'd', 'stream');
  expect(asked).toEqual([['acquire', 'v', 'd', 'stream', { profileId: 'profile-ana' }]]);
  useNext();
  await service.renew('l', 'd');
  expect(known()).toEqual(['next', 'old']);
  await service.acquire('v', 'd', 'offline');
  expect(asked.filter(([what]) => what === 'keys')).toHaveLength(1);
});

test('asks for them once for several that are renewed together', async () => {
  const { service, asked, known, useNext } = await world();
  useNext();
  expect(await service.renewMany(['l1', 'l2', 'l3'], 'd')).toHaveLength(3);
  expect(known()).toEqual(['next', 'old']);
  expect(asked).toEqual([['keys']]);
});
