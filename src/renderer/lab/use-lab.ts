import { queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { LabClient, LabState } from '../../shared/lab-contract.ts';
import { useClient } from '../app/environment.ts';

/** The one client of the window: a QA build connects it with the lab's part of the contract. */
export function useLabClient(): LabClient['lab'] {
  return (useClient() as unknown as LabClient).lab;
}

const KEY = ['lab', 'state'];

export function useLabState(): LabState | undefined {
  const lab = useLabClient();
  return useQuery(
    queryOptions({
      queryKey: KEY,
      queryFn: () => lab.state(),
      refetchInterval: 1_000,
      staleTime: 0,
    }),
  ).data;
}

/** Whatever is done in the lab answers with how things are then. */
export function useLabAction<Input>(act: (lab: LabClient['lab'], input: Input) => Promise<LabState>) {
  const lab = useLabClient();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (input: Input) => act(lab, input),
    onSuccess: (state) => {
      queries.setQueryData(KEY, state);
      void queries.invalidateQueries({ queryKey: ['lab', 'verdict'] });
    },
  });
}

export function useVerdictAt(of: 'app' | 'scenario', videoId: string, atMs: number) {
  const lab = useLabClient();
  return useQuery(
    queryOptions({
      queryKey: ['lab', 'verdict', of, videoId, atMs],
      queryFn: () => lab.verdictAt({ videoId, atMs, of }),
      staleTime: 0,
      placeholderData: (previous) => previous,
    }),
  ).data;
}
