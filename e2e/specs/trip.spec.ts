import { HOUR_MS } from '../../src/shared/units.ts';
import { expectAccessible } from '../support/axe.ts';
import { demoVideo } from '../support/catalog.ts';
import { segmentsAskedOfAll } from '../support/ocas.ts';
import { expectPlaying } from '../support/picture.ts';
import {
  downloadLine,
  goToDownloads,
  leavePlayer,
  openTitle,
  signIn,
  startDownload,
} from '../support/screens.ts';
import { expect, test } from '../support/test.ts';
import { useWorld } from '../support/use-world.ts';

const world = useWorld();
const episode = demoVideo('night-cartography-s1e2');
const NAME = 'Night Cartography · S1 E2 · Contour Lines';
/** After the first play: of 48 hours less than two are left. */
const LATER = 46.5 * HOUR_MS;

const goToTrip = async () => {
  const { page } = world;
  await page.getByRole('link', { name: 'Trip check' }).first().click();
  await page.getByRole('heading', { level: 1, name: 'Trip check' }).waitFor();
};
const inGroup = (group: RegExp) =>
  world.page.getByRole('region', { name: group }).getByRole('listitem', { name: NAME });

test('a download that was not begun plays on the whole trip, and says to leave it until then', async () => {
  const { page } = world;
  await signIn(page);
  await openTitle(page, 'Night Cartography');
  await startDownload(page, 'S1 E2 Contour Lines', '240p');
  await goToDownloads(page);
  await expect(downloadLine(page, NAME)).toContainText('Downloaded');
  await expect(downloadLine(page, NAME)).toContainText('Once started, 48 hr to finish.');
  await goToTrip();
  const item = inGroup(/^Plays on the whole trip/);
  await expect(item).toContainText('Plays at any time of the trip');
  await expect(item).toContainText('Leave it until then');
  await expectAccessible(page);
});

test('the first play is announced before it starts the clock, on the title page as well', async () => {
  const { page } = world;
  await openTitle(page, 'Night Cartography');
  await expect(page.getByText('Once started, 48 hr to finish.').first()).toBeVisible();
  await page.getByRole('link', { name: /^Play S1 E2 Contour Lines/ }).click();
  const notice = page.getByRole('alertdialog', { name: 'The first play starts the clock' });
  await expect(notice).toContainText('48 hr');
  await expectAccessible(page);
  await page.keyboard.press('Escape');
  await page.getByRole('heading', { level: 1, name: 'Night Cartography' }).waitFor();
  await page.getByRole('link', { name: /^Play S1 E2 Contour Lines/ }).click();
  await page.getByRole('button', { name: 'Start now' }).press('Enter');
  await expectPlaying(page, episode.videoNumber, 8 * 24);
  await leavePlayer(page);
  await expect(page.getByText('Finish within 47 hr').first()).toBeVisible();
});

test('offline and later, a warning says that it runs out; the trip check says what to do', async () => {
  await world.stopApp();
  await world.stopService();
  const page = await world.startApp({ qaClockOffsetMs: LATER });
  await expect(page.getByText(`Night Cartography · S1 E2: Finish within 1 hr`)).toBeVisible();
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Got it' }).click();
  await expect(page.getByText('Watch it before it ends')).toHaveCount(0);
  await goToTrip();
  await expect(inGroup(/^Before you leave/)).toContainText('Ends before the trip');
  await expect(page.getByRole('button', { name: 'Renew 1 download' })).toBeDisabled();
  await expectAccessible(page);
});

test('online it is renewed for the trip, and nothing is downloaded again', async () => {
  const service = await world.startService([`--qa-clock-offset-ms=${LATER}`]);
  const { page } = world;
  await page.getByRole('button', { name: 'Renew 1 download' }).click();
  await expect(inGroup(/^Plays on the whole trip/)).toContainText('Plays at any time of the trip');
  await expect(page.getByRole('region', { name: /^Before you leave/ })).toHaveCount(0);
  const asked = await segmentsAskedOfAll(service);
  expect(asked.map(({ path: at }) => at)).toEqual([]);
});

test('more to take along is proposed, and downloaded', async () => {
  const { page } = world;
  const box = page.getByRole('group', { name: 'What you watch, and My List' }).getByRole('checkbox').first();
  await expect(box).toBeChecked();
  const download = page.getByRole('button', { name: /^Download \d+ titles?$/ });
  await download.click();
  // Perhaps it is complete already.
  const region = page.getByRole('region', { name: /^(Not complete yet|Plays on the whole trip)/ });
  await expect(region.getByRole('listitem').filter({ hasText: 'Here Be Lights' })).toBeVisible();
});
