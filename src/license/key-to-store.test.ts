import { expect, test } from 'vitest';
import { createLicenseWorld } from '../../testing/license-world.ts';
import { DAY_MS } from '../shared/units.ts';

test('what has not begun may be stored and not be played; what has ended, neither', async () => {
  const { clock, device, issuer, service, open } = await createLicenseWorld();
  const { licenses } = open();
  const startsAtMs = clock.now() + DAY_MS;
  const { acquire } = service;
  service.acquire = async (...asked) => {
    const license = await issuer.issue({ videoId: 'v1', device, claims: { notBeforeMs: startsAtMs } });
    return { ...(await acquire(...asked)), license };
  };
  expect(await licenses.acquire('v1', 'offline')).toMatchObject({ reason: 'not-yet', startsAtMs });
  expect(await licenses.keyToStore('v1')).toEqual(issuer.contentKeyOf('v1'));
  await expect(licenses.contentKey('v1')).rejects.toMatchObject({ code: 'license/not-yet' });
  clock.advance(DAY_MS);
  expect(await licenses.contentKey('v1')).toEqual(issuer.contentKeyOf('v1'));
  clock.advance(30 * DAY_MS);
  await expect(licenses.keyToStore('v1')).rejects.toMatchObject({ code: 'license/rental-expired' });
});
