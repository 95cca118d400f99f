import { expect, test } from '../support/test.ts';
import { goHome, openTitle, profileButton, signIn } from '../support/screens.ts';
import { useWorld } from '../support/use-world.ts';

const world = useWorld();

test('home shows a large title and rows', async () => {
  const { page } = world;
  await signIn(page);
  for (const row of ['Top Picks for You', 'Trending Now', 'Top 10 in Your Country'])
    await expect(page.getByRole('region', { name: row }).getByRole('link').first()).toBeVisible();
  const more = page.getByRole('link', { name: 'More' });
  const name = await page.getByRole('region').filter({ has: more }).getByRole('heading').innerText();
  await more.click();
  await expect(page.getByRole('heading', { level: 1, name })).toBeVisible();
});

test('pictures of titles are shown', async () => {
  const { page } = world;
  await goHome(page);
  const picture = page.getByRole('region', { name: 'Top Picks for You' }).locator('img').first();
  await expect
    .poll(() => picture.evaluate((image: HTMLImageElement) => image.naturalWidth))
    .toBeGreaterThan(0);
});

test('what the country has no license for is nowhere', async () => {
  await expect(world.page.getByRole('link', { name: /Copper Season/ })).toHaveCount(0);
});

test('search forgives a typo', async () => {
  const { page } = world;
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Search' }).click();
  await page.getByRole('searchbox').fill('nihgt cartografy');
  const results = page.getByRole('list', { name: 'Results' });
  await expect(results.getByRole('link').first()).toHaveAccessibleName(/Night Cartography/);
  await page.getByRole('searchbox').fill('Oona Keller');
  await expect(results.getByRole('link').first()).toHaveAccessibleName(/Cold Harbor Line/);
  await page.getByRole('searchbox').fill('zzzzqqq');
  const said = page.getByRole('main').getByRole('status').filter({ hasText: 'Nothing found' });
  await expect(said).toBeVisible();
});

test('a series shows facts, languages and episodes', async () => {
  const { page } = world;
  await openTitle(page, 'Cold Harbor Line');
  const main = page.getByRole('main');
  await expect(main).toContainText('16+');
  await expect(main).toContainText('Aksel Rune');
  await expect(main).toContainText('English, Spanish, French');
  await expect(main.getByRole('region', { name: 'Season 1' }).getByRole('heading', { level: 3 })).toHaveText([
    'Bill of Lading',
    'Draft Marks',
    'Slack Water',
  ]);
});

test('My List keeps a title until it is taken off', async () => {
  const { page } = world;
  const toggle = page.getByRole('button', { name: 'My List' });
  await toggle.click();
  await expect(toggle).toHaveAttribute('aria-pressed', 'true');
  await goHome(page);
  const row = page.getByRole('region', { name: 'My List' });
  await row.getByRole('link', { name: 'Cold Harbor Line' }).click();
  await toggle.click();
  await expect(toggle).toHaveAttribute('aria-pressed', 'false');
  await goHome(page);
  await expect(row).toHaveCount(0);
});

test('a kids profile sees what is for kids', async () => {
  const { page } = world;
  await page.getByRole('button', { name: 'Profile menu of Ana' }).click();
  await page.getByRole('menuitem', { name: 'Switch profile' }).click();
  await profileButton(page, 'Kim').click();
  await expect(page.getByRole('link', { name: /Tiny Signals/ }).first()).toBeVisible();
  await expect(page.getByRole('link', { name: /Cold Harbor Line/ })).toHaveCount(0);
});
