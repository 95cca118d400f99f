import { queryOptions, useQuery, useSuspenseQuery } from '@tanstack/react-query';
import type { Client, AppStatus } from '../../shared/contract.ts';
import type { DownloadView, StorageView } from '../../shared/downloads.ts';
import type { Settings } from '../../shared/settings.ts';
import type { Trip } from '../../shared/trip.ts';
import { useClient } from '../app/environment.ts';

/** Every question that screens ask the engine, with its key: `events.ts` refreshes them by these keys. */
export const keys = {
  status: ['status'],
  settings: ['settings'],
  devices: ['devices'],
  profiles: ['profiles'],
  home: ['catalog', 'home'],
  titles: ['catalog', 'title'],
  searches: ['catalog', 'search'],
  /** What was opened from addresses. */
  addresses: ['catalog', 'addresses'],
  catalog: ['catalog'],
  downloads: ['downloads'],
  storage: ['storage'],
  places: ['places'],
  /** What could be downloaded, and whether it fits: of one video, of several episodes. */
  options: ['options'],
  followed: ['followed'],
  removedByRule: ['removed-by-rule'],
  trip: ['trip'],
  warnings: ['warnings'],
} as const;

export const queries = {
  status: (client: Client) => queryOptions({ queryKey: keys.status, queryFn: () => client.app.status() }),
  settings: (client: Client) =>
    queryOptions({ queryKey: keys.settings, queryFn: () => client.settings.read() }),
  devices: (client: Client) =>
    queryOptions({
      queryKey: keys.devices,
      queryFn: () => client.devices.list(),
      staleTime: 0,
      retry: false,
    }),
  profiles: (client: Client) =>
    queryOptions({ queryKey: keys.profiles, queryFn: () => client.profiles.list() }),
  home: (client: Client) => queryOptions({ queryKey: keys.home, queryFn: () => client.catalog.home() }),
  title: (client: Client, titleId: string) =>
    queryOptions({
      queryKey: [...keys.titles, titleId],
      queryFn: () => client.catalog.title({ titleId }),
    }),
  search: (client: Client, q: string) =>
    queryOptions({
      queryKey: [...keys.searches, q],
      queryFn: () => client.catalog.search({ q }),
      enabled: q !== '',
      placeholderData: (previous) => previous,
    }),
  addresses: (client: Client) =>
    queryOptions({ queryKey: keys.addresses, queryFn: () => client.addresses.list() }),
  downloads: (client: Client) =>
    queryOptions({
      queryKey: keys.downloads,
      queryFn: () => client.downloads.list(),
      structuralSharing: (before, after) =>
        laterOfEach(before as DownloadView[] | undefined, after as DownloadView[]),
    }),
  storage: (client: Client) =>
    queryOptions({
      queryKey: keys.storage,
      queryFn: () => client.storage.read(),
      structuralSharing: (before, after) => laterOf(before as StorageView | undefined, after as StorageView),
    }),
  places: (client: Client) =>
    queryOptions({ queryKey: keys.places, queryFn: () => client.storage.places(), staleTime: 0 }),
  followed: (client: Client) =>
    queryOptions({ queryKey: keys.followed, queryFn: () => client.downloads.followed() }),
  /** What was known of the last dates stays until the new ones are looked at. */
  trip: (client: Client, trip: Trip) =>
    queryOptions({
      queryKey: [...keys.trip, trip],
      queryFn: () => client.trip.check(trip),
      placeholderData: (previous) => previous,
      retry: false,
    }),
  warnings: (client: Client) =>
    queryOptions({ queryKey: keys.warnings, queryFn: () => client.warnings.open() }),
  removedByRule: (client: Client) =>
    queryOptions({ queryKey: keys.removedByRule, queryFn: () => client.downloads.removedByRule() }),
};

/** Suspends until the engine has said how things stand. */
export function useStatus(): AppStatus {
  return useSuspenseQuery(queries.status(useClient())).data;
}

export function useSettings(): Settings {
  return useSuspenseQuery(queries.settings(useClient())).data;
}

/** The same array each time: whoever compares what was with what is must not see a change in nothing. */
const noDownloads: DownloadView[] = [];

/** Empty until the engine has answered. */
export function useDownloads(): DownloadView[] {
  return useQuery(queries.downloads(useClient())).data ?? noDownloads;
}

/** undefined until the engine has answered. */
export function useStorage(): StorageView | undefined {
  return useQuery(queries.storage(useClient())).data;
}

/** True while what plays must come from the store. */
export function useIsOffline(): boolean {
  return useStatus().connection !== 'online';
}

/** An answer may come in after an event that tells of something later. */
function laterOf<View extends { readonly revision: number }>(before: View | undefined, after: View): View {
  return before && before.revision > after.revision ? before : after;
}

/** Which there are, and in which order, as the answer says; each as it was told of last. */
function laterOfEach(before: DownloadView[] | undefined, after: DownloadView[]): DownloadView[] {
  const known = new Map(before?.map((download) => [download.downloadId, download]));
  return after.map((download) => laterOf(known.get(download.downloadId), download));
}
