import type { Locator, Page } from 'playwright';
import { expectAccessible } from '../support/axe.ts';
import { labOf } from '../support/lab.ts';
import { setFaults, slowTo } from '../support/ocas.ts';
import {
  downloadDialog,
  downloadLine,
  goToDownloads,
  goToSettings,
  openTitle,
  signIn,
  tick,
} from '../support/screens.ts';
import { expect, test } from '../support/test.ts';
import { useWorld } from '../support/use-world.ts';

/** Seasons by rule, the order of the queue, and what keeps it waiting. */

const world = useWorld({ qa: true });
const queue = (page: Page): Locator => page.getByRole('grid', { name: /^Queue/ });
const rows = (page: Page): Locator => queue(page).getByRole('row');
const orderOf = (page: Page): Promise<string[]> =>
  rows(page).evaluateAll((all) =>
    all.map((row) => /E\d/.exec(row.getAttribute('aria-label') ?? '')?.[0] ?? '?'),
  );
const said = (page: Page): Locator =>
  page.getByRole('status').filter({ hasText: /is now \d of \d in the queue/ });

async function pick(page: Page, group: string, choice: string): Promise<void> {
  const radio = page.getByRole('radio', { name: choice, exact: true });
  const label = page.getByRole('radiogroup', { name: group }).locator('label').filter({ has: radio });
  await label.click();
  await expect(label.getByRole('radio')).toBeChecked();
}

async function setSwitch(page: Page, name: string, isOn: boolean): Promise<void> {
  const one = page.getByRole('switch', { name, exact: true });
  if ((await one.isChecked()) !== isOn) await page.locator('label').filter({ has: one }).click();
  await expect(one).toBeChecked({ checked: isOn });
}

async function enter(page: Page, field: string, value: string): Promise<void> {
  const input = page.getByRole('textbox', { name: field, exact: true });
  await input.fill(value);
  await input.press('Tab');
}

test('a season is chosen by rule, weighed, and begun by keyboard alone', async () => {
  const { page } = world;
  await signIn(page);
  // The first of them would be complete after six minutes.
  await slowTo(world.service, 5_000);
  await openTitle(page, 'Cold Harbor Line');
  await page.getByRole('button', { name: 'Download season 1' }).focus();
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog', { name: 'Download season 1' });
  const sum = dialog.getByRole('status').getByRole('strong');
  await expect(dialog.getByRole('checkbox')).toHaveCount(3);
  await dialog.getByRole('radiogroup', { name: 'Quality' }).getByRole('radio', { checked: true }).focus();
  const proposed = await sum.innerText();
  // Up from "up to 720p": the smallest.
  await page.keyboard.press('ArrowLeft');
  await expect(dialog.getByRole('radio', { name: 'Data saver' })).toBeChecked();
  await expect(sum).not.toHaveText(proposed);
  const start = dialog.getByRole('button', { name: 'Download 3 episodes' });
  await expect(start).toBeEnabled();
  const small = await sum.innerText();
  await dialog.getByRole('checkbox', { name: /S1 E3/ }).focus();
  await page.keyboard.press('Space');
  await expect(sum).not.toHaveText(small);
  await page.keyboard.press('Space');
  await expect(sum).toHaveText(small);
  await start.focus();
  await page.keyboard.press('Enter');
  await expect(dialog).toHaveCount(0);
  await openTitle(page, 'Tiny Signals');
  await page.getByRole('button', { name: 'Download next…' }).click();
  const next = page.getByRole('dialog', { name: 'Download next episodes' });
  await tick(next.getByRole('radio', { name: 'Data saver' }));
  await next.getByRole('button', { name: 'Download 3 episodes' }).click();
  await expect(next).toHaveCount(0);
});

test('two are worked on; the others wait in an order that is changed by dragging', async () => {
  const { page } = world;
  await goToDownloads(page);
  await expect(page.getByRole('heading', { name: /^Downloading now 2/ })).toBeVisible();
  await expect.poll(() => orderOf(page)).toEqual(['E3', 'E1', 'E2', 'E3']);
  await expect(rows(page).first()).toContainText('Waiting its turn');
  await rows(page)
    .nth(2)
    .dragTo(rows(page).first(), { sourcePosition: { x: 8, y: 20 }, targetPosition: { x: 200, y: 4 } });
  await expect.poll(() => orderOf(page)).toEqual(['E2', 'E3', 'E1', 'E3']);
  await expect(said(page)).toContainText('is now 1 of 4');
});

test('by keyboard: the handle, the menu, the priority', async () => {
  const { page } = world;
  const handle = rows(page)
    .nth(2)
    .getByRole('button', { name: /^Move .* in the queue$/ });
  await handle.focus();
  await page.keyboard.press('Enter');
  // Where it may be dropped is offered a moment later, and one of the places has the focus.
  const places = queue(page).getByRole('button', { name: /^Insert/ });
  await expect(page.locator('.queue-drop[data-drop-target]')).toBeAttached();
  await page.keyboard.press('Home');
  await expect(places.first()).toBeFocused();
  await page.keyboard.press('Enter');
  await expect.poll(() => orderOf(page)).toEqual(['E1', 'E2', 'E3', 'E3']);
  const menu = (at: number) =>
    rows(page)
      .nth(at)
      .getByRole('button', { name: /^Order and priority/ });
  await menu(0).focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('menuitem', { name: 'Move down' })).toBeFocused();
  await expect(page.getByRole('menuitem', { name: 'Move up' })).toHaveCount(0);
  await page.keyboard.press('Enter');
  await expect.poll(() => orderOf(page)).toEqual(['E2', 'E1', 'E3', 'E3']);
  await expect(page.getByRole('menu')).toHaveCount(0);
  // The last one before all others: it takes the place of one that is being worked on.
  const name = (await rows(page).nth(3).getAttribute('aria-label')) ?? '';
  await menu(3).focus();
  await page.keyboard.press('Enter');
  await page.getByRole('menuitemradio', { name: 'Before the others' }).press('Enter');
  await expect(
    page.getByRole('region', { name: /^Downloading now/ }).getByRole('listitem', { name }),
  ).toBeVisible();
  await expect.poll(() => orderOf(page)).toHaveLength(4);
});

