import { expectAccessible } from '../support/axe.ts';
import { demoVideo } from '../support/catalog.ts';
import { setFaults, slowTo } from '../support/ocas.ts';
import { expectPlaying } from '../support/picture.ts';
import {
  downloadDialog,
  downloadLine,
  fillSignIn,
  goHome,
  goToDownloads,
  goToSettings,
  homeHeading,
  leavePlayer,
  openTitle,
  profileButton,
  startDownload,
  traveler,
  wakeControls,
} from '../support/screens.ts';
import { expect, test } from '../support/test.ts';
import { useWorld } from '../support/use-world.ts';

const world = useWorld();

test('sign-in, with its refusal', async () => {
  const { page } = world;
  await expect(page.getByRole('button', { name: 'Sign in' })).toBeVisible();
  await expectAccessible(page);
  await fillSignIn(page, traveler.email, 'wrong');
  await expect(page.getByRole('alert')).toBeVisible();
  await expectAccessible(page);
});

test('who is watching, with the PIN dialog', async () => {
  const { page } = world;
  await fillSignIn(page, traveler.email, traveler.password);
  await profileButton(page, 'Ben').click();
  await expect(page.getByRole('dialog')).toBeVisible();
  await expectAccessible(page);
  await page.keyboard.press('Escape');
  await expectAccessible(page);
  await profileButton(page, 'Ana').click();
  await expect(homeHeading(page)).toBeAttached();
});

test('home', async () => {
  const { page } = world;
  await expect(page.getByRole('region', { name: 'Trending Now' })).toBeVisible();
  await expectAccessible(page);
});

test('search, with results', async () => {
  const { page } = world;
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Search' }).click();
  await page.getByRole('searchbox').fill('drama');
  await expect(page.getByRole('list', { name: 'Results' }).getByRole('link').first()).toBeVisible();
  await expectAccessible(page);
});

test('the page of a series, with the download dialog', async () => {
  const { page } = world;
  await openTitle(page, 'Tiny Signals');
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Download S1 E1 Who Took Magenta?' }).click();
  await expect(downloadDialog(page).getByRole('button', { name: 'Start download' })).toBeVisible();
  await expectAccessible(page);
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Download season 1' }).click();
  const season = page.getByRole('dialog', { name: 'Download season 1' });
  await expect(season.getByRole('checkbox').first()).toBeAttached();
  await expectAccessible(page);
  await page.keyboard.press('Escape');
});

test('downloads, one of them under way', async () => {
  const { page } = world;
  await slowTo(world.service, 10_000);
  await startDownload(page, 'S1 E1 Who Took Magenta?', '240p');
  await goToDownloads(page);
  const line = downloadLine(page, 'Tiny Signals');
  await expect(line.getByRole('progressbar')).toBeVisible();
  await expectAccessible(page);
  await line.getByRole('button', { name: /^Cancel/ }).click();
  await expect(page.getByRole('alertdialog')).toBeVisible();
  await expectAccessible(page);
  await page.keyboard.press('Escape');
  await setFaults(world.service, []);
});

test('settings', async () => {
  const { page } = world;
  await goToSettings(page);
  await expectAccessible(page);
});

test('the player, with its menu', async () => {
  const { page } = world;
  await goHome(page);
  await openTitle(page, 'Rule Thirty');
  await page.getByRole('main').getByRole('link', { name: 'Play', exact: true }).click();
  await expectPlaying(page, demoVideo('rule-thirty').videoNumber);
  await wakeControls(page);
  await page.getByRole('button', { name: 'Pause' }).click();
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Audio and subtitles' }).click();
  await expectAccessible(page);
  await page.keyboard.press('Escape');
  await leavePlayer(page);
});

test('home without a connection', async () => {
  const { page } = world;
  await world.stopService();
  await goHome(page);
  await world.stopApp();
  const offline = await world.startApp();
  await expect(offline.getByRole('heading', { name: /^No connection/ })).toBeVisible();
  await expectAccessible(offline);
});
