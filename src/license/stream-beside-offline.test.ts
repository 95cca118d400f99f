import { expect, test } from 'vitest';
import { createLicenseWorld } from '../../testing/license-world.ts';

test('beside one for offline use, a viewing by the license for streaming has that one’s key, window and first play', async () => {
  const world = await createLicenseWorld();
  const { clock, device, issuer, service } = world;
  const { licenses } = world.open();
  await licenses.acquire('v1', 'offline');
  expect(licenses.verdict('v1', undefined, 'stream')).toMatchObject({ reason: 'no-license' });
  await expect(licenses.contentKey('v1', 'w', 'stream')).rejects.toMatchObject({ code: 'license/none' });

  const contentKey = new Uint8Array(16).fill(7);
  service.acquire = async (videoId, _device, purpose) => {
    const asked = { videoId, device, purpose, contentKey, issuedAtMs: clock.now() };
    return { license: await issuer.issue(asked), nowMs: clock.now() };
  };
  await licenses.acquire('v1', 'stream');
  for (let times = 0; times < 2; times += 1) {
    expect(await licenses.contentKey('v1', 'w', 'stream')).toEqual(contentKey);
    expect(await licenses.contentKey('v1', 'x')).toEqual(issuer.contentKeyOf('v1'));
  }
  const watched = { viewingId: 'w', durationSeconds: 60, licensedBy: 'stream' } as const;
  expect(licenses.recordWatched('v1', 10, watched)).toMatchObject({
    limitedBy: 'license',
    firstPlayAtMs: clock.now(),
  });
  expect(licenses.verdict('v1')).toMatchObject({ limitedBy: 'rental', firstPlayAtMs: null });
});
