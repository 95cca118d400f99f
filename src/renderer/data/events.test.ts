import { QueryObserver } from '@tanstack/react-query';
import { expect, onTestFinished, test, vi } from 'vitest';
import { createFakeClient } from '../../../testing/fake-client/index.ts';
import type { AppStatus, EngineEvent } from '../../shared/contract.ts';
import type { DownloadView, StorageView } from '../../shared/downloads.ts';
import { applyEvent, followEvents, inOrderOf, withChanged, withDownload } from './events.ts';
import { createQueryClient } from './query-client.ts';
import { keys, queries } from './queries.ts';
import { createRefusals } from './refusals.ts';

async function world() {
  const client = createFakeClient({ scenario: 'home', now: () => 1_000 });
  const queryClient = createQueryClient();
  await Promise.all([
    queryClient.fetchQuery(queries.status(client)),
    queryClient.fetchQuery(queries.downloads(client)),
    queryClient.fetchQuery(queries.home(client)),
    queryClient.fetchQuery(queries.title(client, 'harbor-lights')),
    queryClient.fetchQuery(queries.settings(client)),
  ]);
  const isStale = (queryKey: readonly string[]) =>
    queryClient.getQueryCache().find({ queryKey, exact: true })?.state.isInvalidated;
  const downloads = () => queryClient.getQueryData<DownloadView[]>(keys.downloads) ?? [];
  return { client, queryClient, refusals: createRefusals(), isStale, downloads };
}

test('a download event replaces its entry, a new one is appended, a removed one goes', async () => {
  const places = await world();
  const [first] = places.downloads();
  if (!first) throw new Error('the fake has downloads');
  const count = places.downloads().length;
  applyEvent({ type: 'download', download: { ...first, storedBytes: 7 } }, places);
  expect(places.downloads()[0]?.storedBytes).toBe(7);
  applyEvent({ type: 'download', download: { ...first, downloadId: 'another' } }, places);
  expect(places.downloads()).toHaveLength(count + 1);
  applyEvent({ type: 'download-removed', downloadId: 'another' }, places);
  expect(places.downloads()).toHaveLength(count);
});

test('no answer that a later event overtook shows older state: adding, an action, the list', async () => {
  const { client, queryClient, refusals, downloads } = await world();
  const [first] = downloads();
  if (!first) throw new Error('the fake has downloads');
  const { downloadId } = first;
  const paused = await client.downloads.pause({ downloadId });
  const list = await client.downloads.list();
  const download = await client.downloads.resume({ downloadId });
  applyEvent({ type: 'download', download }, { queryClient, refusals });
  const shown = () => downloads().find((each) => each.downloadId === downloadId)?.state;
  const answers: ((list?: DownloadView[]) => DownloadView[] | undefined)[] = [
    (known) => withDownload(known, paused),
    (known) => withChanged(known, paused),
    (known) => inOrderOf(known, list),
    () => list,
  ];
  for (const answer of answers) {
    queryClient.setQueryData<DownloadView[]>(keys.downloads, answer);
    expect(shown()).toBe(download.state);
  }
  expect(download.state).not.toBe('paused');
});

test('what was removed before an answer about it is read does not come back; what was added stays', async () => {
  const places = await world();
  const [first, second, ...others] = places.downloads();
  if (!first || !second) throw new Error('the fake has downloads');
  expect(withChanged([second], first)).toEqual([second]);
  expect(inOrderOf([first, ...others], [second, ...others.toReversed()])).toEqual([
    ...others.toReversed(),
    first,
  ]);
});

test.each([
  ['removed', false],
  ['added', true],
])('a list that was made before a download was %s is asked for again', async (_, isThere) => {
  const { client, queryClient, refusals, downloads } = await world();
  const [first, ...others] = downloads();
  if (!first) throw new Error('the fake has downloads');
  const { downloadId } = first;
  const [before, after] = isThere ? [others, [first, ...others]] : [[first, ...others], others];
  const answers = [before, after];
  const held = Promise.withResolvers<void>();
  const asking = { ...client, downloads: { ...client.downloads, list: async () => {
    const answer = answers.shift() ?? [];
    await held.promise;
    return answer;
  } } }; // prettier-ignore
  queryClient.setQueryData(keys.downloads, before);
  const observer = new QueryObserver(queryClient, { ...queries.downloads(asking), staleTime: Infinity });
  onTestFinished(observer.subscribe(() => undefined));
  void observer.refetch();
  const event: EngineEvent = isThere
    ? { type: 'download', download: first }
    : { type: 'download-removed', downloadId };
  applyEvent(event, { queryClient, refusals });
  held.resolve();
  await vi.waitFor(() => expect(queryClient.isFetching()).toBe(0));
  expect(answers).toEqual([]);
  expect(downloads().some((each) => each.downloadId === downloadId)).toBe(isThere);
});