test('all pause, and all go on', async () => {
  const { page } = world;
  await page.getByRole('button', { name: 'Pause all' }).click();
  await expect(rows(page).filter({ hasText: 'Paused' })).toHaveCount(6);
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Resume all' }).click();
  await expect(page.getByRole('heading', { name: /^Downloading now 2/ })).toBeVisible();
});

test('a network that costs, and hours: said, overridden once, taken back', async () => {
  const { page } = world;
  await goToSettings(page);
  await pick(page, 'The network you are on costs by the byte', 'Yes');
  await goToDownloads(page);
  await expect(rows(page).filter({ hasText: 'Waiting for a network that costs nothing' })).toHaveCount(6);
  await expectAccessible(page);
  const name = (await rows(page).nth(5).getAttribute('aria-label')) ?? '';
  await rows(page)
    .nth(5)
    .getByRole('button', { name: /^Download anyway/ })
    .click();
  await expect(
    page.getByRole('region', { name: /^Downloading now/ }).getByRole('listitem', { name }),
  ).toBeVisible();

  await goToSettings(page);
  await pick(page, 'The network you are on costs by the byte', 'No');
  // No hour ends between the choice and what it leads to.
  await labOf(page).clock({ do: 'rate', rate: 0 });
  const hour = new Date((await labOf(page).state()).clock.wallMs).getHours();
  await pick(page, 'Hours', hour >= 2 && hour < 6 ? 'Not between' : 'Only between');
  const from = page.getByRole('group', { name: 'From' }).getByRole('spinbutton', { name: /^hour/ });
  await from.focus();
  await expect(from).toHaveText('2');
  await page.keyboard.press('ArrowUp');
  await expect(from).toHaveText('3');
  await page.keyboard.press('ArrowDown');
  await expect(from).toHaveText('2');
  await goToDownloads(page);
  await expect(rows(page).filter({ hasText: /Waits until .*[26]:00/ })).toHaveCount(5);
  await goToSettings(page);
  await pick(page, 'Hours', 'At any time');
  await labOf(page).clock({ do: 'rate', rate: 1 });
});

test('off the charger: said, and over when it is plugged in', async () => {
  const { page } = world;
  await setSwitch(page, 'Only while on the charger', true);
  await labOf(page).faults({ onBattery: true });
  await goToDownloads(page);
  await expect(rows(page).filter({ hasText: 'Waiting for the charger' })).toHaveCount(5);
  await labOf(page).faults({ onBattery: false });
  await expect(page.getByRole('heading', { name: /^Downloading now 2/ })).toBeVisible();
  await goToSettings(page);
  await setSwitch(page, 'Only while on the charger', false);
});

test('no room: said before anything starts, and waited for by what is queued', async () => {
  const { page } = world;
  await setSwitch(page, 'Limit what downloads may take', true);
  await enter(page, 'At most', '20');
  await enter(page, 'Always leave free', '900000');
  await expectAccessible(page);
  await openTitle(page, 'Rule Thirty');
  await page.getByRole('button', { name: 'Download Rule Thirty' }).click();
  const dialog = downloadDialog(page);
  await expect(dialog).toContainText(/This does not fit on the disk: .* more are needed/);
  await expect(dialog.getByRole('button', { name: 'Start download' })).toBeDisabled();
  await expectAccessible(page);
  await page.keyboard.press('Escape');

  await goToDownloads(page);
  await page
    .getByRole('region', { name: /^Downloading now/ })
    .getByRole('button', { name: /^Pause/ })
    .first()
    .click();
  await expect(rows(page).filter({ hasText: 'There is not enough space for it' }).first()).toBeVisible();
  await goToSettings(page);
  await enter(page, 'Always leave free', '0.1');
  await setSwitch(page, 'Limit what downloads may take', false);
});

test('a cap holds all of them back, and without it they complete', async () => {
  const { page } = world;
  await setSwitch(page, 'Limit the speed', true);
  await enter(page, 'At most, all downloads together', '0.1');
  // From here on nothing else holds them back.
  await setFaults(world.service, []);
  await goToDownloads(page);
  await page.getByRole('button', { name: 'Resume all' }).click();
  const now = page.getByRole('region', { name: /^Downloading now/ });
  await expect(now.getByRole('listitem').first()).toContainText('Downloading');
  await goToSettings(page);
  await setSwitch(page, 'Limit the speed', false);
  await goToDownloads(page);
  await expect(page.getByRole('heading', { name: /^Ready to watch 6/ })).toBeVisible({ timeout: 60_000 });
  await expect(downloadLine(page, 'Cold Harbor Line').first()).toContainText('Downloaded');
});
