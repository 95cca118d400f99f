import { expect, test } from '../support/test.ts';
import { fillSignIn, homeHeading, profileButton, traveler } from '../support/screens.ts';
import { useWorld } from '../support/use-world.ts';

const world = useWorld();

test('a wrong password is told in a sentence', async () => {
  const { page } = world;
  await fillSignIn(page, traveler.email, 'not-the-password');
  await expect(page.getByRole('alert')).toContainText('That email address and password do not match');
});

test('the right one leads to who is watching', async () => {
  const { page } = world;
  await fillSignIn(page, traveler.email, traveler.password);
  await expect(page.getByRole('heading', { name: 'Who is watching?' })).toBeVisible();
  await expect(page.getByRole('main').getByRole('listitem')).toHaveText([/Ana/, /Ben/, /Kim/]);
});

test('a profile with a PIN opens only with the right one', async () => {
  const { page } = world;
  await profileButton(page, 'Ben').click();
  const dialog = page.getByRole('dialog', { name: 'Enter the PIN of Ben' });
  await dialog.getByLabel('PIN, four digits').fill('9999');
  await expect(dialog.getByRole('alert')).toContainText('That PIN is not right');
  await dialog.getByLabel('PIN, four digits').fill('1234');
  await expect(homeHeading(page)).toBeAttached();
  await expect(page.getByRole('button', { name: 'Profile menu of Ben' })).toBeVisible();
});

test('who is watching can change', async () => {
  const { page } = world;
  await page.getByRole('button', { name: 'Profile menu of Ben' }).click();
  await page.getByRole('menuitem', { name: 'Switch profile' }).click();
  await profileButton(page, 'Kim').click();
  await expect(page.getByRole('button', { name: 'Profile menu of Kim' })).toBeVisible();
});

test('the app that is started again knows who was watching', async () => {
  await world.stopApp();
  const page = await world.startApp();
  await expect(page.getByRole('button', { name: 'Profile menu of Kim' })).toBeVisible();
});

test('signing out leads back to the sign-in screen', async () => {
  const { page } = world;
  await page.getByRole('button', { name: 'Profile menu of Kim' }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await expect(page.getByRole('button', { name: 'Sign in' })).toBeVisible();
});
