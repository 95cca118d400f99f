import { writeFile } from 'node:fs/promises';
import { z } from 'zod';
import { serve } from '../../platform/serve.ts';
import { LayoverError } from '../../shared/errors.ts';
import { decodeVideo } from '../ffmpeg.ts';
import { durationInWords } from '../output.ts';
import { withViewer } from '../run.ts';
import type { Session } from '../run.ts';
import { parseOptions } from '../usage.ts';
import { findVideo } from './find.ts';

const PlayOptions = z.object({
  /** Only this much. */
  seconds: z.coerce.number().positive().optional(),
  /** One rendition's own playlist instead of the multivariant one. */
  rendition: z
    .string()
    .regex(/^[A-Za-z0-9._-]+$/)
    .optional(),
  /** A file that gets one line a frame: "<pts seconds> <md5>". */
  framesOut: z.string().optional(),
});

/**
 * Plays a video through the media handler without a screen: ffmpeg decodes what would be shown. Tells the
 * engine that so much was watched, as a player does, so first play and progress follow.
 */
export async function play(session: Session, name: string, raw: unknown): Promise<void> {
  const options = parseOptions(PlayOptions, raw);
  const { engine, output, signal } = session;
  await withViewer(session, name);
  const videoId = await findVideo(engine.client, name);
  const started = await engine.client.playback.start({ videoId }, { signal });
  const { sessionId } = started;
  // Whoever may talk to loopback is not yet whoever may watch: the path carries a secret of this run.
  const secret = `/${crypto.randomUUID()}`;
  const server = await serve(
    (origin) => async (request) => {
      const url = new URL(request.url);
      if (!url.pathname.startsWith(`${secret}/`)) return new Response(null, { status: 404 });
      const own = new URL(url.pathname.slice(secret.length), origin);
      return engine.media(new Request(own, { headers: request.headers, signal: request.signal }));
    },
    { port: 0, maxBodyBytes: 0, onError: () => undefined },
  );
  try {
    const playlist = options.rendition
      ? started.playlistPath.replace(/[^/]+$/, `${options.rendition}.m3u8`)
      : started.playlistPath;
    const decoded = await decodeVideo(`${server.origin}${secret}${playlist}`, {
      seconds: options.seconds,
      signal,
      onFrame: (frames) => {
        if (frames % 24 === 0) output.progress({ frames }, () => `${frames} frames`);
      },
    }).catch(async (thrown: unknown) => {
      // The engine knows better than ffmpeg why no bytes came.
      const { lastError } = await engine.client.playback.stats({ sessionId });
      throw lastError ? new LayoverError(lastError.code, lastError.details) : thrown;
    });
    const watchedSeconds = decoded.frames.at(-1)?.ptsSeconds ?? 0;
    const complete = options.seconds === undefined || watchedSeconds >= started.durationSeconds - 1;
    const { verdict } = await engine.client.playback.tick({
      sessionId,
      positionSeconds: complete ? started.durationSeconds : watchedSeconds,
      watchedSeconds,
      state: complete ? 'ended' : 'paused',
    });
    if (options.framesOut)
      await writeFile(
        options.framesOut,
        decoded.frames.map(({ ptsSeconds, md5 }) => `${ptsSeconds} ${md5}\n`).join(''),
      );
    const { bySource } = await engine.client.playback.stats({ sessionId });
    const answer = {
      videoId: started.videoId,
      stored: started.stored,
      frames: decoded.frames.length,
      seconds: watchedSeconds,
      sha256: decoded.sha256,
      bySource,
      verdict,
    };
    output.answer(
      answer,
      () =>
        `${decoded.frames.length} frames, ${durationInWords(watchedSeconds)}, from ` +
        `${bySource.map(({ source, segments }) => `${source} (${segments})`).join(', ')}; sha256 ${decoded.sha256}`,
    );
  } finally {
    await engine.client.playback.stop({ sessionId });
    await server.close();
  }
}
