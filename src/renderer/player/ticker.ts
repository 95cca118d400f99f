import type { Client, PlaybackTick } from '../../shared/contract.ts';
import type { ErrorValue } from '../../shared/errors.ts';
import { asLayoverError } from '../../shared/errors.ts';
import { refusalErrorCode } from '../../shared/license.ts';
import type { RefusalReason, Verdict } from '../../shared/license.ts';
import type { Seconds } from '../../shared/units.ts';
import { WatchedTime } from './watched-time.ts';

/** A refusal of the license as the error that has its sentence. */
export function errorOfRefusal(reason: RefusalReason): ErrorValue {
  return { code: refusalErrorCode[reason], details: {} };
}

export const TICK_SECONDS: Seconds = 5;

/**
 * Tells the engine what was watched: every few seconds of playing, and at once at a pause, a seek and the
 * end. A tick that the engine refuses ends the play; one that does not arrive is made up for by the next.
 */
export class Ticker {
  private readonly watched = new WatchedTime();
  private lastSentSeconds: Seconds | null = null;
  private sending: Promise<void> = Promise.resolve();
  private readonly playback: Client['playback'];
  private readonly sessionId: string;
  private readonly onRefused: (error: ErrorValue) => void;
  private readonly onVerdict: (verdict: Verdict) => void;

  /** `onVerdict` hears every one that lets the play go on. */
  constructor(
    playback: Client['playback'],
    sessionId: string,
    onRefused: (error: ErrorValue) => void,
    onVerdict: (verdict: Verdict) => void = () => undefined,
  ) {
    this.onVerdict = onVerdict;
    this.playback = playback;
    this.sessionId = sessionId;
    this.onRefused = onRefused;
  }

  /** Resolves, never rejects, once the last tick has been answered or given up. */
  get settled(): Promise<void> {
    return this.sending;
  }

  /** The position, as it goes on while playing. */
  playing(positionSeconds: Seconds): void {
    this.watched.playedTo(positionSeconds);
    this.lastSentSeconds ??= positionSeconds;
    if (Math.abs(positionSeconds - this.lastSentSeconds) >= TICK_SECONDS)
      this.send(positionSeconds, 'playing');
  }

  paused(positionSeconds: Seconds): void {
    this.watched.playedTo(positionSeconds);
    this.watched.interrupt();
    this.send(positionSeconds, 'paused');
  }

  soughtTo(positionSeconds: Seconds, isPaused: boolean): void {
    this.watched.interrupt();
    this.send(positionSeconds, isPaused ? 'paused' : 'playing');
  }

  ended(positionSeconds: Seconds): void {
    this.watched.playedTo(positionSeconds);
    this.watched.interrupt();
    this.send(positionSeconds, 'ended');
  }

  private send(positionSeconds: Seconds, state: PlaybackTick['state']): void {
    this.sending = this.tell(positionSeconds, state);
  }

  private async tell(positionSeconds: Seconds, state: PlaybackTick['state']): Promise<void> {
    this.lastSentSeconds = positionSeconds;
    const watchedSeconds = this.watched.take();
    const { sessionId } = this;
    try {
      const { verdict } = await this.playback.tick({ sessionId, positionSeconds, watchedSeconds, state });
      if (verdict.allowed) this.onVerdict(verdict);
      else this.onRefused(errorOfRefusal(verdict.reason));
    } catch (thrown) {
      const error = asLayoverError(thrown);
      if (error.code.startsWith('license/') || error.code === 'playback/unknown-session')
        this.onRefused(error.toValue());
    }
  }
}
