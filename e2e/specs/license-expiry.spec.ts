import type { ErrorCode } from '../../src/shared/errors.ts';
import { sentenceOf } from '../../src/shared/errors.ts';
import { HOUR_MS, SECOND_MS } from '../../src/shared/units.ts';
import { expectAccessible } from '../support/axe.ts';
import { demoVideo } from '../support/catalog.ts';
import { answered, call, labOf, operate } from '../support/lab.ts';
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
    offline: { ...none, playback_duration_seconds: hours(1), soft_enforce_playback_duration: false },
  },
  'tiny-signals-s1e1': {
    titleId: 'tiny-signals',
    offline: { ...none, playback_duration_seconds: hours(1), soft_enforce_playback_duration: true },
  },
  'cold-harbor-line-s1e1': {
    titleId: 'cold-harbor-line',
    offline: { ...none, renewal_delay_seconds: hours(1), renewal_recovery_duration_seconds: hours(5) },
  },
  'night-cartography-s1e1': {
    titleId: 'night-cartography',
    offline: { ...none, license_duration_seconds: hours(1000) },
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
/** A seek asks again at once whether it may go on; the answer has come when this returns. */
async function seek(): Promise<void> {
  const { page } = world;
  await wakeControls(page);
  const asked = answered(page, 'playback/tick');
  await page.getByRole('slider', { name: 'Position' }).press('Home');
  await asked;
}
/** The same where it may not go on: a tick of its own, or a segment, may have been refused before. */
async function seekInVain(): Promise<void> {
  await wakeControls(world.page);
  const position = world.page.getByRole('slider', { name: 'Position' });
  await position.press('Home', { timeout: 1_000 }).catch(() => undefined);
}
/** The engine has heard that something was watched: from then on there is a viewing. Asked for before play begins. */
async function watched(): Promise<void> {
  await answered(world.page, 'playback/tick', 'watched');
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
  await seekInVain();
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

test('the lab draws each license, and says what it will be at any time', async () => {
  const { page } = world;
  await page.getByRole('link', { name: 'License lab' }).click();
  const license = page.getByRole('article', { name: /^Rule Thirty/ });
  await expect(license.getByRole('img', { name: 'Windows and verdict over time' })).toBeVisible();
  const slider = license.getByRole('slider');
  const said = license.getByRole('status');
  await expect(said).toContainText('(rental)');
  await license.getByRole('button', { name: 'Next change' }).click();
  await expect(said).toContainText('(rental-expired)');
  await slider.press('ArrowLeft');
  await expect(slider).toHaveAttribute('aria-valuetext', /\(rental\)$/);
  await page.getByRole('button', { name: 'Export what is held here' }).click();
  await expect(page.getByLabel('Scenario (JSON)')).toHaveValue(/"do": "acquire"/);
  const own = {
    title: 'Own',
    version: 1,
    steps: [{ do: 'acquire' }, { do: 'expect', verdict: { allowed: true } }],
  };
  await page.getByLabel('Scenario (JSON)').fill(JSON.stringify(own));
  await page.getByRole('button', { name: 'Run it' }).click();
  await expect(page.getByText('The 1 expectation holds.')).toBeVisible();
  await expect(page.getByRole('heading', { name: 'Imported: Own' })).toBeVisible();
  await expect(page.getByRole('article', { name: 'film' }).getByRole('status')).toContainText('(rental)');
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Put it away' }).click();
  await expect(page.getByRole('heading', { name: 'Imported: Own' })).toBeHidden();
});

test('the license ends', async () => {
  const { issuedAtMs } = await lab().grant('tiny-signals-s1e2');
  await endsAt('tiny-signals-s1e2', issuedAtMs + HOUR_MS, 'license/expired');
});

test('the rental ends: who has not begun may not begin, and who did not watch has not begun', async () => {
  const videoId = 'rule-thirty';
  const endMs = (await lab().grant(videoId)).issuedAtMs + 2 * HOUR_MS;
  await lab().until(endMs - 1);
  expect((await lab().grant(videoId)).verdict).toMatchObject({ allowed: true, limitedBy: 'rental' });
  for (const atMs of [endMs, endMs + SECOND_MS]) {
    await lab().until(atMs);
    await open(videoId);
    await isRefused('license/rental-expired');
    await leave();
  }
});

/** Plays until first play is written; gives the end that it has set. */
async function begin(videoId: string): Promise<number> {
  await plays(videoId);
  await seek();
  await expect.poll(async () => (await lab().grant(videoId)).firstPlayAtMs).not.toBeNull();
  const { windows } = await lab().grant(videoId);
  await leave();
  return windows.find(({ limit }) => limit === 'playback')?.untilMs ?? 0;
}

test('the playback window ends, and cuts off whoever watches', async () => {
  const endMs = await begin('the-edge-of-the-set');
  await endsAt('the-edge-of-the-set', endMs, 'license/playback-expired');
});

test('the playback window ends softly: the present viewing goes on, and no other begins', async () => {
  const videoId = 'tiny-signals-s1e1';
  const endMs = await begin(videoId);
  await lab().until(endMs - 1);
  const isViewing = watched();
  await plays(videoId);
  await seek();
  await isViewing;
  for (const atMs of [endMs, endMs + SECOND_MS]) {
    await lab().until(atMs);
    await seek();
    await expectPlaying(world.page, demoVideo(videoId).videoNumber);
  }
  await leave();
  await open(videoId);
  await isRefused('license/playback-expired');
  await leave();
});

test('the service was not heard for too long', async () => {
  const videoId = 'cold-harbor-line-s1e1';
  const { windows } = await lab().grant(videoId);
  const endMs = windows.find(({ limit }) => limit === 'renewal')?.untilMs ?? 0;
  await endsAt(videoId, endMs, 'license/renewal-overdue');
});

test('what begins later does not play before', async () => {
  const videoId = 'night-cartography-s1e1';
  const startMs = (await lab().grant(videoId)).notBeforeMs ?? 0;
  await lab().until(startMs - 1);
  await open(videoId);
  await isRefused('license/not-yet');
  await leave();
  await lab().until(startMs);
  await plays(videoId);
  await lab().until(startMs + SECOND_MS);
  await seek();
  await expectPlaying(world.page, demoVideo(videoId).videoNumber);
});

test('a clock that is set back stops it, and set right it goes on', async () => {
  const { wallMs } = (await lab().state()).clock;
  await lab().clock({ do: 'set', wallMs: wallMs - HOUR_MS });
  await seekInVain();
  await isRefused('license/clock-behind');
  await leave();
  await lab().clock({ do: 'set', wallMs });
  await plays('night-cartography-s1e1');
});

test('the service takes it back', async () => {
  await call(world.page, 'lab/revoke', { videoId: 'night-cartography-s1e1' });
  await seekInVain();
  await isRefused('license/revoked');
  await leave();
});
