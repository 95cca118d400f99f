import { QueryClient } from '@tanstack/react-query';
import { isLayoverError } from '../../shared/errors.ts';

/**
 * Answers come from the engine beside us, not from the internet: queries run whatever the browser thinks
 * of the network, stay fresh until an event says otherwise, and a known error is not asked for again.
 */
export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        networkMode: 'always',
        staleTime: Infinity,
        refetchOnWindowFocus: false,
        refetchOnReconnect: false,
        retry: (failures, error) => failures < 1 && !isLayoverError(error),
      },
      mutations: { networkMode: 'always' },
    },
  });
}
