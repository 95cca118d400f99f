import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Locator, Page } from 'playwright';
import { findFfmpeg } from '../../service/encoder/ffmpeg.ts';
import { makeStrangersMedia, startOrigin, strangers } from '../../testing/strangers-media.ts';
import type { Origin } from '../../testing/strangers-media.ts';
import { expectAccessible } from '../support/axe.ts';
import { expectMoving } from '../support/picture.ts';
import {
  downloadDialog,
  downloadLine,
  goToDownloads,
  leavePlayer,
  openedTitles,
  openAddress,
  signIn,
} from '../support/screens.ts';
import { expect, test } from '../support/test.ts';
import { useWorld } from '../support/use-world.ts';

const world = useWorld();
let media: string;
let origin: Origin;

/** What the stranger's server holds, and what each is called. */
const recordings = [
  ['clear HLS', strangers.clear, 'Night Ferry'],
  ['HLS under keys that rotate', strangers.rotating, 'keys'],
  ['DASH', strangers.dash, 'film'],
] as const;

test.beforeAll(async () => {
  media = await mkdtemp(path.join(os.tmpdir(), 'layover-e2e-strangers-'));
  await makeStrangersMedia(media, { seconds: 20, ffmpeg: findFfmpeg().ffmpeg });
  origin = await startOrigin(media);
});
test.afterAll(async () => {
  // Not there where the host cannot run.
  await (origin as Origin | undefined)?.close();
  if (media as string | undefined) await rm(media, { recursive: true, force: true });
});

const heading = (page: Page, name: string): Locator => page.getByRole('heading', { level: 1, name });
async function play(page: Page): Promise<void> {
  await page.getByRole('main').getByRole('link', { name: /^(Play|Resume)$/ }).click(); // prettier-ignore
  await expectMoving(page);
  await leavePlayer(page);
}

for (const [what, where, name] of recordings)
  test(`with nobody signed in, ${what} is opened from its address, plays and is downloaded`, async () => {
    const { page } = world;
    await openAddress(page, origin.url + where);
    await expect(heading(page, name)).toBeVisible();
    await play(page);
    await page.getByRole('button', { name: `Download ${name}` }).click();
    const dialog = downloadDialog(page);
    await expect(dialog.getByRole('status')).toContainText('about');
    await dialog.getByRole('button', { name: 'Start download' }).click();
    await dialog.waitFor({ state: 'detached' });
    await goToDownloads(page);
    await expect(downloadLine(page, name)).toContainText('Downloaded');
  });

for (const [what, where, sentence] of [
  ['a live stream', strangers.live, 'This is a live stream'],
  ['SAMPLE-AES', strangers.sampleAes, 'SAMPLE-AES'],
  ['Widevine', strangers.widevine, 'Widevine'],
  ['a web page', strangers.page, 'A web page lies at that address'],
  ['nothing', 'nowhere.m3u8', 'answer 404'],
] as const)
  test(`${what} is refused by its name`, async () => {
    const { page } = world;
    await openAddress(page, origin.url + where);
    const dialog = page.getByRole('dialog', { name: 'Open an address' });
    await expect(dialog.getByRole('alert')).toContainText(sentence);
    if (where === strangers.page) await expectAccessible(page);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
  });

test('who signs in finds it at home, and may rename it', async () => {
  const { page } = world;
  await page.getByRole('link', { name: 'Sign in' }).click();
  await signIn(page);
  const row = page.getByRole('region', { name: 'Opened from an Address' });
  await expect(row.getByRole('link')).toHaveCount(recordings.length);
  await row.getByRole('link', { name: /^keys/ }).click();
  await page.getByRole('button', { name: 'Rename' }).click();
  const dialog = page.getByRole('dialog', { name: 'Rename' });
  await expectAccessible(page);
  await dialog.getByLabel('Name').fill('Two Keys');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(heading(page, 'Two Keys')).toBeVisible();
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Profile menu of Ana' }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
});

test('with the stranger’s server and the service gone, and after a restart, all of it plays from the disk', async () => {
  await origin.close();
  await world.stopService();
  await world.stopApp();
  const page = await world.startApp();
  for (const name of ['Night Ferry', 'Two Keys', 'film']) {
    await openedTitles(page);
    if (name === 'film') await expectAccessible(page);
    await page.getByRole('main').getByRole('link', { name: new RegExp(`^${name}`) }).click(); // prettier-ignore
    await expect(heading(page, name)).toBeVisible();
    await play(page);
  }
});

test('what is forgotten takes its download along', async () => {
  const { page } = world;
  await page.getByRole('button', { name: 'Forget' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Forget' }).click();
  await expect(heading(page, 'Opened from an Address')).toBeVisible();
  await expect(page.getByRole('main').getByRole('listitem')).toHaveCount(recordings.length - 1);
  await goToDownloads(page);
  await expect(downloadLine(page, 'Night Ferry')).toBeVisible();
  await expect(downloadLine(page, 'film')).toHaveCount(0);
});
