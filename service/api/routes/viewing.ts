import { randomUUID } from 'node:crypto';
import { completedAt } from '../../../src/shared/progress.ts';
import type { Deed, Mutation } from '../../../src/shared/progress.ts';
import {
  ListAnswer,
  ListParams,
  ProfileParams,
  ProgressBody,
  RatingBody,
  SinceQuery,
  SyncAnswer,
  SyncBody,
  SyncStateAnswer,
} from '../../../src/shared/service-api.ts';
import type { ApiContext } from '../context.ts';
import { Problem } from '../problem.ts';
import { requireDevice, requireProfile } from '../session.ts';
import type { Session } from '../session.ts';
import { common, done, refusal } from './answers.ts';
import type { App } from './answers.ts';

export function viewingRoutes(app: App, context: ApiContext): void {
  const { clock, database } = context;

  /** A call that does one thing at once is a mutation that the service itself names. */
  async function applyOne({ account }: Session, change: Deed): Promise<void> {
    const mutation: Mutation = { ...change, mutationId: randomUUID() };
    const { refused } = await database.viewing.apply(account.accountId, [mutation], clock.now());
    const [refusal] = refused;
    if (refusal) throw new Problem(refusal.reason === 'unknown-profile' ? 'unknown-profile' : 'not-found');
  }

  app.post(
    '/playback/progress',
    {
      schema: {
        operationId: 'reportProgress',
        summary: 'Where a playback is; every 30 s',
        tags: ['viewing'],
        body: ProgressBody,
        response: { 204: done, ...common, 404: refusal, 415: refusal },
      },
    },
    async ({ session, body }, reply) => {
      const playback = await database.playbacks.find(session.account.accountId, body.playbackId);
      if (playback?.profileId !== body.profileId || playback.titleId !== body.titleId)
        throw new Problem('not-found');
      const { profileId, videoId } = playback;
      const before = await database.viewing.position(profileId, videoId);
      const positionSeconds = Math.min(body.position, body.duration);
      await applyOne(session, {
        kind: 'progress',
        position: {
          profileId,
          videoId,
          positionSeconds,
          durationSeconds: body.duration,
          completed: completedAt(before?.completed ?? false, positionSeconds, body.duration),
          watchedAtMs: body.timestamp,
        },
      });
      return reply.code(204).send(null);
    },
  );

  app.post(
    '/sync',
    {
      schema: {
        operationId: 'sync',
        summary: 'What was done on a device since it last spoke with the service',
        tags: ['viewing'],
        body: SyncBody,
        response: { 200: SyncAnswer, ...common, 413: refusal, 415: refusal },
      },
    },
    async ({ session, body }) => {
      requireDevice(session, body.deviceId);
      return database.viewing.apply(session.account.accountId, body.mutations, clock.now());
    },
  );

  app.get(
    '/sync/state',
    {
      schema: {
        operationId: 'syncState',
        summary: 'What changed in the account after a revision',
        tags: ['viewing'],
        querystring: SinceQuery,
        response: { 200: SyncStateAnswer, ...common },
      },
    },
    async ({ session, query }) => database.viewing.stateSince(session.account.accountId, query.since),
  );

  app.get(
    '/profiles/:profileId/list',
    {
      schema: {
        operationId: 'myList',
        summary: 'My List, latest first',
        tags: ['viewing'],
        params: ProfileParams,
        response: { 200: ListAnswer, ...common, 404: refusal },
      },
    },
    async ({ session, params: { profileId } }) => {
      await requireProfile(context, session, profileId);
      return { titleIds: await database.viewing.listed(profileId) };
    },
  );

  for (const { method, listed, operationId, summary } of [
    { method: 'PUT', listed: true, operationId: 'addToList', summary: 'Put a title on My List' },
    { method: 'DELETE', listed: false, operationId: 'removeFromList', summary: 'Take it off again' },
  ] as const) {
    app.route({
      method,
      url: '/profiles/:profileId/list/:titleId',
      schema: {
        operationId,
        summary,
        tags: ['viewing'],
        params: ListParams,
        response: { 204: done, ...common, 404: refusal },
      },
      handler: async ({ session, params }, reply) => {
        await applyOne(session, { kind: 'my-list', ...params, listed, atMs: clock.now() });
        return reply.code(204).send(null);
      },
    });
  }

  app.post(
    '/ratings',
    {
      schema: {
        operationId: 'rate',
        summary: 'Thumb up (1) or down (0); one per profile and title',
        tags: ['viewing'],
        body: RatingBody,
        response: { 204: done, ...common, 404: refusal, 415: refusal },
      },
    },
    async ({ session, body }, reply) => {
      await applyOne(session, { kind: 'rating', ...body, atMs: clock.now() });
      return reply.code(204).send(null);
    },
  );
}
