import { execFile as execFileWithCallback } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Page } from 'playwright';
import { startBrowserHost } from '../e2e/support/browser-host.ts';
import type { RunningHost } from '../e2e/support/host.ts';
import { slowTo } from '../e2e/support/ocas.ts';
import {
  downloadDialog,
  downloadLine,
  fillSignIn,
  goHome,
  goToDownloads,
  goToSettings,
  homeHeading,
  leavePlayer,
  openAddress,
  openTitle,
  profileButton,
  signIn,
  startDownload,
  traveler,
  wakeControls,
} from '../e2e/support/screens.ts';
import { findFfmpeg } from '../service/encoder/ffmpeg.ts';
import { DAY_MS, HOUR_MS } from '../src/shared/units.ts';
import { makeStrangersMedia, startOrigin, strangers } from '../testing/strangers-media.ts';
import { linkDemoCatalog } from './demo-catalog.ts';
import { startService } from './journey/processes.ts';
import type { RunningService } from './journey/processes.ts';

/**
 * `npm run screenshots`: one walk through the real app on a real service, each screen taken in two sizes and
 * both themes into docs/screenshots/<screen>-<width>x<height>-<theme>.png. `npm run screenshots -- travel` takes
 * only the second half: what licenses, trips and addresses of the viewer's own look like.
 */
const execFile = promisify(execFileWithCallback);
const target = path.resolve(import.meta.dirname, '../docs/screenshots');
const sizes = [
  { width: 1280, height: 800 },
  { width: 800, height: 600 },
];
const themes = ['dark', 'light'] as const;
const narrow = { width: 700, height: 800 };
const small = { width: 800, height: 600 };
const MONTH_LATER = 31 * DAY_MS;
/** Of the 48 hours after a first play: two are almost left, or none. */
const ALMOST_OVER = 46.5 * HOUR_MS;
const OVER = 49 * HOUR_MS;

async function take(
  page: Page,
  screen: string,
  prepare: () => Promise<void> = async () => {},
  inSizes = sizes,
): Promise<void> {
  for (const size of inSizes)
    for (const colorScheme of themes) {
      await page.setViewportSize(size);
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await page.locator(`html[data-theme=${colorScheme}]`).waitFor();
      await page.evaluate('scrollTo(0, 0)');
      await prepare();
      await picturesLoaded(page);
      const name = `${screen}-${size.width}x${size.height}-${colorScheme}.png`;
      await save(await page.screenshot({ animations: 'disabled' }), path.join(target, name));
      process.stdout.write(`${name}\n`);
    }
  await page.setViewportSize(sizes[0] ?? { width: 1280, height: 800 });
}

/** With a palette of its own: a third of the bytes, and no difference that an eye would see. */
async function save(png: Buffer, file: string): Promise<void> {
  const filter = 'split[a][b];[a]palettegen=max_colors=256[p];[b][p]paletteuse=dither=bayer:bayer_scale=4';
  const ffmpeg = execFile(findFfmpeg().ffmpeg, [
    ...['-v', 'error', '-y', '-f', 'png_pipe', '-i', 'pipe:0', '-vf', filter, '-frames:v', '1'],
    ...['-compression_level', '9', file],
  ]);
  ffmpeg.child.stdin?.end(png);
  await ffmpeg;
}

/** What lies in the window is drawn; what lies outside of it may still be on its way. */
async function picturesLoaded(page: Page): Promise<void> {
  await until(
    page,
    `[...document.images].every((image) => {
    const { bottom, right, top, left } = image.getBoundingClientRect();
    const isSeen = bottom > 0 && right > 0 && top < innerHeight && left < innerWidth;
    return !isSeen || image.complete;
  })`,
  );
}

type Open = (serviceUrl: string, qaClockOffsetMs?: number) => Promise<Page>;
type Serve = (...args: string[]) => Promise<RunningService>;

