import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { AppStatus, Client } from '../../shared/contract.ts';
import type { DownloadView } from '../../shared/downloads.ts';
import type { Settings, SettingsPatch } from '../../shared/settings.ts';
import { useClient } from '../app/environment.ts';
import { withDownload } from './events.ts';
import { keys } from './queries.ts';

/** What viewers do, each with the answers that it changes. */

/** For calls that answer with the new status: sign in, sign out, choose a profile, probe. */
export function useStatusAction<Input>(call: (client: Client, input: Input) => Promise<AppStatus>) {
  const client = useClient();
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (input: Input) => call(client, input),
    onSuccess: (status) => {
      const before = queryClient.getQueryData<AppStatus>(keys.status);
      queryClient.setQueryData(keys.status, status);
      const isSameViewer =
        before?.account?.accountId === status.account?.accountId &&
        before?.profile?.profileId === status.profile?.profileId;
      if (isSameViewer) return;
      for (const queryKey of [keys.profiles, keys.catalog, keys.downloads, keys.storage])
        queryClient.removeQueries({ queryKey });
    },
  });
}

/** Pause, resume, renew: calls on a download that answer with it as it is then. */
export function useDownloadAction(
  call: (client: Client, input: { downloadId: string }) => Promise<DownloadView>,
) {
  const client = useClient();
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (downloadId: string) => call(client, { downloadId }),
    onSuccess: (download) =>
      queryClient.setQueryData<DownloadView[]>(keys.downloads, (list) => withDownload(list, download)),
  });
}

export function useRemoveDownload() {
  const client = useClient();
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (downloadId: string) => client.downloads.remove({ downloadId }),
    onSuccess: () => {
      void queryClient.invalidateQueries({ queryKey: keys.downloads });
      void queryClient.invalidateQueries({ queryKey: keys.storage });
    },
  });
}

export function useWriteSettings() {
  const client = useClient();
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (patch: SettingsPatch) => client.settings.write(patch),
    onMutate: (patch) =>
      queryClient.setQueryData<Settings>(keys.settings, (settings) => settings && { ...settings, ...patch }),
    onSuccess: (settings) => queryClient.setQueryData(keys.settings, settings),
    onError: () => queryClient.invalidateQueries({ queryKey: keys.settings }),
  });
}

export function useTitleAction<Input>(call: (client: Client, input: Input) => Promise<unknown>) {
  const client = useClient();
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (input: Input) => call(client, input),
    onSuccess: () => {
      void queryClient.invalidateQueries({ queryKey: keys.titles });
      void queryClient.invalidateQueries({ queryKey: keys.home });
    },
  });
}
