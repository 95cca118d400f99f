import { demoVideo, FRAMES_PER_SECOND } from '../support/catalog.ts';
import { segmentsAskedOfAll } from '../support/ocas.ts';
import { expectPlaying, readFrame, shownCue, shownWidth } from '../support/picture.ts';
import { choose, fromTheStart, leavePlayer, openTitle, signIn, wakeControls } from '../support/screens.ts';
import { expectSoundOf } from '../support/sound.ts';
import { expect, test } from '../support/test.ts';
import { useWorld } from '../support/use-world.ts';

const world = useWorld();
const film = demoVideo('the-edge-of-the-set');
const episode = demoVideo('night-cartography-s1e1');

test('a film plays: its own frames, one after another', async () => {
  const { page } = world;
  await signIn(page);
  await openTitle(page, 'The Edge of the Set');
  await page.getByRole('main').getByRole('link', { name: 'Play', exact: true }).click();
  await expectPlaying(page, film.videoNumber);
  await expect
    .poll(async () => (await segmentsAskedOfAll(world.service)).map(({ path }) => path).join())
    .toContain(`${film.videoId}/v-`);
});

test('another audio language is heard', async () => {
  const { page } = world;
  await fromTheStart(page);
  await expectSoundOf(page, 'en');
  await choose(page, 'Audio and subtitles', 'Audio', 'Spanish');
  await expectSoundOf(page, 'es');
});

test('subtitles are shown in the language chosen, and can be put off', async () => {
  const { page } = world;
  await fromTheStart(page);
  expect(await shownCue(page)).toBeNull();
  for (const [choice, cue] of [
    ['French', /^Français: The Edge of the Set, scène \d+ à \d\d:\d\d$/],
    ['English', /^English: The Edge of the Set, scene \d+ at \d\d:\d\d$/],
  ] as const) {
    await choose(page, 'Audio and subtitles', 'Subtitles', choice);
    await expect.poll(() => shownCue(page)).toMatch(cue);
  }
  await choose(page, 'Audio and subtitles', 'Subtitles', 'Off');
  await expect.poll(() => shownCue(page)).toBeNull();
});

test('the quality chosen is on the screen', async () => {
  const { page } = world;
  await fromTheStart(page);
  await choose(page, 'Quality', 'Quality', /^240p/);
  await expect.poll(() => shownWidth(page)).toBe(426);
  await fromTheStart(page);
  await choose(page, 'Quality', 'Quality', /^720p/);
  await expect.poll(() => shownWidth(page)).toBe(1280);
  await expectPlaying(page, film.videoNumber);
});

test('statistics say where the bytes come from', async () => {
  const { page } = world;
  await wakeControls(page);
  await page.getByRole('button', { name: 'Statistics' }).click();
  const statistics = page.getByRole('region', { name: 'Statistics' });
  await expect(statistics).toContainText(/oca-\d/);
  await expect(statistics).toContainText('720p');
  await statistics.getByRole('button', { name: 'Close' }).click();
  await leavePlayer(page);
});

test('an episode goes on where it was left', async () => {
  const { page } = world;
  await openTitle(page, 'Night Cartography');
  await page.getByRole('main').getByRole('link', { name: 'Play S1 E1', exact: true }).click();
  await expectPlaying(page, episode.videoNumber);
  await wakeControls(page);
  await page.getByRole('button', { name: 'Pause' }).click();
  await fromTheStart(page);
  await wakeControls(page);
  await page.getByRole('button', { name: 'Forward 10 seconds' }).click();
  await expect
    .poll(async () => (await readFrame(page))?.frame ?? 0)
    .toBeGreaterThanOrEqual(10 * FRAMES_PER_SECOND - 1);
  const left = (await readFrame(page))?.frame ?? 0;
  await leavePlayer(page);

  const resume = page.getByRole('main').getByRole('link', { name: 'Resume S1 E1' });
  await resume.click();
  await expectPlaying(page, episode.videoNumber, left - 1);
  await leavePlayer(page);
});

test('what was begun stands in Continue Watching', async () => {
  const { page } = world;
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Home' }).click();
  const row = page.getByRole('region', { name: 'Continue Watching' });
  await expect(row.getByRole('link')).toHaveText([/Night Cartography/, /The Edge of the Set/]);
  await row.getByRole('link', { name: /Night Cartography/ }).click();
  await expectPlaying(page, episode.videoNumber, 10 * FRAMES_PER_SECOND);
});
