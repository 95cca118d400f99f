import { asLayoverError } from '../../src/shared/errors.ts';
import { openEngine, signIn, smallest } from '../engine-world.ts';
import type { OpenEngine } from '../engine-world.ts';

/**
 * An engine in a process of its own: argv is `download|stop FOLDER SERVICE_URL VIDEO_ID`.
 *
 * `download` signs in, downloads, and says "<stored bytes>" whenever that changes, until it is killed.
 * `stop` opens and closes an engine twenty times in the middle of everything at once, each time a little
 * later, says the code of every failure that a call had, and ends by itself: unless something was left open.
 */
const [mode, folder = '', serviceUrl = '', videoId = ''] = process.argv.slice(2);

async function download(): Promise<void> {
  const engine = await openEngine({ folder, serviceUrl });
  await signIn(engine);
  const events = await engine.client.app.events();
  await engine.client.downloads.add({ videoId, preferences: smallest });
  for await (const event of events) if (event.type === 'download') console.log(event.download.storedBytes);
}

const rounds = 20;

async function stopInTheMiddle(): Promise<void> {
  const first = await openEngine({ folder, serviceUrl });
  await signIn(first);
  await first.close();
  for (let round = 0; round < rounds; round += 1) {
    const engine = await openEngine({ folder, serviceUrl });
    const calls = everythingAtOnce(engine).map((call) =>
      call.then(
        () => 'done',
        (thrown: unknown) => asLayoverError(thrown).code,
      ),
    );
    // Not by time: so many turns of the event loop, so that each round is cut off elsewhere.
    for (let turns = 0; turns < round * round * 40; turns += 1)
      await new Promise((resolve) => setImmediate(resolve));
    // However few turns a slow service leaves to it: a download there is in the end, and is cut off.
    if (round === rounds - 1) await calls[0];
    await Promise.all([engine.close(), engine.stop()]);
    for (const outcome of await Promise.all(calls)) console.log(outcome);
    const after = engine.client.catalog.home().then(
      () => 'done',
      (thrown: unknown) => asLayoverError(thrown).code,
    );
    console.log(`after ${await after}`);
  }
  console.log('ended');
}

function everythingAtOnce(engine: OpenEngine): Promise<unknown>[] {
  const { client } = engine;
  return [
    client.downloads.add({ videoId, preferences: smallest }),
    client.downloads.options({ videoId }),
    client.app.probe(),
    client.sync.now(),
    client.catalog.home(),
    client.catalog.setListed({ titleId: videoId, listed: true }),
    client.profiles.list(),
    client.settings.write({ theme: 'dark' }),
    client.storage.read(),
    listen(engine),
    watch(engine),
    client.downloads
      .list()
      .then((views) =>
        Promise.all(views.map((view) => client.downloads.resume({ downloadId: view.downloadId }))),
      ),
  ];
}

async function listen({ client }: OpenEngine): Promise<void> {
  for await (const _event of await client.app.events());
}

async function watch(engine: OpenEngine): Promise<void> {
  const { sessionId, playlistPath } = await engine.client.playback.start({ videoId });
  const segment = new URL(playlistPath.replace('master.m3u8', 'v-240p/1.m4s'), 'http://layover.example');
  const response = await engine.media(new Request(segment));
  await response.arrayBuffer().catch(() => undefined);
  await engine.client.playback.tick({ sessionId, positionSeconds: 5, watchedSeconds: 5, state: 'paused' });
}

await (mode === 'download' ? download() : stopInTheMiddle());
