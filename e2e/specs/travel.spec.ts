import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { DAY_MS } from '../../src/shared/units.ts';
import { observe } from '../support/api.ts';
import { demoVideo } from '../support/catalog.ts';
import { segmentsAskedOfAll } from '../support/ocas.ts';
import { expectPlaying } from '../support/picture.ts';
import { findSecrets, secretsOf } from '../support/plaintext.ts';
import {
  downloadLine,
  goHome,
  goToDownloads,
  leavePlayer,
  openTitle,
  signIn,
  startDownload,
  wakeControls,
} from '../support/screens.ts';
import { expect, test } from '../support/test.ts';
import { useWorld } from '../support/use-world.ts';

const world = useWorld();
const episode = demoVideo('night-cartography-s1e2');
const NAME = 'Night Cartography · S1 E2 · Contour Lines';
const MONTH_LATER = 31 * DAY_MS;

test('pack an episode', async () => {
  const { page } = world;
  await signIn(page);
  await openTitle(page, 'Night Cartography');
  await startDownload(page, 'S1 E2 Contour Lines', '480p');
  await goToDownloads(page);
  await expect(downloadLine(page, NAME)).toContainText('Downloaded');
});

test('with service and OCAs gone, the app starts and shows what can be played', async () => {
  await world.stopApp();
  await world.stopService();
  const page = await world.startApp();
  await expect(page.getByRole('heading', { name: /^No connection/ })).toBeVisible();
  const ready = page.getByRole('region', { name: 'Ready to play offline' });
  await expect(ready.getByRole('link')).toHaveText([/Night Cartography/]);
  const others = page.getByRole('region', { name: 'Trending Now' });
  await expect(others.getByRole('link', { name: /Rule Thirty.*not downloaded/ })).toBeVisible();
});

test('whatever the width, nothing lies beside the window, the sign of the lost connection included', async () => {
  const { page } = world;
  for (const width of [320, 640, 800, 910, 1000, 1100, 1280]) {
    await page.setViewportSize({ width, height: 800 });
    expect([width, await page.evaluate('document.documentElement.scrollWidth')]).toEqual([width, width]);
  }
});

test('the download plays, after a word about the clock that the first play starts', async () => {
  const { page } = world;
  await page.getByRole('region', { name: 'Ready to play offline' }).getByRole('link').click();
  const notice = page.getByRole('alertdialog', { name: 'The first play starts the clock' });
  await expect(notice).toContainText('48 hr');
  await notice.getByRole('button', { name: 'Start now' }).click();
  await expectPlaying(page, episode.videoNumber);
  await wakeControls(page);
  await expect(page.getByText('Playing from this computer')).toBeVisible();
});

test('what is watched, listed and rated offline is kept', async () => {
  const { page } = world;
  // Longer than the grace period, so that this was the first play.
  await expectPlaying(page, episode.videoNumber, 8 * 24);
  await leavePlayer(page);
  await goHome(page);
  const row = page.getByRole('region', { name: 'Continue Watching' });
  await expect(row.getByRole('link')).toHaveText([/Night Cartography/]);
  await openTitle(page, 'Tiny Signals');
  await page.getByRole('button', { name: 'My List' }).click();
  await page.getByRole('button', { name: 'Thumbs up' }).click();
  await expect(page.getByRole('button', { name: 'Thumbs up' })).toHaveAttribute('aria-pressed', 'true');
});

test('the user’s folder holds no segment, subtitle or key in the clear', async () => {
  const renditions = ['v-480p', 'a-en', 's-en', 's-es', 's-fr'];
  const secrets = await secretsOf(world.serviceData, episode.videoId, renditions);
  expect(secrets.length).toBeGreaterThan(50);
  secrets.push(
    { name: 'English cue', bytes: Buffer.from('English: Night Cartography, scene') },
    { name: 'the same in UTF-16', bytes: Buffer.from('English: Night Cartography, scene', 'utf16le') },
  );
  expect(await findSecrets(world.userData, secrets)).toEqual([]);

  // The search would find them.
  const folder = path.join(world.userData, '..', 'planted');
  await mkdir(folder);
  await writeFile(path.join(folder, 'all'), Buffer.concat(secrets.map(({ bytes }) => bytes)));
  expect(await findSecrets(folder, secrets)).toHaveLength(secrets.length);
  await rm(folder, { recursive: true });
});

test('back online, the service learns by itself what was done', async () => {
  const service = await world.startService();
  const { page } = world;
  await goHome(page);
  const observer = await observe(service.apiUrl);
  await expect.poll(() => observer.watching()).toEqual(['night-cartography']);
  // Not all of it need be told at once.
  await expect
    .poll(() => observer.state())
    .toMatchObject({
      positions: [{ videoId: episode.videoId, completed: false }],
      myList: [{ titleId: 'tiny-signals', listed: true }],
      ratings: [{ titleId: 'tiny-signals', rating: 1 }],
    });
  const { positions } = await observer.state();
  expect(positions[0]?.positionSeconds).toBeGreaterThan(7);

  await expect(page.getByRole('heading', { name: /^No connection/ })).toHaveCount(0);
  const row = page.getByRole('region', { name: 'Continue Watching' });
  await expect(row.getByRole('link')).toHaveText([/Night Cartography/]);
});

test('31 days later and offline, the download is locked and says why', async () => {
  await world.stopApp();
  await world.stopService();
  const page = await world.startApp({ qaClockOffsetMs: MONTH_LATER });
  await goToDownloads(page);
  const line = downloadLine(page, NAME);
  await expect(line).toContainText('Locked');
  await expect(line).toContainText('Go online and renew it; nothing is downloaded again.');
  await expect(line.getByRole('link', { name: /^Play/ })).toHaveCount(0);
  // It could only fail.
  await expect(line.getByRole('button', { name: /^Renew/ })).toHaveCount(0);
  await openTitle(page, 'Night Cartography');
  await page.getByRole('link', { name: /^Play S1 E2 Contour Lines/ }).click();
  await expect(page.getByRole('alert')).toContainText('Go online and renew it');
});

test('online it is renewed without downloading again, and plays', async () => {
  const service = await world.startService([`--qa-clock-offset-ms=${MONTH_LATER}`]);
  const { page } = world;
  await page.getByRole('link', { name: 'Go to downloads' }).click();
  const line = downloadLine(page, NAME);
  await line.getByRole('button', { name: 'Renew' }).click();
  await expect(line).toContainText('Downloaded');
  await line.getByRole('link', { name: /^Play/ }).click();
  await page.getByRole('button', { name: 'Start now' }).click();
  await expectPlaying(page, episode.videoNumber);
  await leavePlayer(page);
  const asked = await segmentsAskedOfAll(service);
  expect(asked.map(({ path: at }) => at)).toEqual([]);
});
