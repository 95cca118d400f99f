import fc from 'fast-check';
import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { film, startTestService } from '../../testing/service-api.ts';
import type { SignedIn, TestService } from '../../testing/service-api.ts';
import type { Mutation } from '../../src/shared/progress.ts';
import { SyncAnswer, SyncStateAnswer } from '../../src/shared/service-api.ts';
import { DAY_MS } from '../../src/shared/units.ts';

let service: TestService;
let ana: SignedIn;
beforeEach(async () => {
  service = await startTestService();
  ana = await service.signIn();
  await service.publish(film('dune'), film('arrival'));
});
afterEach(() => service.close());

const send = async (mutations: Mutation[], who = ana) =>
  SyncAnswer.parse((await who.post('/sync', { deviceId: who.deviceId, mutations })).body);
const state = async (since = 0, who = ana) =>
  SyncStateAnswer.parse((await who.get(`/sync/state?since=${since}`)).body);
const ago = (ms: number) => service.clock.now() - ms;

const progress = (
  positionSeconds: number,
  watchedAtMs: number,
  mutationId: string = randomUUID(),
): Mutation => ({
  mutationId,
  kind: 'progress',
  position: {
    profileId: 'profile-ana',
    videoId: 'video-dune',
    positionSeconds,
    durationSeconds: 100,
    completed: false,
    watchedAtMs,
  },
});
const listed = (value: boolean, atMs: number, mutationId: string = randomUUID()): Mutation => ({
  mutationId,
  kind: 'my-list',
  profileId: 'profile-ana',
  titleId: 'dune',
  listed: value,
  atMs,
});
const rated = (rating: 0 | 1 | null, atMs: number, mutationId: string = randomUUID()): Mutation => ({
  mutationId,
  kind: 'rating',
  profileId: 'profile-ana',
  titleId: 'dune',
  rating,
  atMs,
});

describe('sync', () => {
  it('takes mutations of every kind, and tells them to other devices', async () => {
    const mutations = [progress(42, ago(3)), listed(true, ago(2)), rated(1, ago(1))];
    const answer = await send(mutations);
    expect(answer).toEqual({ acknowledged: mutations.map((m) => m.mutationId), refused: [] });
    const other = await state(0, await service.signIn());
    expect(other).toMatchObject({
      revision: 1,
      positions: [{ videoId: 'video-dune', positionSeconds: 42, watchedAtMs: ago(3), completed: false }],
      myList: [{ titleId: 'dune', listed: true, atMs: ago(2) }],
      ratings: [{ titleId: 'dune', rating: 1, atMs: ago(1) }],
    });
  });

  it('sent twice changes nothing', async () => {
    const mutations = [progress(42, ago(3)), listed(true, ago(2)), rated(null, ago(1))];
    const first = await send(mutations);
    const before = await state();
    expect(await send(mutations)).toEqual(first);
    expect(await send([...mutations].reverse())).toMatchObject({ refused: [] });
    expect(await state()).toEqual(before);
  });

  it('lets the later one win, whichever comes first', async () => {
    await send([progress(50, ago(100)), listed(true, ago(100)), rated(1, ago(100))]);
    const { revision } = await state();
    await send([progress(10, ago(200)), listed(false, ago(200)), rated(0, ago(200))]);
    expect((await state()).revision).toBe(revision);
    expect((await state()).positions[0]?.positionSeconds).toBe(50);
    await send([progress(20, ago(50)), listed(false, ago(50)), rated(null, ago(50))]);
    expect(await state(revision)).toMatchObject({
      revision: revision + 1,
      positions: [{ positionSeconds: 20 }],
      myList: [{ listed: false }],
      ratings: [{ rating: null }],
    });
  });

  it('lets the greater mutationId win a tie', async () => {
    const [less, greater] = ['00000000-0000-4000-8000-000000000001', 'f0000000-0000-4000-8000-000000000001'];
    await send([progress(1, ago(5), greater)]);
    await send([progress(2, ago(5), less)]);
    expect((await state()).positions[0]?.positionSeconds).toBe(1);
    await send([listed(true, ago(5), less.replace(/1$/, '2'))]);
    await send([listed(false, ago(5), greater.replace(/1$/, '2'))]);
    expect((await state()).myList[0]?.listed).toBe(false);
  });

  it('ends the same whatever the order and however it is cut into requests', async () => {
    const one = fc.record({
      atMs: fc.integer({ min: 1, max: 4 }),
      value: fc.integer({ min: 0, max: 99 }),
      id: fc.uuid(),
    });
    const distinct = fc.uniqueArray(one, { minLength: 1, maxLength: 6, selector: ({ id }) => id });
    let run = 0;
    await fc.assert(
      fc.asyncProperty(
        distinct.chain((all) =>
          fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length }), fc.nat(6)),
        ),
        async ([all, shuffled, cut]) => {
          run += 1;
          const titleId = `title-${run}`;
          await service.publish(film(titleId));
          const videoId = `video-${titleId}`;
          const made = shuffled.map(({ atMs, value, id }): Mutation => {
            const mutation = progress(value, atMs, id);
            if (mutation.kind === 'progress') mutation.position.videoId = videoId;
            return mutation;
          });
          await send(made.slice(0, cut));
          await send(made.slice(cut));
          await send(made);
          const [winner] = [...all].sort((a, b) => b.atMs - a.atMs || (a.id < b.id ? 1 : -1));
          const { positions } = await state();
          const kept = positions.find((position) => position.videoId === videoId);
          expect(kept?.positionSeconds).toBe(winner?.value);
        },
      ),
      { numRuns: 25 },
    );
  });

  it('takes a time in the future for now, so that a mad clock does not win for years', async () => {
    await send([progress(10, service.clock.now() + 900 * DAY_MS)]);
    expect((await state()).positions[0]?.watchedAtMs).toBe(service.clock.now());
    service.clock.advance(1000);
    await send([progress(20, service.clock.now())]);
    expect((await state()).positions[0]?.positionSeconds).toBe(20);
  });

  it('refuses for good what can never be applied, and takes the rest', async () => {
    const good = listed(true, ago(1));
    const stranger = { ...listed(true, ago(1)), profileId: 'profile-basic' } as Mutation;
    const gone = { ...rated(1, ago(1)), titleId: 'none' } as Mutation;
    const answer = await send([stranger, good, gone]);
    expect(answer.acknowledged).toHaveLength(3);
    expect(answer.refused).toEqual([
      { mutationId: stranger.mutationId, reason: 'unknown-profile' },
      { mutationId: gone.mutationId, reason: 'unknown-title' },
    ]);
    expect((await state()).myList).toHaveLength(1);
    const basic = await service.signIn('basic@layover.example');
    expect(await state(0, basic)).toEqual({ revision: 0, positions: [], myList: [], ratings: [] });
  });

  it('tells only what is new, and everything to whoever knows another database', async () => {
    await send([listed(true, ago(2))]);
    const { revision } = await state();
    await send([rated(1, ago(1))]);
    expect(await state(revision)).toMatchObject({ myList: [], ratings: [{ rating: 1 }] });
    expect(await state(4711)).toMatchObject({ myList: [{}], ratings: [{}] });
  });

  it('reads nothing of a request with a fault in it', async () => {
    const bad = { ...listed(true, ago(1)), kind: 'eaten' };
    const answer = await ana.post('/sync', { deviceId: ana.deviceId, mutations: [rated(1, ago(1)), bad] });
    expect([answer.status, answer.body.code]).toEqual([400, 'malformed']);
    const many = Array.from({ length: 201 }, () => rated(1, ago(1)));
    expect((await ana.post('/sync', { deviceId: ana.deviceId, mutations: many })).status).toBe(400);
    expect((await state()).ratings).toEqual([]);
  });
});

