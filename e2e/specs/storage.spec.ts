import { existsSync } from 'node:fs';
import { readdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Locator, Page } from 'playwright';
import { PlaybackStart } from '../../src/shared/contract.ts';
import { Settings } from '../../src/shared/settings.ts';
import { expectAccessible } from '../support/axe.ts';
import { demoVideo } from '../support/catalog.ts';
import { mountDrive } from '../support/drive.ts';
import type { Drive } from '../support/drive.ts';
import { ifThere } from '../support/files.ts';
import { call, labOf } from '../support/lab.ts';
import { setFaults } from '../support/ocas.ts';
import { expectPlaying } from '../support/picture.ts';
import {
  downloadDialog,
  downloadLine,
  goToDownloads,
  goToSettings,
  leavePlayer,
  openTitle,
  rung,
  signIn,
  startDownload,
  tick,
} from '../support/screens.ts';
import { expect, test } from '../support/test.ts';
import { useWorld } from '../support/use-world.ts';

/** Where downloads lie: moved, unplugged, damaged, full. */

const world = useWorld({ qa: true });
/** A small one, so that it is soon full: it holds one film in 720p, and another only in 240p. */
let drive: Drive;
test.beforeAll(() => {
  drive = mountDrive(20 * 1024 * 1024);
});
// Not there where the host cannot run.
test.afterAll(() => (drive as Drive | undefined)?.remove());
const place = () => path.join(drive.folder, 'Layover');
const away = () => path.join(drive.folder, 'unplugged');
const folderOf = (page: Page): Locator => page.locator('.settings-path').first();
const absent = /is not plugged in\. Plug it in again/;

async function beginMove(page: Page, to: string): Promise<void> {
  await page.getByRole('button', { name: 'Change…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Another folder for downloads' });
  await dialog.getByRole('textbox', { name: 'Folder' }).fill(to);
  await dialog.getByRole('button', { name: 'Move downloads' }).click();
  await expect(dialog).toHaveCount(0);
}

/**
 * A move goes no faster than so many bytes a second while something plays: as long as the lab's clock stands
 * still it waits before its first byte, however fast the disk is.
 */
async function holdMoves(page: Page): Promise<() => Promise<void>> {
  const { videoId } = demoVideo('the-edge-of-the-set');
  const { sessionId } = PlaybackStart.parse(await call(page, 'playback/start', { videoId }));
  const { clock } = labOf(page);
  await clock({ do: 'rate', rate: 0 });
  return async () => {
    await clock({ do: 'rate', rate: 1 });
    await call(page, 'playback/stop', { sessionId });
  };
}

async function capDownloads(page: Page, capBitsPerSecond: number | null): Promise<void> {
  const { downloads } = Settings.parse(await call(page, 'settings/read'));
  await call(page, 'settings/write', { downloads: { ...downloads, capBitsPerSecond } });
}

test('the bar says what is taken; a folder is looked at before anything moves', async () => {
  const { page } = world;
  await signIn(page);
  await openTitle(page, 'Rule Thirty');
  await startDownload(page, 'Rule Thirty', '720p');
  await goToDownloads(page);
  await expect(downloadLine(page, 'Rule Thirty')).toContainText('Downloaded');
  await page.getByRole('link', { name: 'Manage storage' }).click();
  await expect(
    page.getByRole('img', { name: /^Disk with your downloads: .* MB taken by downloads/ }),
  ).toBeVisible();
  await page.getByRole('button', { name: 'Change…' }).focus();
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog', { name: 'Another folder for downloads' });
  const said = dialog.getByRole('status');
  const typed = dialog.getByRole('textbox', { name: 'Folder' });
  await typed.focus();
  await page.keyboard.type(path.join(world.userData, 'downloads'));
  await expect(said).toContainText('Your downloads are there already');
  await typed.fill(world.userData);
  await expect(said).toContainText(/Choose an empty folder/);
  await expect(dialog.getByRole('button', { name: 'Move downloads' })).toBeDisabled();
  await typed.fill(place());
  await expect(said).toContainText(/stay free there/);
  await expectAccessible(page);
  await page.keyboard.press('Escape');
  await expect(dialog).toHaveCount(0);
});

