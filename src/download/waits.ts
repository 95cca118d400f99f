import type { LayoverError } from '../shared/errors.ts';
import type { Clock } from '../shared/platform.ts';
import type { Ms } from '../shared/units.ts';
import type { WaitingFor } from './types.ts';

/** Something went wrong, and is waited out. */
export interface Wait {
  /** null: for nothing but time. */
  readonly for: WaitingFor | null;
  readonly error: LayoverError;
  /** By the monotonic clock, which decides. */
  readonly untilMs: Ms;
  /** The same by the wall clock, as it was when the wait began: for the viewer. */
  readonly wallMs: Ms;
}

export interface Waits {
  set(downloadId: string, wait: Pick<Wait, 'for' | 'error'>, ms: Ms): void;
  /** undefined: it may be tried (again). */
  of(downloadId: string): Wait | undefined;
  /** How long until this one may be tried; 0: now. */
  leftMs(downloadId: string): Ms;
  forget(downloadId: string): void;
  /** What waits for one of these may be tried now; what a server asked to stay away stays away. */
  end(reasons: readonly WaitingFor[]): void;
}

export function createWaits(clock: Clock): Waits {
  const waits = new Map<string, Wait>();
  const leftMs = (downloadId: string) =>
    Math.max(0, (waits.get(downloadId)?.untilMs ?? 0) - clock.monotonic());
  return {
    leftMs,
    set(downloadId, wait, ms) {
      waits.set(downloadId, {
        ...wait,
        untilMs: clock.monotonic() + ms,
        wallMs: Math.ceil(clock.now() + ms),
      });
    },
    of: (downloadId) => (leftMs(downloadId) > 0 ? waits.get(downloadId) : undefined),
    forget: (downloadId) => void waits.delete(downloadId),
    end(reasons) {
      for (const [downloadId, wait] of waits) {
        const isAsked = typeof wait.error.details.retryAfterSeconds === 'number';
        if (wait.for !== null && reasons.includes(wait.for) && !isAsked) waits.delete(downloadId);
      }
    },
  };
}
