import { createInterface } from 'node:readline';
import { z } from 'zod';
import { asLayoverError } from '../../src/shared/errors.ts';
import { everyRendition, openDevice } from '../rig/device.ts';
import type { Device } from '../rig/device.ts';

/**
 * An engine in a process of its own, to be killed. Everything is loaded before it says "ready", so that a kill
 * meets work and not the start of Node. It waits for one line of JSON, does what that says, and tells:
 * "open", "stored <bytes>" whenever more is called stored, "done" when the work is over. `endure`: a download that
 * may stop with a reason, which it tells: "told <code>". It never ends by itself.
 */
export const Order = z.object({
  work: z.enum(['download', 'endure', 'remove', 'move', 'open']),
  place: z.object({ userData: z.string(), downloads: z.string() }),
  serviceUrl: z.string(),
  videoId: z.string(),
  toFolder: z.string().optional(),
});
export type Order = z.infer<typeof Order>;

const say = (text: string) => void process.stdout.write(`${text}\n`);

async function download(device: Device, videoId: string): Promise<void> {
  if (!device.view(videoId)) await device.client.downloads.add({ videoId, preferences: everyRendition });
  let told = -1;
  for (;;) {
    const view = device.view(videoId);
    if (view && view.storedBytes > told) say(`stored ${(told = view.storedBytes)}`);
    if (view?.state === 'completed') return;
    if (view?.state === 'failed') throw asLayoverError(view.error);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Until it is complete, or the viewer is told why not. */
async function endure(order: Order): Promise<void> {
  const { place, serviceUrl, videoId } = order;
  try {
    const device = await openDevice(place, { serviceUrl });
    say('open');
    void download(device, videoId).then(
      () => say('done'),
      (thrown: unknown) => tell(thrown),
    );
    for (;;) {
      const { state, error } = device.view(videoId) ?? {};
      if (error && (state === 'waiting' || state === 'failed')) return tell(error);
      await new Promise((resolve) => setImmediate(resolve));
    }
  } catch (thrown) {
    tell(thrown);
  }
}

function tell(thrown: unknown): void {
  const error = asLayoverError(thrown);
  say(`told ${error.code} ${error.code === 'internal' ? String(error.cause) : ''}`.trim());
  say('done');
}

async function move({ client }: Device, folder: string): Promise<void> {
  const events = await client.app.events();
  await client.storage.move({ folder });
  for await (const event of events) {
    if (event.type !== 'storage') continue;
    const { move: under, folder: now, moveError } = event.storage;
    if (under === null && now === folder) return;
    if (under === null && moveError) throw new Error(JSON.stringify(moveError));
  }
}

async function obey(order: Order): Promise<void> {
  const { work, place, serviceUrl, videoId, toFolder = '' } = order;
  if (work === 'endure') return endure(order);
  const device = await openDevice(place, { serviceUrl });
  say('open');
  if (work === 'download') await download(device, videoId);
  else if (work === 'move') await move(device, toFolder);
  else if (work === 'remove') {
    const view = device.view(videoId);
    if (view) await device.client.downloads.remove({ downloadId: view.downloadId });
  }
  say('done');
}

say(`ready ${process.pid}`);
for await (const line of createInterface({ input: process.stdin }))
  obey(Order.parse(JSON.parse(line))).catch((thrown: unknown) => {
    say(`failed ${asLayoverError(thrown).code} ${thrown instanceof Error ? thrown.stack : String(thrown)}`);
  });
