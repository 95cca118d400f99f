import type { Clock } from '../shared/platform.ts';
import type { Bytes, Seconds } from '../shared/units.ts';
import { createRateMeter } from './rate.ts';
import type { RateMeter } from './rate.ts';

export type Phase = 'license' | 'downloading' | 'verifying';

/** What the store holds of a download. */
export interface Holding {
  storedBytes: Bytes;
  /** With what has come of segments that are not stored yet. */
  receivedBytes: Bytes;
  playableSeconds: Seconds;
  isAllThere: boolean;
}

/** What is known of one download beside its row; all of it can be worked out again from the store. */
export interface Progress extends Holding {
  /** What it is doing just now; null: nothing. */
  phase: Phase | null;
  rate: RateMeter | null;
}

export interface ProgressBook {
  of(downloadId: string): Progress;
  begin(downloadId: string): Progress;
  end(downloadId: string): void;
  /** The next `of` asks the store again. */
  forget(downloadId: string): void;
}

/** `measure` asks the store; it is called once for each download that nobody works on. */
export function createProgressBook(clock: Clock, measure: (downloadId: string) => Holding): ProgressBook {
  const book = new Map<string, Progress>();
  const of = (downloadId: string): Progress => {
    const known = book.get(downloadId);
    if (known) return known;
    const fresh: Progress = { ...measure(downloadId), phase: null, rate: null };
    book.set(downloadId, fresh);
    return fresh;
  };
  return {
    of,
    begin(downloadId) {
      const progress = of(downloadId);
      progress.rate = createRateMeter(clock);
      return progress;
    },
    end(downloadId) {
      const progress = of(downloadId);
      progress.rate = null;
      progress.phase = null;
    },
    forget: (downloadId) => void book.delete(downloadId),
  };
}
