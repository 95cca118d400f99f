import type { PlaybackStart, PlaybackTick } from '../shared/contract.ts';
import type { Clock } from '../shared/platform.ts';
import { SECOND_MS } from '../shared/units.ts';
import type { Ms } from '../shared/units.ts';

interface Session {
  readonly videoId: string;
  readonly stored: PlaybackStart['stored'];
  /** By the monotonic clock: until then it counts as running although nothing was heard of it. */
  runsUntilMs: Ms;
}

/** A player ticks every few seconds. One that was silent for so long has stopped, whatever became of it. */
const SILENCE_MS: Ms = 20 * SECOND_MS;

export type Watching = ReturnType<typeof createWatching>;

/**
 * What is being watched just now, as the sessions' ticks tell: the machine stays awake for it, downloads make
 * way for what needs the link, and nothing that is open is removed by itself.
 */
export function createWatching(clock: Clock) {
  const listeners = new Set<() => void>();
  const sessions = new Map<string, Session>();
  let alarm: AbortController | undefined;
  let told = { isRunning: false, needsLink: false };

  const running = (): Session[] =>
    [...sessions.values()].filter(({ runsUntilMs }) => runsUntilMs > clock.monotonic());
  const isRunning = () => running().length > 0;
  const needsLink = () => running().some(({ stored }) => stored !== 'all');

  function look(): void {
    alarm?.abort();
    const ends = running().map(({ runsUntilMs }) => runsUntilMs);
    if (ends.length > 0) {
      alarm = new AbortController();
      clock
        .sleep(Math.max(1, Math.min(...ends) - clock.monotonic()), alarm.signal)
        .then(look, () => undefined);
    }
    const now = { isRunning: isRunning(), needsLink: needsLink() };
    if (now.isRunning === told.isRunning && now.needsLink === told.needsLink) return;
    told = now;
    for (const listener of [...listeners]) listener();
  }

  return {
    /** One of the answers may be another. Gives the way to stop. */
    onChange(listener: () => void): () => void {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    /** Something plays: pictures move, or are about to. */
    isRunning,
    /** Something plays that is not wholly stored: it comes before all downloads. */
    needsLink,
    /** Somebody has it open, be it paused. */
    isOpen: (videoId: string): boolean => [...sessions.values()].some((one) => one.videoId === videoId),
    begin(sessionId: string, videoId: string, stored: PlaybackStart['stored']): void {
      sessions.set(sessionId, { videoId, stored, runsUntilMs: clock.monotonic() + SILENCE_MS });
      look();
    },
    tick({ sessionId, state }: Pick<PlaybackTick, 'sessionId' | 'state'>): void {
      const session = sessions.get(sessionId);
      if (!session) return;
      session.runsUntilMs = state === 'playing' ? clock.monotonic() + SILENCE_MS : clock.monotonic();
      look();
    },
    end(sessionId: string): void {
      if (sessions.delete(sessionId)) look();
    },
    endVideo(videoId: string): void {
      for (const [sessionId, session] of sessions)
        if (session.videoId === videoId) sessions.delete(sessionId);
      look();
    },
    endAll(): void {
      sessions.clear();
      look();
    },
  };
}
