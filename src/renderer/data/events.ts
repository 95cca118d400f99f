import type { QueryClient } from '@tanstack/react-query';
import type { AppStatus, Client, EngineEvent } from '../../shared/contract.ts';
import type { DownloadView } from '../../shared/downloads.ts';
import { keys } from './queries.ts';
import type { Refusals } from './refusals.ts';

type Changed = Extract<EngineEvent, { type: 'changed' }>['what'];

const staleAfter: Record<Changed, readonly (readonly string[])[]> = {
  catalog: [keys.catalog],
  progress: [keys.home, keys.titles, keys.downloads, keys.trip],
  'my-list': [keys.home, keys.titles, keys.trip],
  profiles: [keys.profiles, keys.status],
  settings: [keys.settings, keys.warnings],
  downloads: [
    keys.downloads,
    keys.storage,
    keys.options,
    keys.followed,
    keys.removedByRule,
    keys.trip,
    keys.warnings,
  ],
};

/** One list entry replaced, or appended if it is new. */
export function withDownload(list: DownloadView[] | undefined, download: DownloadView) {
  if (!list) return undefined;
  const known = list.some((each) => each.downloadId === download.downloadId);
  return known
    ? list.map((each) => (each.downloadId === download.downloadId ? download : each))
    : [...list, download];
}

/** One list entry replaced; one that has been removed meanwhile does not come back. */
export function withChanged(list: DownloadView[] | undefined, download: DownloadView) {
  return list?.map((each) => (each.downloadId === download.downloadId ? download : each));
}

/** In the order of `answer`; what was added or removed meanwhile stays so. */
export function inOrderOf(list: DownloadView[] | undefined, answer: DownloadView[]) {
  if (!list) return answer;
  const [listed, answered] = [list, answer].map((some) => new Set(some.map(({ downloadId }) => downloadId)));
  return [
    ...answer.filter(({ downloadId }) => listed?.has(downloadId)),
    ...list.filter(({ downloadId }) => !answered?.has(downloadId)),
  ];
}

export interface EventPlaces {
  readonly queryClient: QueryClient;
  readonly refusals: Refusals;
}

/** What lies there is told anew, and with it what still fits. */
function roomChanged(queryClient: QueryClient): void {
  void queryClient.invalidateQueries({ queryKey: keys.storage });
  void queryClient.invalidateQueries({ queryKey: keys.options });
  void queryClient.invalidateQueries({ queryKey: keys.trip });
}

/**
 * An answer that is under way may have been made before this event: the list is asked for once more. What each
 * one says needs no second look, its revision tells.
 */
function listChanged(queryClient: QueryClient): void {
  const state = queryClient.getQueryState(keys.downloads);
  if (state?.fetchStatus !== 'fetching') return;
  const again = () => queryClient.invalidateQueries({ queryKey: keys.downloads });
  // A first answer is waited for, whatever it says: there is nothing yet to put in its place.
  if (state.data !== undefined) void again();
  else void queryClient.refetchQueries({ queryKey: keys.downloads }, { cancelRefetch: false }).then(again);
}

/** Brings one event to the queries that it is about. */
export function applyEvent(event: EngineEvent, { queryClient, refusals }: EventPlaces): void {
  switch (event.type) {
    case 'status': {
      const before = queryClient.getQueryData<AppStatus>(keys.status);
      queryClient.setQueryData(keys.status, event.status);
      if (before?.profile?.profileId !== event.status.profile?.profileId) {
        queryClient.removeQueries({ queryKey: keys.catalog, type: 'inactive' });
        void queryClient.invalidateQueries({ queryKey: keys.catalog });
        void queryClient.invalidateQueries({ queryKey: keys.downloads });
        void queryClient.invalidateQueries({ queryKey: keys.warnings });
      } else if (before?.connection !== event.status.connection) {
        void queryClient.invalidateQueries({ queryKey: keys.catalog });
      }
      return;
    }
    case 'changed':
      for (const queryKey of staleAfter[event.what]) void queryClient.invalidateQueries({ queryKey });
      return;
    case 'download': {
      const before = queryClient.getQueryData<DownloadView[]>(keys.downloads);
      queryClient.setQueryData<DownloadView[]>(keys.downloads, (list) => withDownload(list, event.download));
      const old = before?.find((each) => each.downloadId === event.download.downloadId);
      if (!old) listChanged(queryClient);
      if (old?.state !== event.download.state) roomChanged(queryClient);
      else if (JSON.stringify(old.verdict) !== JSON.stringify(event.download.verdict))
        for (const queryKey of [keys.trip, keys.warnings]) void queryClient.invalidateQueries({ queryKey });
      return;
    }
    case 'download-removed':
      queryClient.setQueryData<DownloadView[]>(keys.downloads, (list) =>
        list?.filter((each) => each.downloadId !== event.downloadId),
      );
      listChanged(queryClient);
      roomChanged(queryClient);
      return;
    case 'removed-by-rule':
      void queryClient.invalidateQueries({ queryKey: keys.removedByRule });
      return;
    case 'license-warnings':
      void queryClient.invalidateQueries({ queryKey: keys.warnings });
      return;
    case 'storage':
      queryClient.setQueryData(keys.storage, event.storage);
      return;
    case 'playback-refused':
      refusals.tell(event.sessionId, event.error);
      return;
  }
}

/**
 * The only subscriber to the engine's events. A stream that ends is opened again, and since events were
 * missed meanwhile, everything is asked anew. Returns when the signal aborts; never throws.
 *
 * @param wait resolves when the next attempt may start
 */
export async function followEvents(
  client: Client,
  places: EventPlaces,
  signal: AbortSignal,
  wait: (attempt: number) => Promise<void>,
): Promise<void> {
  let failures = 0;
  for (let isFirst = true; !signal.aborted; isFirst = false) {
    try {
      const events = await client.app.events(undefined, { signal });
      if (!isFirst) void places.queryClient.invalidateQueries();
      for await (const event of events) {
        failures = 0;
        applyEvent(event, places);
        if (signal.aborted) return;
      }
    } catch {
      failures += 1;
    }
    if (!signal.aborted) await wait(failures);
  }
}
