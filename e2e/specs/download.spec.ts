import { stat } from 'node:fs/promises';
import type { Locator } from 'playwright';
import { filesBelow, ifThere } from '../support/files.ts';
import { setFaults, slowTo } from '../support/ocas.ts';
import {
  downloadDialog,
  downloadLine,
  goToDownloads,
  openTitle,
  rung,
  signIn,
  tick,
} from '../support/screens.ts';
import { expect, test } from '../support/test.ts';
import { useWorld } from '../support/use-world.ts';

const world = useWorld();
/** So slow that it takes minutes: each spec finds the download still under way. */
const SLOW = 60_000;

const percentOf = async (line: Locator): Promise<number> =>
  Number(await line.getByRole('progressbar', { name: /^Download of/ }).getAttribute('aria-valuenow'));

/** Bytes in the user's folder that the app itself put there. */
async function storedBytes(): Promise<number> {
  let sum = 0;
  for await (const file of filesBelow(world.userData, ['browser-window']))
    sum += (await ifThere(stat(file)))?.size ?? 0;
  return sum;
}

test('the dialog shows sizes, and what is chosen changes the sum', async () => {
  const { page } = world;
  await signIn(page);
  await openTitle(page, 'Rule Thirty');
  await page.getByRole('button', { name: 'Download Rule Thirty' }).click();
  const dialog = downloadDialog(page);
  for (const quality of ['720p', '480p', '240p'])
    await expect(
      dialog.getByRole('radio', { name: new RegExp(`^${quality}.*[\\d.]+ [kM]B`) }),
    ).toBeAttached();
  const sum = dialog.getByRole('status').getByRole('strong');
  const weighed = () => expect(dialog.getByRole('button', { name: 'Start download' })).toBeEnabled();
  await tick(rung(dialog, '720p'));
  await weighed();
  const large = await sum.innerText();
  await tick(rung(dialog, '240p'));
  await expect(sum).not.toHaveText(large);
  await tick(rung(dialog, '720p'));
  await expect(sum).toHaveText(large);
  // A tick answers to the hand at once, whatever the engine has yet to weigh.
  await tick(rung(dialog, '240p'));
  await expect(sum).not.toHaveText(large);
  const small = await sum.innerText();
  const spanish = dialog
    .getByRole('group', { name: 'Audio languages' })
    .getByRole('checkbox', { name: 'Spanish' });
  await tick(spanish);
  await expect(sum).not.toHaveText(small);
  await tick(spanish, false);
  await tick(rung(dialog, '720p'));
  await expect(sum).toHaveText(large);
});

test('a download starts, and its bar moves', async () => {
  const { page } = world;
  await slowTo(world.service, SLOW);
  await downloadDialog(page).getByRole('button', { name: 'Start download' }).click();
  await goToDownloads(page);
  const line = downloadLine(page, 'Rule Thirty');
  await expect(line).toContainText('Downloading');
  await expect(line).toContainText(/\/s/);
  await expect.poll(() => percentOf(line)).toBeGreaterThan(0);
});

test('it stands still while paused, and goes on when resumed', async () => {
  const { page } = world;
  const line = downloadLine(page, 'Rule Thirty');
  await line.getByRole('button', { name: /^Pause/ }).click();
  await expect(line).toContainText('Paused');
  const paused = await percentOf(line);
  await line.getByRole('button', { name: /^Resume/ }).click();
  await expect(line).toContainText('Downloading');
  await expect.poll(() => percentOf(line)).toBeGreaterThan(paused);
});

test('killed in the middle and started again, it goes on by itself', async () => {
  const before = await percentOf(downloadLine(world.page, 'Rule Thirty'));
  expect(before).toBeLessThan(100);
  await world.killApp();
  const page = await world.startApp();
  await goToDownloads(page);
  const line = downloadLine(page, 'Rule Thirty');
  await expect(line).toContainText('Downloading');
  expect(await percentOf(line)).toBeGreaterThan(0);
  await expect.poll(() => percentOf(line)).toBeGreaterThan(before);
});

test('it completes, and says until when it can be started', async () => {
  const line = downloadLine(world.page, 'Rule Thirty');
  await setFaults(world.service, []);
  await expect(line).toContainText('Downloaded');
  await expect(line).toContainText(/Start by/);
  await expect(line.getByRole('link', { name: /^Play/ })).toBeVisible();
});

test('another one is canceled, and nothing of it stays', async () => {
  const { page } = world;
  const before = await storedBytes();
  await slowTo(world.service, SLOW);
  await openTitle(page, 'The Edge of the Set');
  await page.getByRole('button', { name: 'Download The Edge of the Set' }).click();
  await downloadDialog(page).getByRole('button', { name: 'Start download' }).click();
  await goToDownloads(page);
  const line = downloadLine(page, 'The Edge of the Set');
  await expect.poll(() => percentOf(line)).toBeGreaterThan(0);
  await line.getByRole('button', { name: /^Cancel/ }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Remove' }).click();
  await expect(line).toHaveCount(0);
  await setFaults(world.service, []);
  await expect.poll(storedBytes).toBeLessThan(before + 1_000_000);
});

test('what is removed frees its space', async () => {
  const { page } = world;
  const before = await storedBytes();
  const line = downloadLine(page, 'Rule Thirty');
  await line.getByRole('button', { name: /^Remove/ }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Remove' }).click();
  await expect(page.getByRole('heading', { name: 'Pack something for the way' })).toBeVisible();
  await expect.poll(storedBytes).toBeLessThan(before - 5_000_000);
});
