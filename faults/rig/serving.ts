import type { Device } from './device.ts';
import type { PublishedTitle } from './title.ts';

/** What came of asking for every segment of a video, as a player asks. */
export interface Served {
  /** "<renditionId>/<index>": every byte was right. */
  readonly right: ReadonlySet<string>;
  /** Refused, or broken off, before a wrong byte. */
  readonly refused: ReadonlySet<string>;
}

/**
 * Plays every segment through the media handler and compares every byte with what was published. Throws when
 * a byte is wrong, there is one too many, or an answer ends early and calls itself complete.
 */
export async function serveAll(device: Device, title: PublishedTitle): Promise<Served> {
  const right = new Set<string>();
  const refused = new Set<string>();
  const all = [...title.plain.keys()];
  let session;
  try {
    session = await device.client.playback.start({ videoId: title.videoId });
  } catch {
    return { right, refused: new Set(all) };
  }
  try {
    for (const [key, plain] of title.plain) {
      const got = await serve(device, session.sessionId, key);
      if (got.bytes.length > plain.length || !plain.subarray(0, got.bytes.length).equals(got.bytes))
        throw new Error(`wrong bytes served of ${title.videoId}/${key}`);
      const isWhole = got.isComplete && got.bytes.length === plain.length;
      if (got.isComplete && !isWhole) throw new Error(`${title.videoId}/${key} ended early and said nothing`);
      (isWhole ? right : refused).add(key);
    }
  } finally {
    await device.client.playback.stop({ sessionId: session.sessionId });
  }
  return { right, refused };
}

async function serve(
  device: Device,
  sessionId: string,
  key: string,
): Promise<{ bytes: Buffer; isComplete: boolean }> {
  const [renditionId = '', index = ''] = key.split('/');
  const file = index === 'init' ? 'init.mp4' : `${index}.${renditionId.startsWith('s-') ? 'vtt' : 'm4s'}`;
  const url = `http://layover.example/media/${sessionId}/${renditionId}/${file}`;
  const response = await device.media(new Request(url));
  const pieces: Uint8Array[] = [];
  if (!response.ok) {
    await response.body?.cancel();
    return { bytes: Buffer.alloc(0), isComplete: false };
  }
  try {
    for await (const piece of response.body ?? []) pieces.push(piece as Uint8Array);
    return { bytes: Buffer.concat(pieces), isComplete: true };
  } catch {
    return { bytes: Buffer.concat(pieces), isComplete: false };
  }
}

/** Throws unless everything can be played and is right. */
export async function expectWhole(device: Device, title: PublishedTitle): Promise<void> {
  const { refused } = await serveAll(device, title);
  if (refused.size > 0) throw new Error(`${title.videoId}: refused ${[...refused].join(', ')}`);
}
