import type { Clock } from '../shared/platform.ts';
import { SECOND_MS } from '../shared/units.ts';
import type { BitsPerSecond, Bytes, Ms } from '../shared/units.ts';
import type { Pace, Priority } from './types.ts';

/** So long after playback's last byte it still counts as under way: a player asks for one segment after the other. */
export const PLAYBACK_LINGERS_MS: Ms = 500;
/** What an idle bucket saves up: bursts stay short enough that a cap of a metered link is one. */
const BURST_MS: Ms = 250;

/**
 * Who may take bytes from the network now. Playback is never held back. Downloads stand still while playback
 * transfers, and share one cap.
 */
export interface Governor {
  pace(priority: Priority): Pace;
  /** A transfer of this priority begins; returns what to call when it has ended. */
  begin(priority: Priority): () => void;
  /** For all downloads together; null: none. Counts at once, for transfers under way too. */
  capDownloads(bitsPerSecond: BitsPerSecond | null): void;
}

export function createGovernor(clock: Clock): Governor {
  let playing = 0;
  let quietAtMs: Ms = -Infinity;
  let bytesPerMs: number | null = null;
  /** Below 0: taken in advance, and to be waited for. */
  let credit: Bytes = 0;
  let creditAtMs = clock.monotonic();
  let change = new AbortController();

  const changed = () => {
    const before = change;
    change = new AbortController();
    before.abort();
  };

  /** Until time is over, or something changed, or it is aborted. */
  async function wait(ms: Ms | undefined, signal: AbortSignal | undefined): Promise<void> {
    const woken = signal ? AbortSignal.any([signal, change.signal]) : change.signal;
    if (ms === undefined) {
      await new Promise<void>((resolve) => {
        if (woken.aborted) resolve();
        woken.addEventListener('abort', () => resolve(), { once: true });
      });
    } else {
      await clock.sleep(ms, woken).catch(() => {});
    }
    signal?.throwIfAborted();
  }

  function refill(): void {
    const nowMs = clock.monotonic();
    if (bytesPerMs !== null)
      credit = Math.min(BURST_MS * bytesPerMs, credit + (nowMs - creditAtMs) * bytesPerMs);
    creditAtMs = nowMs;
  }

  /** 0: go on; undefined: until playback has ended. */
  function heldBackMs(): Ms | undefined {
    if (playing > 0) return undefined;
    const lingersMs = Math.max(0, quietAtMs - clock.monotonic());
    if (bytesPerMs === null) return lingersMs;
    refill();
    return Math.max(lingersMs, credit < 0 ? -credit / bytesPerMs : 0);
  }

  async function untilAllowed(signal: AbortSignal | undefined): Promise<void> {
    for (let ms = heldBackMs(); ms !== 0; ms = heldBackMs()) await wait(ms, signal);
  }

  const paces: Record<Priority, Pace> = {
    playback: { take: () => undefined },
    download: {
      take(bytes, signal) {
        if (bytesPerMs !== null) {
          refill();
          credit -= bytes;
        }
        return heldBackMs() === 0 ? undefined : untilAllowed(signal);
      },
    },
  };

  return {
    pace: (priority) => paces[priority],
    begin(priority) {
      if (priority === 'download') return () => {};
      playing += 1;
      let isOver = false;
      return () => {
        if (isOver) return;
        isOver = true;
        playing -= 1;
        quietAtMs = clock.monotonic() + PLAYBACK_LINGERS_MS;
        if (playing === 0) changed();
      };
    },
    capDownloads(bitsPerSecond) {
      refill();
      bytesPerMs = bitsPerSecond === null ? null : Math.max(1, bitsPerSecond / 8) / SECOND_MS;
      // A debt under the old cap would be paid at the new one: a lower one would hold everything for minutes.
      credit = 0;
      changed();
    },
  };
}
