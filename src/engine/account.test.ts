import { expect, test } from 'vitest';
import { createFakeClock } from '../../testing/fake-clock.ts';
import { createFakeSecretBox } from '../../testing/fake-secret-box.ts';
import { openPlainDatabase } from '../../testing/plain-database.ts';
import { createRecordingLog } from '../../testing/recording-log.ts';
import type { SecretBox } from '../shared/platform.ts';
import type { SignInAnswer } from '../shared/service-api.ts';
import { accountMigrations, createAccountKeeper } from './account.ts';

const TOKEN = 'an-access-token-that-nobody-else-may-have';
const SERVICE = 'http://service.example';
const licenseKey = { kid: 'k1', kty: 'OKP' as const, crv: 'Ed25519' as const, x: 'AAAA' };
const answer: SignInAnswer = {
  accessToken: TOKEN,
  accountId: 'account-1',
  email: 'ana@layover.example',
  plan: 'premium',
  licenseKeys: [licenseKey],
  nowMs: createFakeClock().now(),
};

function world() {
  const database = openPlainDatabase(accountMigrations);
  const secrets = createFakeSecretBox();
  const log = createRecordingLog();
  const open = (box: SecretBox = secrets) => createAccountKeeper(database, { secrets: box, log });
  return { database, secrets, log, open };
}

test('nobody is signed in at first', async () => {
  const account = await world().open();
  expect([account.current(), account.accessToken(), account.licenseKeys(), account.serviceUrl()]).toEqual([
    null,
    null,
    [],
    null,
  ]);
  expect(() => account.chooseProfile('ana')).toThrowError(
    expect.objectContaining({ code: 'auth/signed-out' }),
  );
});

test('who signed in is signed in after a restart, and the token lies sealed', async () => {
  const { database, open } = world();
  const account = await open();
  await account.signedIn(answer, SERVICE);
  account.chooseProfile('ana');
  const again = await open();
  expect(again.accessToken()).toBe(TOKEN);
  expect(again.current()).toMatchObject({ accountId: 'account-1', serviceUrl: SERVICE, profileId: 'ana' });
  const bytes = database.sql.serialize();
  expect(bytes.includes('account-1')).toBe(true);
  expect(bytes.includes(TOKEN)).toBe(false);
});

test('a token that the service no longer takes leaves everything but the way to the service', async () => {
  const account = await world().open();
  await account.signedIn(answer, SERVICE);
  expect(account.tokenUsed('another', false)).toBe(false);
  expect(account.tokenUsed(TOKEN, true)).toBe(false);
  expect(account.tokenUsed(TOKEN, false)).toBe(true);
  expect([account.mustSignInAgain(), account.current()?.accountId]).toEqual([true, 'account-1']);
  expect(account.tokenUsed(TOKEN, false)).toBe(false);
  expect(account.tokenUsed(TOKEN, true)).toBe(true);
  account.tokenUsed(TOKEN, false);
  await account.signedIn(answer, SERVICE);
  expect(account.mustSignInAgain()).toBe(false);
  account.tokenUsed(TOKEN, false);
  account.signedOut();
  expect(account.mustSignInAgain()).toBe(false);
});

test('signing out forgets the token for good and keeps the license keys', async () => {
  const { open } = world();
  const account = await open();
  await account.signedIn(answer, SERVICE);
  account.signedOut();
  for (const keeper of [account, await open()]) {
    expect([keeper.current(), keeper.accessToken()]).toEqual([null, null]);
    expect(keeper.licenseKeys()).toEqual([licenseKey]);
    expect(keeper.serviceUrl()).toBe(SERVICE);
  }
});

test('signing in again finds the same viewer; another account asks who is watching', async () => {
  const account = await world().open();
  await account.signedIn(answer, SERVICE);
  account.chooseProfile('ana');
  await account.signedIn({ ...answer, accessToken: 'another' }, SERVICE);
  expect(account.current()?.profileId).toBe('ana');
  await account.signedIn({ ...answer, accountId: 'account-2' }, SERVICE);
  expect(account.current()?.profileId).toBeNull();
});

test('a token that the keychain no longer opens means signing in again, and no more: who was signed in stays so', async () => {
  const { log, open, secrets } = world();
  await (await open()).signedIn(answer, SERVICE);
  secrets.loseKey();
  const account = await open();
  expect([account.accessToken(), account.mustSignInAgain(), account.hasLostToken()]).toEqual([
    null,
    true,
    true,
  ]);
  expect(account.current()).toMatchObject({ accountId: 'account-1', profileId: null });
  // Whatever is written meanwhile: it stays so at the next start.
  account.chooseProfile('ana');
  expect((await open()).current()).toMatchObject({ profileId: 'ana' });
  expect(account.licenseKeys()).toEqual([licenseKey]);
  log.lines.splice(1);
  expect(log.lines.map(({ event }) => event)).toEqual(['account.token-unreadable']);
  expect(JSON.stringify(log.lines)).not.toContain(TOKEN);
  await account.signedIn(answer, SERVICE);
  expect([account.mustSignInAgain(), account.hasLostToken()]).toEqual([false, false]);
  expect((await open()).accessToken()).toBe(TOKEN);
  secrets.loseKey();
  const lost = await open();
  lost.signedOut();
  expect([lost.current(), (await open()).current()]).toEqual([null, null]);
});

test('a keychain that does not seal: not signed in, and nothing is written', async () => {
  const { open, secrets } = world();
  const locked: SecretBox = { ...secrets, seal: () => Promise.reject(new Error('locked')) };
  await expect((await open(locked)).signedIn(answer, SERVICE)).rejects.toThrow('locked');
  expect((await open()).current()).toBeNull();
});

test.each(['', '{', '{}', '[]', '{"accountId":7}'])(
  'a row that holds %j is nobody signed in',
  async (json) => {
    const { database, open } = world();
    await (await open()).signedIn(answer, SERVICE);
    database.sql.prepare('UPDATE engine_account SET json = ?').run(json);
    const account = await open();
    expect([account.current(), account.accessToken(), account.licenseKeys()]).toEqual([null, null, []]);
  },
);
