import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import type { Trip, TripRenewal } from '../../shared/trip.ts';
import { DAY_MS } from '../../shared/units.ts';
import type { Ms } from '../../shared/units.ts';
import { asLayoverError } from '../../shared/errors.ts';
import { useClient } from '../app/environment.ts';
import { useWriteSettings } from '../data/actions.ts';
import { keys, queries, useSettings, useStatus } from '../data/queries.ts';

/** Tomorrow morning, for three days. */
function usualTrip(nowMs: Ms): Trip {
  const morning = new Date(nowMs + DAY_MS);
  morning.setHours(8, 0, 0, 0);
  return { fromMs: morning.getTime(), toMs: morning.getTime() + 3 * DAY_MS, hoursPerDay: 3 };
}

/** The trip that is being planned, kept among the settings, with its report. */
export function useTrip() {
  const client = useClient();
  const { trip: kept } = useSettings();
  const { nowMs } = useStatus();
  const [usual] = useState(() => usualTrip(nowMs));
  const write = useWriteSettings();
  const trip = kept && kept.toMs > nowMs ? kept : usual;
  const [given, setGiven] = useState(trip);
  const report = useQuery(queries.trip(client, given));
  function change(changes: Partial<Trip>) {
    const next = { ...given, ...changes };
    setGiven(next);
    if (next.toMs > next.fromMs) write.mutate({ trip: next });
  }
  return { trip: given, change, report };
}

/** Renews for the trip: how far it is, and the way to stop it. What was renewed stays so. */
export function useTripRenewal() {
  const client = useClient();
  const queryClient = useQueryClient();
  const [progress, setProgress] = useState<TripRenewal | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [running, setRunning] = useState<AbortController | null>(null);
  const last = useRef<AbortController | null>(null);
  useEffect(() => () => last.current?.abort(), []);

  async function renew(downloadIds: string[]): Promise<void> {
    const stopping = new AbortController();
    last.current = stopping;
    setRunning(stopping);
    setError(null);
    setProgress(null);
    try {
      const { signal } = stopping;
      for await (const told of await client.trip.renew({ downloadIds }, { signal })) setProgress(told);
    } catch (thrown) {
      if (!stopping.signal.aborted) setError(asLayoverError(thrown));
    } finally {
      setRunning(null);
      void queryClient.invalidateQueries({ queryKey: keys.trip });
      void queryClient.invalidateQueries({ queryKey: keys.downloads });
    }
  }
  return { renew, cancel: () => running?.abort(), isRunning: running !== null, progress, error };
}
