import { asLayoverError } from '../../src/shared/errors.ts';
import type { DownloadView } from '../../src/shared/downloads.ts';
import { until } from '../../testing/until.ts';
import { everyRendition } from './device.ts';
import type { Device } from './device.ts';

/** Adds a video, or lets it go on where it stopped. */
export async function begin(device: Device, videoId: string): Promise<DownloadView> {
  const had = device.view(videoId);
  if (!had) return device.client.downloads.add({ videoId, preferences: everyRendition });
  if (had.state === 'completed') return had;
  return device.client.downloads.resume({ downloadId: had.downloadId });
}

/** Adds or resumes it and waits, in real time, for its end. Throws its error when it fails. */
export async function complete(device: Device, videoId: string): Promise<void> {
  const before = device.view(videoId);
  if ((await begin(device, videoId)).state === 'completed') return;
  await until(() => {
    const view = device.view(videoId);
    // What was told before it was begun again says nothing.
    if (view === before) return false;
    if (view?.state === 'failed') throw asLayoverError(view.error);
    return view?.state === 'completed';
  });
}

/** The sweep of this start is over. */
export const swept = (device: Device): Promise<void> =>
  until(() => device.log.lines.some(({ event }) => event === 'store.swept'));

export async function remove(device: Device, videoId: string): Promise<void> {
  const view = device.view(videoId);
  if (!view) return;
  await device.client.downloads.remove({ downloadId: view.downloadId });
  await until(() => device.view(videoId) === undefined);
}
