import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createFakeClock } from '../../testing/fake-clock.ts';
import { openPlainDatabase } from '../../testing/plain-database.ts';
import { createRecordingLog } from '../../testing/recording-log.ts';
import { turn, until } from '../../testing/until.ts';
import { LayoverError } from '../shared/errors.ts';
import type { Mutation, ProfileState } from '../shared/progress.ts';
import { syncMigrations } from './migrations.ts';
import { createSync } from './sync.ts';
import { nextPosition, resumeAt } from './watching.ts';

const nothing: ProfileState = { positions: [], myList: [], ratings: [] };
const position = (videoId: string, positionSeconds: number, watchedAtMs: number) => ({
  profileId: 'ana',
  videoId,
  positionSeconds,
  durationSeconds: 100,
  completed: false,
  watchedAtMs,
});

/** A service that keeps what it is sent, and can be unreachable. */
function serviceInMemory() {
  const kept = new Map<string, Mutation>();
  const service = {
    reachable: true,
    pushes: 0,
    refuse: new Set<string>(),
    state: { ...nothing, revision: 0 },
    kept,
    push: async (mutations: Mutation[]) => {
      service.pushes += 1;
      if (!service.reachable) throw new LayoverError('service/unreachable');
      for (const mutation of mutations) kept.set(mutation.mutationId, mutation);
      return {
        acknowledged: mutations.map((m) => m.mutationId).filter((id) => !service.refuse.has(id)),
        refused: [...service.refuse].map((mutationId) => ({ mutationId, reason: 'gone' })),
      };
    },
    pull: async () => {
      if (!service.reachable) throw new LayoverError('service/unreachable');
      return service.state;
    },
  };
  return service;
}

function set() {
  const clock = createFakeClock();
  const service = serviceInMemory();
  const database = openPlainDatabase(syncMigrations);
  const changes: string[] = [];
  const who = { accountId: 'account' as string | null };
  const make = () =>
    createSync({
      database,
      remote: service,
      clock,
      log: createRecordingLog(),
      accountId: () => who.accountId,
      newId: () => randomUUID(),
      onChange: (what) => changes.push(what),
    });
  return { clock, service, database, changes, who, make, sync: make() };
}

test('a deed is there at once, waits in the outbox, and leaves it when acknowledged', async () => {
  const { sync, service, make } = set();
  sync.record({ kind: 'my-list', profileId: 'ana', titleId: 't', listed: true, atMs: 1 });
  expect(sync.myList('ana')).toEqual(['t']);
  service.reachable = false;
  await expect(sync.now()).rejects.toMatchObject({ code: 'service/unreachable' });
  // The app ends here and starts again: nothing is lost.
  const again = make();
  expect(again.pending()).toBe(1);
  service.reachable = true;
  expect(await again.now()).toMatchObject({ sent: 1, pending: 0 });
  expect([...service.kept.values()]).toMatchObject([{ kind: 'my-list', titleId: 't', listed: true }]);
});

test('a later deed about the same thing replaces one that waits, but is not acknowledged by it', async () => {
  const { sync, service } = set();
  sync.record({ kind: 'progress', position: position('v', 10, 1) });
  const push = service.push;
  service.push = async (mutations) => {
    // While the request is under way, the viewer watches on.
    if (service.pushes === 0) sync.record({ kind: 'progress', position: position('v', 20, 2) });
    return push(mutations);
  };
  await sync.now();
  const sent = [...service.kept.values()].map((m) =>
    m.kind === 'progress' ? m.position.positionSeconds : 0,
  );
  expect(sent).toEqual([10, 20]);
  expect(sync.pending()).toBe(0);
});

test('what the service refuses for good is forgotten and does not block the rest', async () => {
  const { sync, service, database } = set();
  sync.record({ kind: 'rating', profileId: 'ana', titleId: 'gone', rating: 1, atMs: 1 });
  sync.record({ kind: 'rating', profileId: 'ana', titleId: 't', rating: 0, atMs: 2 });
  const first = database.sql
    .prepare('SELECT mutationId FROM sync_outbox ORDER BY seq')
    .pluck()
    .get() as string;
  service.refuse.add(first);
  expect(await sync.now()).toMatchObject({ sent: 1, pending: 0 });
});