describe('at once', () => {
  it('My List is put, read and taken off', async () => {
    expect((await ana.put('/profiles/profile-ana/list/dune')).status).toBe(204);
    service.clock.advance(1000);
    expect((await ana.put('/profiles/profile-ana/list/arrival')).status).toBe(204);
    expect((await ana.get('/profiles/profile-ana/list')).body).toEqual({ titleIds: ['arrival', 'dune'] });
    service.clock.advance(1000);
    expect((await ana.delete('/profiles/profile-ana/list/dune')).status).toBe(204);
    expect((await ana.delete('/profiles/profile-ana/list/dune')).status).toBe(204);
    expect((await ana.get('/profiles/profile-ana/list')).body).toEqual({ titleIds: ['arrival'] });
    expect((await ana.put('/profiles/profile-ana/list/none')).body.code).toBe('not-found');
    expect((await ana.put('/profiles/profile-basic/list/dune')).body.code).toBe('unknown-profile');
  });

  it('ratings are one per profile and title', async () => {
    const rate = (rating: unknown, titleId = 'dune') =>
      ana.post('/ratings', { profileId: 'profile-ana', titleId, rating });
    expect((await rate(1)).status).toBe(204);
    service.clock.advance(1000);
    expect((await rate(0)).status).toBe(204);
    expect((await state()).ratings).toMatchObject([{ titleId: 'dune', rating: 0 }]);
    expect((await rate(2)).status).toBe(400);
    expect((await rate(1, 'none')).status).toBe(404);
  });

  it('progress needs a playback of that profile and title', async () => {
    const { playbackId } = (
      await ana.post('/playback/start', {
        profileId: 'profile-ana',
        titleId: 'dune',
        deviceId: ana.deviceId,
        clientCapabilities: { maxResolution: 1080, supportedCodecs: [], drmSystems: [] },
      })
    ).body as { playbackId: string };
    const report = (more: Record<string, unknown>, who = ana) =>
      who.post('/playback/progress', {
        playbackId,
        profileId: 'profile-ana',
        titleId: 'dune',
        position: 10,
        duration: 100,
        timestamp: service.clock.now(),
        ...more,
      });
    expect((await report({})).status).toBe(204);
    expect((await report({ playbackId: 'none' })).status).toBe(404);
    expect((await report({ profileId: 'profile-ben' })).status).toBe(404);
    expect((await report({ titleId: 'arrival' })).status).toBe(404);
    expect((await report({}, await service.signIn('basic@layover.example'))).status).toBe(404);
    expect((await report({ position: -1 })).status).toBe(400);
    expect((await state()).positions).toMatchObject([{ videoId: 'video-dune', positionSeconds: 10 }]);
  });
});
