import { useQuery } from '@tanstack/react-query';
import { useSyncExternalStore } from 'react';
import type { Ms } from '../../shared/units.ts';
import { useClient } from '../app/environment.ts';
import { queries } from './queries.ts';

const EVERY_MS: Ms = 15_000;

/** One timer for all that count down, running while somebody does. */
const listeners = new Set<() => void>();
let localNowMs = Date.now();
let timer: ReturnType<typeof setInterval> | undefined;

function tick(): void {
  localNowMs = Date.now();
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  if (listeners.size === 0) {
    localNowMs = Date.now();
    timer = setInterval(tick, EVERY_MS);
  }
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) clearInterval(timer);
  };
}

/** The engine's trusted time, carried on by this window's clock. */
export function useTrustedNow(): Ms {
  return useTrusted((nowMs) => nowMs);
}

/**
 * What `say` makes of trusted time, as it goes on: who asks is rendered again only when that is another answer
 * than before, so that a minute that changes no word costs nothing. `say` gives a string or a number.
 */
export function useTrusted<Said extends string | number>(say: (nowMs: Ms) => Said): Said {
  const { data: status, dataUpdatedAt } = useQuery(queries.status(useClient()));
  return useSyncExternalStore(subscribe, () =>
    say(status ? status.nowMs + Math.max(0, localNowMs - dataUpdatedAt) : localNowMs),
  );
}
