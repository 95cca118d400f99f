import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { Ms } from '../../shared/units.ts';
import { useClient } from '../app/environment.ts';
import { queries } from './queries.ts';

/** The engine's trusted time, carried on by this window's clock, renewed every half minute. */
export function useTrustedNow(): Ms {
  const { data: status, dataUpdatedAt } = useQuery(queries.status(useClient()));
  const [localNowMs, setLocalNowMs] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setLocalNowMs(Date.now()), 30_000);
    return () => clearInterval(timer);
  }, []);
  if (!status) return localNowMs;
  return status.nowMs + Math.max(0, localNowMs - dataUpdatedAt);
}