/** Gives one walk an app and a service of its own, and ends both. */
async function walk(folder: string, along: (serve: Serve, open: Open) => Promise<void>): Promise<void> {
  const serviceData = path.join(folder, 'service');
  const userData = path.join(folder, 'user');
  await mkdir(userData, { recursive: true });
  await linkDemoCatalog(serviceData);
  let service: RunningService | undefined;
  let host: RunningHost | undefined;
  const serve: Serve = async (...args) => {
    await service?.stop();
    return (service = await startService(serviceData, ['--no-encode', ...args]));
  };
  const open: Open = async (serviceUrl, qaClockOffsetMs = 0) => {
    await host?.stop();
    host = await startBrowserHost({
      userData,
      serviceUrl,
      qaClockOffsetMs,
      viewport: { width: 1280, height: 800 },
    });
    return host.page;
  };
  try {
    await along(serve, open);
  } finally {
    await host?.stop();
    await service?.stop();
  }
}

async function atHome(serve: Serve, open: Open): Promise<void> {
  const service = await serve();
  await packed(await open(service.apiUrl));

  await service.stop();
  const offline = await open(service.apiUrl);
  await offline.getByRole('region', { name: 'Ready to play offline' }).waitFor();
  await take(offline, 'home-offline');

  const later = await serve(`--qa-clock-offset-ms=${MONTH_LATER}`);
  await someLocked(await open(later.apiUrl, MONTH_LATER), later);
}

/** What ends after it was started, before and after; it is not renewed by itself while its last hours are shown. */
async function travel(serve: Serve, open: Open): Promise<void> {
  const { apiUrl } = await serve();
  const media = await mkdtemp(path.join(os.tmpdir(), 'layover-screenshots-media-'));
  await makeStrangersMedia(media, { seconds: 20, ffmpeg: findFfmpeg().ffmpeg });
  const origin = await startOrigin(media);
  try {
    await readyToTravel(await open(apiUrl), origin.url + strangers.clear);
  } finally {
    await origin.close();
    await rm(media, { recursive: true, force: true });
  }
  const later = await serve(`--qa-clock-offset-ms=${ALMOST_OVER}`);
  await onTheWay(await open(later.apiUrl, ALMOST_OVER));
  await later.stop();
  const over = await open(later.apiUrl, OVER);
  await play(over, 'night-cartography-s1e2');
  await over.getByRole('alert').waitFor();
  await take(over, 'player-ended');
  await over.evaluate(`location.hash = '/downloads'`);
  await over.getByRole('heading', { level: 1, name: 'Downloads' }).waitFor();
  await take(over, 'downloads-locked', undefined, [small]);
  await inFrench(over);
  await over.evaluate(`location.hash = '/downloads'`);
  await over.getByRole('heading', { level: 1, name: 'Téléchargements' }).waitFor();
  await take(over, 'downloads-locked-fr', undefined, [small, narrow]);
}

/** Opened, downloaded, not yet started; all of it once more in French, whose words are the longest. */
async function readyToTravel(page: Page, url: string): Promise<void> {
  await signIn(page);
  await openTitle(page, 'Night Cartography');
  await startDownload(page, 'S1 E2 Contour Lines', '240p');
  await startDownload(page, 'S1 E3 Here Be Lights', '240p');
  await openTitle(page, 'Rule Thirty');
  await startDownload(page, 'Rule Thirty', '240p');
  for (const later of ['The Edge of the Set', 'Tiny Signals']) {
    await openTitle(page, later);
    await page.getByRole('button', { name: 'My List' }).click();
  }

  const address = page.getByRole('dialog').getByRole('textbox').first();
  await page.keyboard.press('Control+o');
  await address.fill(url.replace(/\/[^/]*$/, '/nowhere.m3u8'));
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').getByRole('alert').waitFor();
  await take(page, 'open-address');
  await page.keyboard.press('Escape');
  await openAddress(page, url);
  await page.getByRole('heading', { level: 1, name: 'Night Ferry' }).waitFor();
  await take(page, 'opened-title');

  await goToDownloads(page);
  await downloadLine(page, 'Rule Thirty').getByText('Downloaded').waitFor();
  await play(page, 'night-cartography-s1e2');
  await page.getByRole('alertdialog').waitFor();
  await take(page, 'first-play');

  await inFrench(page);
  await take(page, 'settings-devices-fr', () => scrollTo(page, 'Appareils'), [small]);
  await page.keyboard.press('Control+o');
  await address.fill(url.replace(/\/[^/]*$/, '/nowhere.m3u8'));
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').getByRole('alert').waitFor();
  await take(page, 'open-address-fr', undefined, [small]);
  await page.keyboard.press('Escape');
  await page.evaluate(`location.hash = '/'`);
  await page
    .getByRole('link', { name: /^Night Ferry/ })
    .first()
    .click();
  await page.getByRole('heading', { level: 1, name: 'Night Ferry' }).waitFor();
  await take(page, 'opened-title-fr', undefined, [small]);
  await play(page, 'night-cartography-s1e2');
  await page.getByRole('alertdialog').waitFor();
  await take(page, 'first-play-fr', undefined, [small]);
  await page.keyboard.press('Enter');
  await atSecond(page, 9);
  await page.evaluate(`location.hash = '/settings'`);
  await page.locator('label').filter({ hasText: 'English' }).click();
  await page.getByRole('heading', { level: 1, name: 'Settings' }).waitFor();
  await take(page, 'settings-devices', () => scrollTo(page, 'Devices'));
}

