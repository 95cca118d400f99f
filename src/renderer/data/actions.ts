import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { AppStatus, Client } from '../../shared/contract.ts';
import type { DownloadView, StorageView } from '../../shared/downloads.ts';
import type { Settings, SettingsPatch } from '../../shared/settings.ts';
import { useClient } from '../app/environment.ts';
import { inOrderOf, withChanged } from './events.ts';
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
      for (const queryKey of [keys.profiles, keys.devices, keys.catalog, keys.downloads, keys.storage])
        queryClient.removeQueries({ queryKey });
    },
  });
}

/** Pause, resume, renew, pin: calls on a download that answer with it as it is then. */
export function useDownloadAction<Input = { downloadId: string }>(
  call: (client: Client, input: Input) => Promise<DownloadView>,
) {
  const client = useClient();
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (input: Input) => call(client, input),
    onSuccess: (download) =>
      queryClient.setQueryData<DownloadView[]>(keys.downloads, (list) => withChanged(list, download)),
  });
}

/** Calls that answer with the whole queue as it is then: reorder, pause all, resume all. */
export function useQueueAction<Input = void>(
  call: (client: Client, input: Input) => Promise<DownloadView[]>,
) {
  const client = useClient();
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (input: Input) => call(client, input),
    onSuccess: (answer) =>
      queryClient.setQueryData<DownloadView[]>(keys.downloads, (list) => inOrderOf(list, answer)),
  });
}

/** Calls that answer with how the storage place stands: move, check, and to cancel them. */
export function useStorageAction<Input = void>(call: (client: Client, input: Input) => Promise<StorageView>) {
  const client = useClient();
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (input: Input) => call(client, input),
    onSuccess: (storage) => queryClient.setQueryData<StorageView>(keys.storage, storage),
  });
}

/** One after the other; what went before one that fails is gone. */
export function useRemoveDownloads() {
  const client = useClient();
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: async (downloadIds: readonly string[]) => {
      for (const downloadId of downloadIds) await client.downloads.remove({ downloadId });
    },
    onSettled: () =>
      Promise.all(
        [keys.downloads, keys.storage, keys.options].map((queryKey) =>
          queryClient.invalidateQueries({ queryKey }),
        ),
      ),
  });
}

export function useWriteSettings() {
  const client = useClient();
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (patch: SettingsPatch) => client.settings.write(patch),
    onMutate: (patch) =>
      queryClient.setQueryData<Settings>(keys.settings, (settings) => settings && { ...settings, ...patch }),
    onSuccess: (settings, { downloads }) => {
      queryClient.setQueryData(keys.settings, settings);
      if (!downloads) return;
      // Budget and floor are among them.
      void queryClient.invalidateQueries({ queryKey: keys.storage });
      void queryClient.invalidateQueries({ queryKey: keys.options });
    },
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
      void queryClient.invalidateQueries({ queryKey: keys.addresses });
    },
  });
}
