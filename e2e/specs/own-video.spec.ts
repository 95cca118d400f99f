import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { findFfmpeg } from '../../service/encoder/ffmpeg.ts';
import { goesRound, readPixels } from '../support/picture.ts';
import { downloadLine, goToDownloads, leavePlayer, openTitle, signIn } from '../support/screens.ts';
import { dominantFrequency } from '../support/sound.ts';
import { expect, test } from '../support/test.ts';
import { useWorld } from '../support/use-world.ts';

const world = useWorld();
const run = promisify(execFile);
const root = path.resolve(import.meta.dirname, '../..');
const NAME = 'Red Letter Day';

test('a video of one’s own gets into the catalog', async () => {
  const file = path.join(world.serviceData, 'own.mp4');
  const picture = ['-f', 'lavfi', '-i', 'color=c=red:s=640x360:r=25:d=12'];
  const sound = ['-f', 'lavfi', '-i', 'sine=frequency=880:sample_rate=48000:duration=12'];
  await run(findFfmpeg().ffmpeg, ['-v', 'error', ...picture, ...sound, '-shortest', file]);
  const args = ['service/encoder/ingest.ts', file, '--title', NAME, '--data', world.serviceData];
  const { stdout } = await run(process.execPath, args, { cwd: root });
  expect(stdout.trim()).not.toBe('');
});

test('it is found and plays, in picture and sound', async () => {
  const { page } = world;
  await signIn(page);
  await openTitle(page, NAME);
  await page.getByRole('main').getByRole('link', { name: 'Play', exact: true }).click();
  await goesRound(page);
  await expect
    .poll(async () => {
      const [red = 0, green = 0, blue = 0] = await readPixels(page);
      return red > 200 && green < 60 && blue < 60;
    })
    .toBe(true);
  await expect.poll(async () => Math.abs((await dominantFrequency(page)) - 880)).toBeLessThan(10);
  await leavePlayer(page);
});

test('it can be downloaded', async () => {
  const { page } = world;
  await page.getByRole('button', { name: `Download ${NAME}` }).click();
  await page.getByRole('button', { name: 'Start download' }).click();
  await goToDownloads(page);
  await expect(downloadLine(page, NAME)).toContainText('Downloaded');
});
