import { segmentNumber } from '../../service/encoder/encryption.ts';
import { demoVideo, FRAMES_PER_SECOND } from '../support/catalog.ts';
import { ocaInUse, segmentsAskedOfAll, setFaults } from '../support/ocas.ts';
import { bufferedTo, expectPlaying, seekTo } from '../support/picture.ts';
import { refused } from '../support/ports.ts';
import { openTitle, signIn } from '../support/screens.ts';
import { expect, test } from '../support/test.ts';
import { useWorld } from '../support/use-world.ts';

const world = useWorld();
const film = demoVideo('the-edge-of-the-set');
/** Of its 24 segments the last twelve, in each of the three qualities. */
const late = [0, 1, 2].flatMap((quality) =>
  Array.from({ length: 12 }, (_, index) => segmentNumber(quality, 12 + index)),
);

test('the OCA in use dies, and the film goes on', async () => {
  const { page, service } = world;
  await signIn(page);
  await openTitle(page, 'The Edge of the Set');
  // The second half of the film is still to be fetched when it happens: none of it is given before.
  await setFaults(service, [
    { fault: { kind: 'bandwidth', bytesPerSecond: 80_000 } },
    { match: `/v-.*/(${late.join('|')})\\.m4s$`, fault: { kind: 'hang', where: 'body' } },
  ]);
  await page.getByRole('main').getByRole('link', { name: 'Play', exact: true }).click();
  await expectPlaying(page, film.videoNumber);

  // It writes down what it gave when the last byte has gone.
  await expect.poll(async () => (await ocaInUse(service, film.videoId))?.ocaId).toBeDefined();
  const oca = await ocaInUse(service, film.videoId);
  if (!oca) throw new Error('no OCA has given anything');
  process.kill(oca.pid, 'SIGKILL');
  await refused(oca.url);
  const buffered = await bufferedTo(page);
  const others = { ...service, ocas: service.ocas.filter(({ ocaId }) => ocaId !== oca.ocaId) };
  await setFaults(others, []);
  await seekTo(page, buffered - 1);
  await expectPlaying(page, film.videoNumber, Math.ceil(buffered + 2) * FRAMES_PER_SECOND);
  expect((await segmentsAskedOfAll(others)).length).toBeGreaterThan(0);
});