test('merging: the later version of a thing wins, in whatever order they come', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.record({
          at: fc.integer({ min: 0, max: 20 }),
          seconds: fc.integer({ min: 0, max: 99 }),
          ours: fc.boolean(),
        }),
        {
          minLength: 1,
          maxLength: 12,
        },
      ),
      async (versions) => {
        const { sync, service } = set();
        for (const [i, { at, seconds, ours }] of versions.entries()) {
          if (ours) sync.record({ kind: 'progress', position: position('v', seconds, at) });
          else {
            service.state = { ...nothing, revision: i + 1, positions: [position('v', seconds, at)] };
            await sync.now();
          }
        }
        const latest = Math.max(...versions.map(({ at }) => at));
        const last = versions.filter(({ at }) => at === latest).at(-1);
        expect(sync.position('ana', 'v')).toMatchObject({
          watchedAtMs: latest,
          positionSeconds: last?.seconds,
        });
      },
    ),
    { numRuns: 60 },
  );
});

test('another account neither sends nor loses what the first one did', async () => {
  const { sync, service, who } = set();
  sync.record({ kind: 'my-list', profileId: 'ana', titleId: 't', listed: true, atMs: 1 });
  who.accountId = 'other';
  expect(await sync.now()).toMatchObject({ sent: 0, pending: 0 });
  who.accountId = null;
  await expect(sync.now()).rejects.toMatchObject({ code: 'auth/signed-out' });
  who.accountId = 'account';
  expect(await sync.now()).toMatchObject({ sent: 1 });
  expect(service.kept.size).toBe(1);
});

test('signing in as somebody else in the middle sends and pulls nothing in the wrong name', async () => {
  const { sync, service, who } = set();
  for (let n = 0; n < 101; n += 1)
    sync.record({ kind: 'my-list', profileId: 'ana', titleId: `t${n}`, listed: true, atMs: 1 });
  const { push } = service;
  let pulls = 0;
  service.push = async (mutations) => {
    const answer = await push(mutations);
    who.accountId = 'other';
    return answer;
  };
  service.pull = async () => ({ ...service.state, revision: (pulls += 1) });
  await expect(sync.now()).rejects.toMatchObject({ code: 'auth/signed-out' });
  expect([service.pushes, pulls]).toEqual([1, 0]);
  who.accountId = 'account';
  service.push = push;
  expect(sync.pending()).toBe(1);
  expect(await sync.now()).toMatchObject({ sent: 1, pending: 0 });
});

test('the loop sends by itself: gathers, waits out a failure, goes on at once when connected', async () => {
  const { sync, service, clock } = set();
  sync.start();
  clock.advance(0);
  await until(() => clock.sleepers === 0);
  await turn();
  service.reachable = false;
  sync.record({ kind: 'progress', position: position('v', 10, 1) });
  clock.advance(2_000);
  await until(() => service.pushes === 1 && clock.sleepers === 1);
  sync.record({ kind: 'progress', position: position('v', 20, 2) });
  expect(clock.sleepers).toBe(1);
  service.reachable = true;
  sync.connected();
  clock.advance(0);
  await until(() => sync.pending() === 0);
  expect(service.pushes).toBe(2);
  sync.stop();
  expect(clock.sleepers).toBe(0);
});

test('completed stays over a look back, is lifted by watching again, and time never goes back', () => {
  const tick = { profileId: 'ana', videoId: 'v', durationSeconds: 100 };
  const finished = nextPosition(undefined, { ...tick, positionSeconds: 96, atMs: 10 });
  expect(finished.completed).toBe(true);
  expect(resumeAt(finished)).toBe(0);
  const lookedBack = nextPosition(finished, { ...tick, positionSeconds: 4, atMs: 5 });
  expect(lookedBack).toMatchObject({ completed: true, watchedAtMs: 10 });
  const again = nextPosition(lookedBack, { ...tick, positionSeconds: 30, atMs: 20 });
  expect(again.completed).toBe(false);
  expect(resumeAt(again)).toBe(30);
});
