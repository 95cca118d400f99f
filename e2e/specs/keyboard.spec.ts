import type { Locator, Page } from 'playwright';
import { demoVideo } from '../support/catalog.ts';
import { expectPlaying, readFrame } from '../support/picture.ts';
import { homeHeading, profileButton, traveler } from '../support/screens.ts';
import { expect, test } from '../support/test.ts';
import { useWorld } from '../support/use-world.ts';

const world = useWorld();
const film = demoVideo('rule-thirty');

/** Presses Tab until the element has the focus; a person gives up as well after so many. */
async function tabTo(page: Page, target: Locator): Promise<void> {
  for (let presses = 0; presses < 40; presses += 1) {
    if (await hasFocus(target)) return;
    await page.keyboard.press('Tab');
  }
  await expect(target).toBeFocused();
}

function hasFocus(target: Locator): Promise<boolean> {
  return target.evaluate((element) => element === document.activeElement);
}

test('sign in by keyboard', async () => {
  const { page } = world;
  await tabTo(page, page.getByLabel('Email'));
  await page.keyboard.type(traveler.email);
  await tabTo(page, page.getByLabel('Password'));
  await page.keyboard.type(traveler.password);
  await page.keyboard.press('Enter');
  await expect(profileButton(page, 'Ana')).toBeVisible();
});

test('choose who is watching by keyboard', async () => {
  const { page } = world;
  await tabTo(page, profileButton(page, 'Ana'));
  await page.keyboard.press('Enter');
  await expect(homeHeading(page)).toBeAttached();
});

test('find a title by keyboard', async () => {
  const { page } = world;
  await tabTo(page, page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Search' }));
  await page.keyboard.press('Enter');
  await expect(page.getByRole('searchbox')).toBeFocused();
  await page.keyboard.type('rule');
  const result = page.getByRole('list', { name: 'Results' }).getByRole('link', { name: /Rule Thirty/ });
  await expect(result).toBeVisible();
  await tabTo(page, result);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1, name: 'Rule Thirty' })).toBeVisible();
});

test('play, pause, go on and seek by keyboard', async () => {
  const { page } = world;
  await tabTo(page, page.getByRole('main').getByRole('link', { name: 'Play', exact: true }));
  await page.keyboard.press('Enter');
  await expectPlaying(page, film.videoNumber);
  const button = page.getByRole('button', { name: /^(Play|Pause)$/ });
  await tabTo(page, button);
  await expect(button).toHaveAccessibleName('Pause');
  await page.keyboard.press('Space');
  await expect(button).toHaveAccessibleName('Play');

  // It stands still: nothing but the key can move it.
  await page.keyboard.press('Shift+Tab');
  const position = page.getByRole('slider', { name: 'Position' });
  await expect(position).toBeFocused();
  const frame = async () => (await readFrame(page))?.frame ?? -1;
  await page.keyboard.press('Home');
  await expect.poll(frame).toBe(0);
  await page.keyboard.press('ArrowRight');
  await expect.poll(frame).toBeGreaterThanOrEqual(24);
  await page.keyboard.press('Tab');
  await expect(button).toBeFocused();
  await page.keyboard.press('Space');
  await expectPlaying(page, film.videoNumber, 24);
});

test('leave the player by keyboard', async () => {
  const { page } = world;
  await tabTo(page, page.getByRole('button', { name: 'Back', exact: true }));
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1, name: 'Rule Thirty' })).toBeVisible();
});

test('go along a row with the arrow keys', async () => {
  const { page } = world;
  await tabTo(page, page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Home' }));
  await page.keyboard.press('Enter');
  const cards = page.getByRole('region', { name: 'Top Picks for You' }).getByRole('link');
  await tabTo(page, cards.first());
  await page.keyboard.press('ArrowRight');
  await expect(cards.nth(1)).toBeFocused();
  await page.keyboard.press('ArrowLeft');
  await expect(cards.first()).toBeFocused();
  await page.keyboard.press('ArrowDown');
  await expect(cards.first()).not.toBeFocused();
});

test('choose subtitles from the menu by keyboard', async () => {
  const { page } = world;
  const row = page.getByRole('region', { name: 'Continue Watching' });
  await tabTo(page, row.getByRole('link').first());
  await page.keyboard.press('Enter');
  await expectPlaying(page, film.videoNumber);
  const menu = page.getByRole('button', { name: 'Audio and subtitles' });
  await tabTo(page, menu);
  await page.keyboard.press('Enter');
  const french = page.getByRole('menuitemradio', { name: 'French' });
  // The focus moves into the menu, and back, a moment after it is drawn.
  await expect(page.locator('[role=menuitemradio]:focus')).toBeAttached();
  for (let presses = 0; presses < 10 && !(await hasFocus(french)); presses += 1)
    await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('menu')).toHaveCount(0);
  await expect(menu).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(french).toHaveAttribute('aria-checked', 'true');
});