/** Two days later: a warning, words of each license, and what a trip needs before it. */
async function onTheWay(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Got it' }).waitFor();
  await page.evaluate(`location.hash = '/downloads'`);
  await page.getByRole('heading', { level: 1, name: 'Downloads' }).waitFor();
  await take(page, 'downloads-warning');
  await page.evaluate(`location.hash = '/trip'`);
  await page.getByRole('region', { name: /^Before you leave/ }).waitFor();
  await take(page, 'trip', undefined, [...sizes, narrow]);
  await take(page, 'trip-more', () => scrollTo(page, 'Take more along'), [...sizes, narrow]);
  await inFrench(page);
  await page.evaluate(`location.hash = '/trip'`);
  await page.getByRole('heading', { level: 1, name: 'Vérifier un voyage' }).waitFor();
  await page.locator('.trip-item').first().waitFor();
  await take(page, 'trip-fr', undefined, [small, narrow]);
  await page.evaluate(`location.hash = '/downloads'`);
  await page.getByRole('heading', { level: 1, name: 'Téléchargements' }).waitFor();
  await take(page, 'downloads-warning-fr', undefined, [small]);
  await page.evaluate(`location.hash = '/settings'`);
  await page.locator('label').filter({ hasText: 'English' }).click();
  await page.getByRole('heading', { level: 1, name: 'Settings' }).waitFor();
}

async function play(page: Page, videoId: string): Promise<void> {
  await page.evaluate(`location.hash = '/play/${videoId}'`);
}

async function inFrench(page: Page): Promise<void> {
  await page.evaluate(`location.hash = '/settings'`);
  await page.locator('label').filter({ hasText: 'Français' }).click();
  await page.locator('html[lang=fr]').waitFor();
}

/** Everything that is seen online on the first day; two films are downloaded at the end of it. */
async function packed(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Sign in' }).waitFor();
  await take(page, 'sign-in');
  await fillSignIn(page, traveler.email, traveler.password);
  await profileButton(page, 'Ana').waitFor();
  await take(page, 'who');
  await profileButton(page, 'Ana').click();
  await homeHeading(page).waitFor({ state: 'attached' });

  await openTitle(page, 'The Edge of the Set');
  await page.getByRole('main').getByRole('link', { name: 'Play', exact: true }).click();
  await atSecond(page, 8);
  await take(page, 'player', () => wakeControls(page));
  await leavePlayer(page);
  await page.getByRole('main').getByRole('link', { name: 'Resume' }).waitFor();
  await take(page, 'title-film');

  await openTitle(page, 'Night Cartography');
  await page.getByRole('button', { name: 'My List' }).click();
  await page.getByRole('main').getByRole('link', { name: 'Play S1 E1', exact: true }).click();
  await atSecond(page, 10);
  await leavePlayer(page);
  await startDownload(page, 'S1 E2 Contour Lines', '720p');
  await take(page, 'title-series');
  await page.getByRole('button', { name: 'Download S1 E3 Here Be Lights' }).click();
  await downloadDialog(page).getByRole('button', { name: 'Start download' }).waitFor();
  await take(page, 'download-dialog');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Download season 1' }).click();
  await page.getByRole('dialog').getByRole('checkbox').first().waitFor({ state: 'attached' });
  await take(page, 'season-dialog');
  await page.keyboard.press('Escape');

  await goHome(page);
  await page.getByRole('region', { name: 'Continue Watching' }).waitFor();
  await take(page, 'home');
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Search' }).click();
  await page.getByRole('searchbox').fill('cold harbr');
  await page.getByRole('list', { name: 'Results' }).getByRole('link').first().waitFor();
  await take(page, 'search');
  await goToSettings(page);
  await take(page, 'settings');
  await take(page, 'settings-rules', () => scrollTo(page, 'When to download'));
  await take(page, 'settings-storage', () => scrollTo(page, 'Storage'));
  await page.getByRole('button', { name: 'Change…' }).click();
  const place = page.getByRole('dialog').getByRole('textbox', { name: 'Folder' });
  await place.fill(path.join(os.tmpdir(), 'Travel SSD', 'Layover'));
  await page.getByRole('dialog').getByText('stay free there').waitFor();
  await take(page, 'place-dialog');
  await page.keyboard.press('Escape');

  await goToDownloads(page);
  await downloadLine(page, 'Night Cartography').getByText('Downloaded').waitFor();
}

