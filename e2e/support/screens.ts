import type { Locator, Page } from 'playwright';
import { expect } from './test.ts';

export const traveler = { email: 'traveler@layover.example', password: 'layover-demo' };

/** What a person does on the screens, by the names that stand there. */

export async function fillSignIn(page: Page, email: string, password: string): Promise<void> {
  await page.getByLabel('Email').fill(email);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

/** From the first screen to the home screen. */
export async function signIn(page: Page, profile = 'Ana'): Promise<void> {
  await fillSignIn(page, traveler.email, traveler.password);
  await profileButton(page, profile).click();
  await homeHeading(page).waitFor({ state: 'attached' });
}

/** On "Who is watching?"; its name says more than the profile's where there is more to say. */
export function profileButton(page: Page, profile: string): Locator {
  return page.getByRole('main').getByRole('button', { name: new RegExp(`^${profile}\\b`) });
}

export function homeHeading(page: Page): Locator {
  return page.getByRole('heading', { level: 1, name: 'Home' });
}

export async function goHome(page: Page): Promise<void> {
  await mainNavigation(page).getByRole('link', { name: 'Home' }).click();
  await homeHeading(page).waitFor({ state: 'attached' });
}

export async function goToDownloads(page: Page): Promise<void> {
  await mainNavigation(page).getByRole('link', { name: 'Downloads' }).click();
  await page.getByRole('heading', { level: 1, name: 'Downloads' }).waitFor();
}

export async function goToSettings(page: Page, profile = 'Ana'): Promise<void> {
  await page.getByRole('button', { name: `Profile menu of ${profile}` }).click();
  await page.getByRole('menuitem', { name: 'Settings' }).click();
  await page.getByRole('heading', { level: 1, name: 'Settings' }).waitFor();
}

/** Finds a title by its name and opens its page. */
export async function openTitle(page: Page, name: string): Promise<void> {
  await mainNavigation(page).getByRole('link', { name: 'Search' }).click();
  await page.getByRole('searchbox').fill(name);
  await page.getByRole('list', { name: 'Results' }).getByRole('link', { name }).first().click();
  await page.getByRole('heading', { level: 1, name }).waitFor();
}

/** From wherever one is, by the keyboard; what comes of it is the caller's to see. */
export async function openAddress(page: Page, url: string): Promise<void> {
  await page.getByRole('button', { name: 'Open address…' }).first().waitFor();
  await page.keyboard.press('Control+o');
  const dialog = page.getByRole('dialog', { name: 'Open an address' });
  await dialog.getByLabel('Address of the stream').fill(url);
  await dialog.getByRole('button', { name: 'Open' }).click();
}

/** The list of what was opened, with nobody signed in: from the first screen, or from any other. */
export async function openedTitles(page: Page): Promise<void> {
  const name = 'Opened from an Address';
  await page.getByRole('link', { name }).or(mainNavigation(page).getByRole('link', { name: 'Opened' })).click(); // prettier-ignore
  await page.getByRole('heading', { level: 1, name }).waitFor();
}

/** The player's controls hide while nothing moves. */
export async function wakeControls(page: Page): Promise<void> {
  await page.mouse.move(200, 200);
  await page.mouse.move(220, 220);
}

/** Back to the first frame: the demo's films are short, and a busy machine is slow. */
export async function fromTheStart(page: Page): Promise<void> {
  await page.getByRole('slider', { name: 'Position' }).press('Home');
}

export async function leavePlayer(page: Page): Promise<void> {
  await wakeControls(page);
  await page.getByRole('button', { name: 'Back', exact: true }).click();
  await page.getByTestId('video').waitFor({ state: 'detached' });
}

/** Opens one of the player's menus and chooses from it. */
export async function choose(
  page: Page,
  menu: string,
  section: string,
  choice: string | RegExp,
): Promise<void> {
  await wakeControls(page);
  await page.getByRole('button', { name: menu, exact: true }).click();
  const group = page.getByRole('menu', { name: menu }).getByRole('group', { name: section });
  await group.getByRole('menuitemradio', { name: choice }).click();
  await page.getByRole('menu', { name: menu }).waitFor({ state: 'detached' });
}

/** The line of a download on the downloads screen, by the title's name or a longer one. */
export function downloadLine(page: Page, name: string): Locator {
  const main = page.getByRole('main');
  // The queue is a grid, because its order can be changed.
  return main.getByRole('listitem', { name }).or(main.getByRole('row', { name }));
}

export function downloadDialog(page: Page): Locator {
  return page.getByRole('dialog', { name: 'Download' });
}

/**
 * Clicks a choice where a viewer does, on its label, once that stands still: a dialog moves while its content comes. A
 * checkbox that is to be unticked: `isChosen` false.
 */
export async function tick(choice: Locator, isChosen = true): Promise<void> {
  if ((await choice.isChecked()) !== isChosen) await choice.locator('xpath=ancestor::label').click();
  await expect(choice).toBeChecked({ checked: isChosen });
}

/** In the download dialog, a quality to choose by hand. */
export function rung(dialog: Locator, quality: string): Locator {
  return dialog.getByRole('radio', { name: new RegExp(`^${quality}`) });
}

/** On a title's page: opens the dialog, takes one quality with what else is proposed, and starts. */
export async function startDownload(page: Page, name: string, quality: string): Promise<void> {
  await page.getByRole('button', { name: `Download ${name}` }).click();
  const dialog = downloadDialog(page);
  await tick(rung(dialog, quality));
  await dialog.getByRole('button', { name: 'Start download' }).click();
  await dialog.waitFor({ state: 'detached' });
}

function mainNavigation(page: Page): Locator {
  return page.getByRole('navigation', { name: 'Main' });
}
