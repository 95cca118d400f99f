import { createRouterClient } from '@orpc/server';
import { expect, test } from 'vitest';
import { createFakeClock } from '../../../testing/fake-clock.ts';
import { createFakeSecretBox } from '../../../testing/fake-secret-box.ts';
import { openPlainDatabase } from '../../../testing/plain-database.ts';
import { createRecordingLog } from '../../../testing/recording-log.ts';
import { sampleFilm, sampleProfile } from '../../../testing/sample-titles.ts';
import { smallStatus } from '../../../testing/small-engine.ts';
import { temporaryFolder } from '../../../testing/temporary-folder.ts';
import { createCatalog } from '../../catalog/catalog.ts';
import { catalogMigrations } from '../../catalog/migrations.ts';
import type { Profile } from '../../shared/catalog.ts';
import { LayoverError } from '../../shared/errors.ts';
import { accountMigrations, createAccountKeeper } from '../account.ts';
import { artworkRequest } from '../media.ts';
import type { Keeper } from '../keeping/keeper.ts';
import type { Parts } from '../parts.ts';
import type { Who } from '../who.ts';
import { accountRouter } from './account.ts';
import { downloadsRouter } from './downloads.ts';

const ana: Profile = { ...sampleProfile, profileId: 'ana', maturityLimit: '18' };
const kim: Profile = { ...sampleProfile, profileId: 'kim', maturityLimit: '7', isKids: true };
const thriller = sampleFilm('thriller', { maturityRating: '18' });
const tale = sampleFilm('tale', { maturityRating: '7' });

/** The procedures over a real account and a real replica; what lies behind them only notes what it is told. */
async function world() {
  const database = openPlainDatabase([...accountMigrations, ...catalogMigrations]);
  const log = createRecordingLog();
  const account = await createAccountKeeper(database, { secrets: createFakeSecretBox(), log });
  const w = {
    calls: [] as string[],
    accountId: 'account-1',
    profiles: [ana, kim] as Profile[] | null,
    watching: ana as Profile | null,
  };
  const note = (call: string) => async () => void w.calls.push(call);
  const offline = async () => {
    throw new LayoverError('service/unreachable');
  };
  const catalog = createCatalog({
    database,
    artworkFolder: temporaryFolder(),
    now: createFakeClock().now,
    newId: () => 'id',
    remote: {
      catalog: async () => ({ revision: 1, titles: [thriller, tale], removedTitleIds: [] }),
      home: offline,
      profiles: async () => (w.profiles ? { profiles: w.profiles } : offline()),
      artwork: async () => Uint8Array.of(0xff, 0xd8, 0xff),
    },
  });
  await catalog.refreshTitles();
  const status = (titleId: string) => ({
    downloadId: `d-${titleId}`,
    videoId: `${titleId}-video`,
    titleId,
    durationSeconds: 96,
    state: 'completed',
    waitingFor: null,
    waitingUntilMs: null,
    playableSeconds: 96,
    priority: 'normal',
    isPinned: false,
    origin: 'viewer',
    name: null,
    error: null,
    selection: {
      videoId: `${titleId}-video`,
      renditions: [{ renditionId: 'v', kind: 'video', size: { bytes: 1, exact: true } }],
      size: { bytes: 1, exact: true },
    },
    storedBytes: 1,
    receivedBytes: 1,
    rateBytesPerSecond: 0,
    secondsLeft: 0,
    addedAtMs: 1,
  });
  const parts = {
    nextRevision: () => 1,
    account,
    catalog,
    connection: { probe: note('probe') },
    device: { deviceId: 'device-1', publicKey: {} },
    downloads: {
      list: () => [status('thriller'), status('tale')],
      get: (downloadId: string) => status(downloadId.slice(2)),
      accountChanged: note('downloads told'),
      remove: note('removed'),
    },
    licenses: {
      purgeExpired: () => undefined,
      verdict: () => ({ allowed: false, reason: 'no-license', sinceMs: null, canRenew: true }),
      renew: note('renewed'),
    },
    licensing: { connected: () => undefined, signedIn: async () => undefined },
    playback: { stopAll: () => w.calls.push('playback stopped'), stopVideo: () => undefined },
    refresh: { everything: async () => undefined },
    service: {
      signIn: async () => ({
        accessToken: 't', accountId: w.accountId, email: 'a@b.example', plan: 'basic', licenseKeys: [], nowMs: 1,
      }),
    },
    serviceUrl: { use: () => undefined },
    settings: { read: () => ({ serviceUrl: null }), write: () => undefined },
    watching: { endAll: () => undefined, endVideo: () => undefined, isOpen: () => false },
    sources: { forget: () => w.calls.push('addresses forgotten') },
    sync: { connected: () => undefined, now: async () => ({}), position: () => undefined },
    changedStatus: async () => smallStatus,
    who: { current: () => w.watching, viewer: () => w.watching },
  } as unknown as Parts; // prettier-ignore
  const keeper = { declined: () => undefined } as unknown as Keeper;
  const client = createRouterClient({
    ...accountRouter(parts, { settingsChanged: () => undefined, signedIn: async () => undefined }),
    ...downloadsRouter(parts, keeper),
  });
  const signIn = () =>
    client.auth.signIn({ serviceUrl: 'http://service.example', email: 'a@b.example', password: 'x' });
  return { w, client, catalog, signIn };
}

test('whoever signs in, nothing of the last account goes on', async () => {
  const { w, client, signIn } = await world();
  await signIn();
  w.calls.length = 0;
  await client.auth.signOut();
  expect(w.calls).toEqual(['playback stopped', 'addresses forgotten', 'downloads told']);
});

test('the last account’s profiles are gone even when the new one’s cannot be had', async () => {
  const { w, client, signIn } = await world();
  await signIn();
  expect(await client.profiles.list()).toEqual([ana, kim]);
  w.profiles = null;
  await expect(signIn()).rejects.toThrow();
  expect(await client.profiles.list()).toEqual([ana, kim]);
  w.accountId = 'account-2';
  await expect(signIn()).rejects.toThrow();
  expect(await client.profiles.list()).toEqual([]);
});

test('a child neither sees nor touches an adult’s download', async () => {
  const { w, client, signIn } = await world();
  await signIn();
  const listed = async () => (await client.downloads.list()).map(({ titleId }) => titleId);
  expect(await listed()).toEqual(['thriller', 'tale']);
  w.watching = null;
  expect(await listed()).toEqual([]);
  w.watching = kim;
  expect(await listed()).toEqual(['tale']);
  const { pause, resume, remove, renewLicense } = client.downloads;
  for (const procedure of [pause, resume, remove, renewLicense])
    await expect(procedure({ downloadId: 'd-thriller' })).rejects.toMatchObject({ code: 'download/unknown' });
  expect(w.calls).not.toContain('removed');
  await remove({ downloadId: 'd-tale' });
  expect(w.calls).toContain('removed');
});

test('nor its pictures', async () => {
  const { catalog } = await world();
  const picture = (titleId: string, profile: Profile | null) =>
    artworkRequest(new Request(`http://x.example/artwork/${titleId}/poster.jpg?v=1`), {
      catalog,
      downloads: { list: () => [] },
      who: { current: () => profile, viewer: () => profile } as Who,
    });
  expect((await picture('thriller', ana))?.status).toBe(200);
  expect((await picture('tale', kim))?.status).toBe(200);
  expect((await picture('thriller', kim))?.status).toBe(404);
  expect((await picture('tale', null))?.status).toBe(404);
});