/** A month later: what was packed is locked, one is new and complete, one is under way. */
async function someLocked(page: Page, service: RunningService): Promise<void> {
  await homeHeading(page).waitFor({ state: 'attached' });
  await openTitle(page, 'Rule Thirty');
  await startDownload(page, 'Rule Thirty', '480p');
  await goToDownloads(page);
  await downloadLine(page, 'Rule Thirty').getByText('Downloaded').waitFor();
  await slowTo(service, 2_000_000);
  await openTitle(page, 'The Edge of the Set');
  await startDownload(page, 'The Edge of the Set', '720p');
  await goToDownloads(page);
  await until(
    page,
    `document.querySelector('[role=progressbar][aria-label^="Download of"]').ariaValueNow > 30`,
  );
  await slowTo(service, 300_000);
  await take(page, 'downloads');
  await queued(page);
}

/** A season waits behind what is under way; the same in another language, whose words are longer. */
async function queued(page: Page): Promise<void> {
  await openTitle(page, 'Tiny Signals');
  await page.getByRole('button', { name: 'Download season 1' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Download 3 episodes' }).click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await goToDownloads(page);
  await page.getByRole('grid', { name: /^Queue/ }).waitFor();
  await page.getByRole('button', { name: 'Pause all' }).click();
  await page.getByRole('button', { name: 'Resume all' }).waitFor();
  await take(page, 'queue', () => scrollTo(page, /^Queue/));
  await goToSettings(page);
  await page.locator('label').filter({ hasText: 'Español' }).click();
  await page.getByRole('heading', { level: 1, name: 'Ajustes' }).waitFor();
  await take(page, 'settings-rules-es', () => scrollTo(page, 'Cuándo descargar'));
  await take(page, 'settings-storage-es', () => scrollTo(page, 'Almacenamiento'));
  await page
    .getByRole('navigation')
    .getByRole('link', { name: /^Descargas/ })
    .click();
  await page.getByRole('heading', { level: 1, name: 'Descargas' }).waitFor();
  await take(page, 'downloads-es');
}

/** Below the bar that stands on top of every screen. */
async function scrollTo(page: Page, heading: string | RegExp): Promise<void> {
  const found = page.getByRole('heading', { level: 2, name: heading });
  const { y } = (await found.boundingBox()) ?? { y: 0 };
  await page.evaluate(`scrollBy(0, ${y - 96})`);
}

async function atSecond(page: Page, second: number): Promise<void> {
  await until(page, `document.querySelector('video')?.currentTime > ${second}`);
}

/** Asked from outside again and again: the page's policy forbids what Playwright's own waiting does inside. */
async function until(page: Page, expression: string): Promise<void> {
  const patience = AbortSignal.timeout(60_000);
  while ((await page.evaluate(expression)) !== true) await sleep(50, undefined, { signal: patience });
}

await mkdir(target, { recursive: true });
const only = process.argv[2];
for (const [name, along] of Object.entries({ home: atHome, travel })) {
  if (only !== undefined && only !== name) continue;
  const folder = await mkdtemp(path.join(os.tmpdir(), 'layover-screenshots-'));
  try {
    await walk(folder, along);
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
