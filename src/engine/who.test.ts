import { expect, test } from 'vitest';
import { createFakeSecretBox } from '../../testing/fake-secret-box.ts';
import { openPlainDatabase } from '../../testing/plain-database.ts';
import { createRecordingLog } from '../../testing/recording-log.ts';
import { sampleProfile } from '../../testing/sample-titles.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { ServiceClient } from '../service/service-client.ts';
import type { Profile } from '../shared/catalog.ts';
import { LayoverError } from '../shared/errors.ts';
import type { ErrorCode } from '../shared/errors.ts';
import { accountMigrations, createAccountKeeper } from './account.ts';
import { createPins } from './pins.ts';
import { createWho } from './who.ts';

const ana = sampleProfile;
const ben: Profile = { ...sampleProfile, profileId: 'ben', name: 'Ben', hasPin: true };

async function world() {
  const database = openPlainDatabase(accountMigrations);
  const account = await createAccountKeeper(database, {
    secrets: createFakeSecretBox(),
    log: createRecordingLog(),
  });
  const signIn = () =>
    account.signedIn(
      { accessToken: 't', accountId: 'a', email: 'a@b.c', plan: 'basic', licenseKeys: [], nowMs: 1 },
      'http://service.example',
    );
  const service = { down: null as ErrorCode | null, pin: '1234' };
  const pins = createPins(database, { random: (sizeBytes) => new Uint8Array(sizeBytes).fill(7) });
  const who = createWho({
    account,
    pins,
    catalog: { profile: (id: string) => [ana, ben].find((one) => one.profileId === id) } as Catalog,
    service: {
      unlockProfile: async (_: string, pin: string) => {
        if (service.down) throw new LayoverError(service.down);
        if (pin !== service.pin) throw new LayoverError('profile/wrong-pin');
      },
    } as ServiceClient,
  });
  return { account, database, pins, service, signIn, who };
}

const refused = (code: ErrorCode) => expect.objectContaining({ code });

test('nobody watches before somebody signed in and was chosen', async () => {
  const { signIn, who } = await world();
  expect(() => who.required()).toThrowError(refused('auth/signed-out'));
  await expect(who.choose('ana', undefined)).rejects.toThrowError(refused('auth/signed-out'));
  await signIn();
  expect(() => who.required()).toThrowError(refused('profile/not-chosen'));
  await who.choose('ana', undefined);
  expect(who.required()).toEqual(ana);
  await expect(who.choose('nobody', undefined)).rejects.toThrowError(refused('profile/unknown'));
  expect(who.required()).toEqual(ana);
});

test('a PIN is the service’s to judge while it can be asked', async () => {
  const { service, signIn, who } = await world();
  await signIn();
  await expect(who.choose('ben', undefined)).rejects.toThrowError(refused('profile/wrong-pin'));
  await expect(who.choose('ben', '9999')).rejects.toThrowError(refused('profile/wrong-pin'));
  expect(who.current()).toBeNull();
  await who.choose('ben', '1234');
  expect(who.current()).toEqual(ben);
  // Changed elsewhere: the one that was remembered here does not count any more.
  service.pin = '4321';
  await expect(who.choose('ben', '1234')).rejects.toThrowError(refused('profile/wrong-pin'));
});

test('offline the last PIN that the service confirmed opens, and no other', async () => {
  const { database, service, signIn, who } = await world();
  await signIn();
  await who.choose('ben', '1234');
  await who.choose('ana', undefined);
  service.down = 'network/offline';
  await expect(who.choose('ben', '4321')).rejects.toThrowError(refused('profile/wrong-pin'));
  await who.choose('ben', '1234');
  expect(who.current()).toEqual(ben);
  expect(database.sql.serialize().includes('1234')).toBe(false);
});

test('offline a profile whose PIN this computer never saw stays closed, and says why', async () => {
  const { service, signIn, who } = await world();
  await signIn();
  service.down = 'service/unreachable';
  await expect(who.choose('ben', '1234')).rejects.toThrowError(refused('service/unreachable'));
});

test('a refusal that is no outage is not worked around', async () => {
  const { service, signIn, who } = await world();
  await signIn();
  await who.choose('ben', '1234');
  service.down = 'auth/signed-out';
  await expect(who.choose('ben', '1234')).rejects.toThrowError(refused('auth/signed-out'));
});

test('after too many attempts the service’s patience counts, not what is remembered here', async () => {
  const { service, signIn, who } = await world();
  await signIn();
  await who.choose('ben', '1234');
  await who.choose('ana', undefined);
  service.down = 'auth/too-many-attempts';
  await expect(who.choose('ben', '1234')).rejects.toThrowError(refused('auth/too-many-attempts'));
  expect(who.current()).toEqual(ana);
});

test('a damaged PIN row counts as never seen', async () => {
  const { database, pins, signIn, who } = await world();
  await signIn();
  await who.choose('ben', '1234');
  database.sql.prepare('UPDATE engine_pin SET hash = ?').run(Buffer.from('short'));
  expect(await pins.matches('ben', '1234')).toBeUndefined();
});

test('after a restart a profile behind a PIN is asked for again, another is not', async () => {
  const { signIn, who } = await world();
  await signIn();
  await who.choose('ana', undefined);
  who.forgetLocked();
  expect(who.current()).toEqual(ana);
  await who.choose('ben', '1234');
  who.forgetLocked();
  expect(who.current()).toBeNull();
});
