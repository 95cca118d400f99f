import { table } from '../output.ts';
import { withViewer } from '../run.ts';
import type { Session } from '../run.ts';
import { findVideo } from './find.ts';

/** Asks for a video's addresses, probes every OCA, and says how they did. */
export async function ocas(session: Session, name: string): Promise<void> {
  const { client } = session.engine;
  await withViewer(session, name);
  const { sessionId } = await client.playback.start({ videoId: await findVideo(client, name) });
  try {
    const { ocas: health } = await client.playback.probe({ sessionId });
    session.output.answer({ ocas: health }, () =>
      table(
        health.map(({ ocaId, state, latencyMs }) => [
          ocaId,
          state,
          latencyMs === null ? '–' : `${latencyMs.toFixed(1)} ms`,
        ]),
      ),
    );
  } finally {
    await client.playback.stop({ sessionId });
  }
}