test('what is told before the first list is there is not lost', async () => {
  const client = createFakeClient({ scenario: 'home', now: () => 1_000 });
  const queryClient = createQueryClient();
  const early = await client.downloads.list();
  const held = Promise.withResolvers<void>();
  let asked = 0;
  const asking = { ...client, downloads: { ...client.downloads, list: async () => {
    asked += 1;
    await held.promise;
    return asked === 1 ? early : client.downloads.list();
  } } }; // prettier-ignore
  const observer = new QueryObserver(queryClient, queries.downloads(asking));
  onTestFinished(observer.subscribe(() => undefined));
  const downloadId = early[0]?.downloadId ?? '';
  const download = await client.downloads.pause({ downloadId });
  applyEvent({ type: 'download', download }, { queryClient, refusals: createRefusals() });
  held.resolve();
  await vi.waitFor(() => {
    const list = queryClient.getQueryData<DownloadView[]>(keys.downloads);
    expect(list?.find((each) => each.downloadId === downloadId)?.state).toBe('paused');
  });
  expect(asked).toBe(2);
});

test('`changed` makes exactly the answers stale that it names', async () => {
  const places = await world();
  applyEvent({ type: 'changed', what: 'my-list' }, places);
  expect(places.isStale(keys.home)).toBe(true);
  expect(places.isStale([...keys.titles, 'harbor-lights'])).toBe(true);
  expect(places.isStale(keys.settings)).toBe(false);
});

test('a new status is shown at once, and a new profile forgets the catalog of the old one', async () => {
  const places = await world();
  const status = places.queryClient.getQueryData<AppStatus>(keys.status);
  if (!status?.profile) throw new Error('the fake has a profile');
  applyEvent(
    { type: 'status', status: { ...status, profile: { ...status.profile, profileId: 'kim' } } },
    places,
  );
  expect(places.queryClient.getQueryData<AppStatus>(keys.status)?.profile?.profileId).toBe('kim');
  expect(places.queryClient.getQueryData(keys.home)).toBeUndefined();
});

test('an answer about the storage place that a later event overtook changes nothing', async () => {
  const places = await world();
  const { client, queryClient } = places;
  await queryClient.fetchQuery(queries.storage(client));
  const answer = await client.storage.move({ folder: '/media/ana/Travel SSD/Layover' });
  expect(answer.move).not.toBeNull();
  const storage = await client.storage.cancelMove();
  applyEvent({ type: 'storage', storage }, places);
  queryClient.setQueryData(keys.storage, answer);
  expect(queryClient.getQueryData<StorageView>(keys.storage)?.move).toBeNull();
});

test('a refusal reaches the player of that session only', async () => {
  const places = await world();
  const [mine, other] = [vi.fn(), vi.fn()];
  places.refusals.listen('p-1', mine);
  places.refusals.listen('p-2', other);
  const error = { code: 'license/playback-expired', details: {} } as const;
  applyEvent({ type: 'playback-refused', sessionId: 'p-1', error }, places);
  expect(mine).toHaveBeenCalledExactlyOnceWith(error);
  expect(other).not.toHaveBeenCalled();
});

test('a stream that breaks is opened again, and what was missed is asked anew', async () => {
  const places = await world();
  const stopping = new AbortController();
  let opened = 0;
  const failing = {
    ...places.client,
    app: {
      ...places.client.app,
      events: async (...call: Parameters<typeof places.client.app.events>) => {
        opened += 1;
        if (opened === 1) throw new Error('broken');
        return places.client.app.events(...call);
      },
    },
  };
  const waits: number[] = [];
  const following = followEvents(failing, places, stopping.signal, async (failures) => {
    waits.push(failures);
  });
  await vi.waitFor(() => expect(opened).toBe(2));
  expect(places.isStale(keys.settings)).toBe(true);
  await vi.waitFor(() => {
    places.client.setStatus({ connection: 'offline' });
    expect(places.queryClient.getQueryData<AppStatus>(keys.status)?.connection).toBe('offline');
  });
  stopping.abort();
  await following;
  expect(waits).toEqual([1]);
});
