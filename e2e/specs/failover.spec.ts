import { demoVideo, FRAMES_PER_SECOND } from '../support/catalog.ts';
import { ocaInUse, segmentsAskedOfAll, setFaults, slowTo } from '../support/ocas.ts';
import { bufferedTo, expectPlaying } from '../support/picture.ts';
import { refused } from '../support/ports.ts';
import { openTitle, signIn } from '../support/screens.ts';
import { expect, test } from '../support/test.ts';
import { useWorld } from '../support/use-world.ts';

const world = useWorld();
const film = demoVideo('the-edge-of-the-set');

test('the OCA in use dies, and the film goes on', async () => {
  const { page, service } = world;
  await signIn(page);
  await openTitle(page, 'The Edge of the Set');
  // Slow enough that most of the film is still to be fetched when it happens.
  await slowTo(service, 80_000);
  await page.getByRole('main').getByRole('link', { name: 'Play', exact: true }).click();
  await expectPlaying(page, film.videoNumber);

  const oca = await ocaInUse(service, film.videoId);
  if (!oca) throw new Error('no OCA has given anything');
  process.kill(oca.pid, 'SIGKILL');
  await refused(oca.url);
  const buffered = await bufferedTo(page);
  const others = { ...service, ocas: service.ocas.filter(({ ocaId }) => ocaId !== oca.ocaId) };
  await setFaults(others, []);

  await expectPlaying(page, film.videoNumber, Math.ceil(buffered + 2) * FRAMES_PER_SECOND);
  expect((await segmentsAskedOfAll(others)).length).toBeGreaterThan(0);
});