test('a move is canceled, and everything stays; then it is carried out, and plays on', async () => {
  const { page } = world;
  const home = await folderOf(page).innerText();
  const letGo = await holdMoves(page);
  await beginMove(page, place());
  await page.getByRole('button', { name: 'Cancel the move' }).click();
  await expect(page.getByRole('progressbar', { name: /^Moving/ })).toHaveCount(0);
  await expect(folderOf(page)).toHaveText(home);
  await expect.poll(() => existsSync(place())).toBe(false);
  await letGo();
  await beginMove(page, place());
  await expect(folderOf(page)).toHaveText(place());
  // What was copied is erased where it lay before.
  await expect
    .poll(async () => ((await ifThere(readdir(home))) ?? []).filter((name) => name.endsWith('.sealed')))
    .toEqual([]);
  await goToDownloads(page);
  await setFaults(world.service, [{ fault: { kind: 'status', code: 503 } }]);
  await downloadLine(page, 'Rule Thirty').getByRole('link', { name: /^Play/ }).click();
  await page.getByRole('button', { name: 'Start now' }).click();
  await expectPlaying(page, demoVideo('rule-thirty').videoNumber);
  await leavePlayer(page);
  await setFaults(world.service, []);
});

test('what does not fit is said with what could go; what is smaller fits', async () => {
  test.skip(!drive.isSmall, 'not run: needs root on Linux (a disk of 20 MB)');
  const { page } = world;
  await goToSettings(page);
  const floor = page.getByRole('textbox', { name: 'Always leave free', exact: true });
  await floor.fill('0');
  await floor.press('Tab');
  await openTitle(page, 'The Edge of the Set');
  await page.getByRole('button', { name: 'Download The Edge of the Set' }).click();
  const dialog = downloadDialog(page);
  await tick(rung(dialog, '480p'));
  await expect(dialog).toContainText(/does not fit on the disk: .* more are needed/);
  await expect(dialog.getByRole('button', { name: 'Start download' })).toBeDisabled();
  // What was begun is named, and not ticked by itself.
  const begun = dialog.getByRole('checkbox', { name: /^Rule Thirty ·/ });
  await expect(begun).not.toBeChecked();
  await begun.focus();
  await page.keyboard.press('Space');
  await expect(dialog).toContainText('That makes enough room.');
  await page.keyboard.press('Space');
  await expectAccessible(page);
  await tick(rung(dialog, '240p'));
  await expect(dialog.getByRole('button', { name: 'Start download' })).toBeEnabled();
  // The slowest there is: five minutes for this one.
  await capDownloads(page, 100_000);
  await dialog.getByRole('button', { name: 'Start download' }).click();
  await expect(dialog).toHaveCount(0);
});

test('the drive is unplugged and comes back: said, waited for, gone on', async () => {
  const { page } = world;
  await goToDownloads(page);
  const line = downloadLine(page, 'The Edge of the Set');
  await expect(line).toContainText('Downloading');
  await rename(place(), away());
  await expect(page.getByText(absent)).toBeVisible();
  await expect(line).toContainText(/The drive “.*” is not plugged in/);
  await expectAccessible(page);
  await rename(away(), place());
  await expect(page.getByText(absent)).toHaveCount(0);
  await capDownloads(page, null);
  await expect(line).toContainText('Downloaded', { timeout: 60_000 });
});

test('what the disk has damaged is found by a check, and repaired', async () => {
  const { page } = world;
  const files = await readdir(place(), { recursive: true });
  const file = files.find((name) => /rule-thirty\.v-|v-720p.*\.sealed$/.test(name)) ?? '';
  const sealed = path.join(place(), file);
  expect(existsSync(sealed), files.join()).toBe(true);
  const bytes = await readFile(sealed);
  const at = Math.floor(bytes.length / 2);
  bytes[at] = (bytes[at] ?? 0) ^ 0xff;
  await writeFile(sealed, bytes);
  await goToSettings(page);
  await page.getByRole('button', { name: 'Check downloads' }).focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('status').filter({ hasText: '1 damaged part was found' })).toBeVisible();
  await goToDownloads(page);
  await expect(downloadLine(page, 'Rule Thirty')).toContainText('Downloaded');
  await goToSettings(page);
  await page.getByRole('button', { name: 'Check downloads' }).click();
  await expect(page.getByRole('status').filter({ hasText: 'nothing was damaged' })).toBeVisible();
});
