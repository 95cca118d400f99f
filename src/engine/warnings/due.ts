import type { Verdict } from '../../shared/license.ts';
import { DAY_MS, HOUR_MS, SECOND_MS } from '../../shared/units.ts';
import type { Ms } from '../../shared/units.ts';
import { endOf } from '../../shared/words/license-words.ts';

/** So long before an end the viewer is told of it, widest first. */
export const THRESHOLDS_MS: readonly Ms[] = [7 * DAY_MS, 48 * HOUR_MS, 2 * HOUR_MS];

/** What runs out: the time to start, or, once started, the time to finish. */
export interface Window {
  readonly kind: 'start' | 'finish';
  readonly beganAtMs: Ms;
  readonly endsAtMs: Ms;
}

/** The last warning of a window. One of another window says nothing of this one: a renewal begins anew. */
export interface Told extends Pick<Window, 'kind' | 'endsAtMs'> {
  readonly thresholdMs: Ms;
}

/** The window that runs now; null: there is none that ends. */
export function windowOf(verdict: Verdict, issuedAtMs: Ms): Window | null {
  const endsAtMs = endOf(verdict);
  if (!verdict.allowed || endsAtMs === null) return null;
  const { firstPlayAtMs } = verdict;
  return firstPlayAtMs === null
    ? { kind: 'start', beganAtMs: issuedAtMs, endsAtMs }
    : { kind: 'finish', beganAtMs: firstPlayAtMs, endsAtMs };
}

/**
 * The nearest threshold that has been reached and not been told of, nor one nearer: whoever slept over two of
 * them hears of one. A threshold that was there when the window began is no news, and no warning.
 */
export function dueThreshold(window: Window, told: Told | null, nowMs: Ms): Ms | null {
  if (nowMs >= window.endsAtMs) return null;
  const reached = thresholdsOf(window).filter((each) => window.endsAtMs - nowMs <= each);
  const nearest = reached.at(-1);
  if (nearest === undefined) return null;
  const isKnown = told?.kind === window.kind && told.endsAtMs === window.endsAtMs;
  return isKnown && told.thresholdMs <= nearest ? null : nearest;
}

/** When there may be something to say again: at a threshold, or at the end. */
export function nextMoment(window: Window, nowMs: Ms): Ms | null {
  const moments = [...thresholdsOf(window), 0].map((each) => window.endsAtMs - each);
  return moments.find((atMs) => atMs > nowMs) ?? null;
}

const thresholdsOf = ({ beganAtMs, endsAtMs }: Window): Ms[] =>
  // A second less: the moments of issue and of first play are read from different clocks.
  THRESHOLDS_MS.filter((each) => each < endsAtMs - beganAtMs - SECOND_MS);
