import { startViewing } from '../viewing.ts';
import type { Parts } from '../parts.ts';
import { procedures } from './base.ts';

export function playbackRouter(parts: Parts) {
  const { playback, viewings, watching } = parts;
  return {
    playback: {
      start: procedures.playback.start.handler(({ input, signal }) =>
        startViewing(parts, input.videoId, signal),
      ),
      tick: procedures.playback.tick.handler(({ input }) => {
        viewings.record(input);
        watching.tick(input);
        return { verdict: playback.tick(input) };
      }),
      stop: procedures.playback.stop.handler(({ input }) => {
        viewings.end(input.sessionId);
        watching.end(input.sessionId);
        playback.stop(input.sessionId);
        return {};
      }),
      probe: procedures.playback.probe.handler(({ input }) => playback.probe(input.sessionId)),
      stats: procedures.playback.stats.handler(({ input }) => playback.stats(input.sessionId)),
    },
  };
}
