import type { ErrorCode } from '../../src/shared/errors.ts';
import { sentenceOf } from '../../src/shared/errors.ts';
import { HOUR_MS, SECOND_MS } from '../../src/shared/units.ts';
import { demoVideo } from '../support/catalog.ts';
import { call, labOf, operate } from '../support/lab.ts';
import { expectPlaying } from '../support/picture.ts';
import { signIn, wakeControls } from '../support/screens.ts';
import { expect, test } from '../support/test.ts';
import { useWorld } from '../support/use-world.ts';

/**
 * The real player over every end that a license can have, on a clock that stands still unless it is moved: a
 * millisecond before, at the end, and a second after. Six licenses end one after another, so that time goes one way.
 */
const world = useWorld({ qa: true });
const hours = (count: number) => (count * HOUR_MS) / SECOND_MS;

const none = { license_duration_seconds: 0, rental_duration_seconds: 0, playback_duration_seconds: 0, renewal_delay_seconds: 0, play_start_grace_period_seconds: 0 }; // prettier-ignore
const terms: Record<string, { titleId: string; offline: object; startsInMs?: number }> = {
  'tiny-signals-s1e2': { titleId: 'tiny-signals', offline: { ...none, license_duration_seconds: hours(1) } },
  'rule-thirty': { titleId: 'rule-thirty', offline: { ...none, rental_duration_seconds: hours(2) } },
  'the-edge-of-the-set': {
    titleId: 'the-edge-of-the-set',
    offline: { ...none, playback_duration_seconds: hours(3), soft_enforce_playback_duration: false },
  },
  'tiny-signals-s1e1': {
    titleId: 'tiny-signals',
    offline: { ...none, playback_duration_seconds: hours(4), soft_enforce_playback_duration: true },
  },
  'cold-harbor-line-s1e1': {
    titleId: 'cold-harbor-line',
    offline: { ...none, renewal_delay_seconds: hours(1), renewal_recovery_duration_seconds: hours(5) },
  },
  'night-cartography-s1e1': {
    titleId: 'night-cartography',
    offline: { ...none, rental_duration_seconds: hours(1000) },
    startsInMs: 7 * HOUR_MS,
  },
};
const lab = () => labOf(world.page);

/** Opens the player, past the word about the clock that starts where there is one to be said. */
async function open(videoId: string): Promise<void> {
  const { page } = world;
  await page.evaluate((hash) => (location.hash = hash), `/play/${videoId}`);
  const start = page.getByRole('button', { name: 'Start now' });
  await start.or(page.getByTestId('video')).or(page.getByRole('alert')).first().waitFor();
  if (await start.isVisible()) await start.click();
}
async function plays(videoId: string): Promise<void> {
  await open(videoId);
  await expectPlaying(world.page, demoVideo(videoId).videoNumber);
}
/** A seek asks again at once whether it may go on. */
async function seek(): Promise<void> {
  await wakeControls(world.page);
  await world.page.getByRole('slider', { name: 'Position' }).press('Home');
}
async function isRefused(code: ErrorCode): Promise<void> {
  await expect(world.page.getByRole('alert')).toContainText(sentenceOf(code).split('{')[0] ?? '');
}
async function leave(): Promise<void> {
  const { page } = world;
  await page.evaluate(() => (location.hash = '/downloads'));
  await page.getByRole('heading', { level: 1, name: 'Downloads' }).waitFor();
}
/** A millisecond before the end it plays, at the end it is cut off, a second later it cannot be started. */
async function endsAt(videoId: string, atMs: number, code: ErrorCode): Promise<void> {
  await lab().until(atMs - 1);
  await plays(videoId);
  await seek();
  await expectPlaying(world.page, demoVideo(videoId).videoNumber);
  await lab().until(atMs);
  await seek();
  await isRefused(code);
  await lab().until(atMs + SECOND_MS);
  await leave();
  await open(videoId);
  await isRefused(code);
  await leave();
}

test('six videos are packed, each on terms of its own', async () => {
  const { page } = world;
  await signIn(page);
  for (const [videoId, { titleId, offline, startsInMs }] of Object.entries(terms)) {
    const notBeforeMs = startsInMs === undefined ? {} : { notBeforeMs: Date.now() + startsInMs };
    await operate(world, 'PUT', 'terms', { titleId, terms: { offline, ...notBeforeMs }, reason: 'an end' });
    const video = { rule: 'max-height', height: 240 };
    const preferences = { video, audioLanguages: ['en'], subtitleLanguages: [], audioDescription: false };
    await call(page, 'downloads/add', { videoId, preferences });
    // Two are of the same title, whose terms are others by the second.
    await expect
      .poll(async () => (await lab().state()).grants.map((each) => each.videoId))
      .toContain(videoId);
  }
  await expect
    .poll(async () => {
      const downloads = (await call(page, 'downloads/list')) as { state: string }[];
      return downloads.filter(({ state }) => state === 'completed').length;
    })
    .toBe(6);
  await lab().faults({ offline: true });
  await lab().clock({ do: 'rate', rate: 0 });
});

test('the license ends', async () => {
  const { issuedAtMs } = await lab().grant('tiny-signals-s1e2');
  await endsAt('tiny-signals-s1e2', issuedAtMs + HOUR_MS, 'license/expired');
});

test('the rental ends', async () => {
  const { issuedAtMs } = await lab().grant('rule-thirty');
  await lab().until(issuedAtMs + 2 * HOUR_MS - 1);
  await open('rule-thirty');
  // Not a second is watched in it: nothing has begun that could go on.
  await expect.poll(() => world.page.getByTestId('video').count()).toBe(1);
  await leave();
  const { firstPlayAtMs } = await lab().grant('rule-thirty');
  expect(firstPlayAtMs).toBeNull();
  await lab().until(issuedAtMs + 2 * HOUR_MS);
  await open('rule-thirty');
  await isRefused('license/rental-expired');
  await lab().until(issuedAtMs + 2 * HOUR_MS + SECOND_MS);
  await leave();
  await open('rule-thirty');
  await isRefused('license/rental-expired');
  await leave();
});
