import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { Title } from '../../../src/shared/catalog.ts';
import {
  ArtworkParams,
  ArtworkQuery,
  CatalogAnswer,
  HomeAnswer,
  ProfileQuery,
  SearchAnswer,
  SearchQuery,
  SinceQuery,
  TitleParams,
} from '../../../src/shared/service-api.ts';
import type { ApiContext } from '../context.ts';
import { homeRows } from '../home.ts';
import { Problem } from '../problem.ts';
import { rowItem } from '../row-item.ts';
import { createSearch } from '../search.ts';
import { requireProfile, viewerOf } from '../session.ts';
import { tasteOf } from '../taste.ts';
import { bytes, common, refusal } from './answers.ts';
import type { App } from './answers.ts';

export function catalogRoutes(app: App, context: ApiContext): void {
  const { database } = context;
  const search = createSearch(database);

  app.get(
    '/browse/home',
    {
      schema: {
        operationId: 'home',
        summary: 'The rows of the home screen',
        tags: ['catalog'],
        querystring: ProfileQuery,
        response: { 200: HomeAnswer, ...common, 404: refusal },
      },
    },
    async ({ session, query }) => {
      const profile = await requireProfile(context, session, query.profileId);
      const viewer = viewerOf(session, profile);
      return { rows: await homeRows(database, viewer, profile.profileId, context.clock.now()) };
    },
  );

  app.get(
    '/search',
    {
      schema: {
        operationId: 'search',
        summary: 'Titles by name, description, cast and genre; forgives typing errors',
        tags: ['catalog'],
        querystring: SearchQuery,
        response: { 200: SearchAnswer, ...common, 404: refusal },
      },
    },
    async ({ session, query }) => {
      const profile = await requireProfile(context, session, query.profileId);
      const [found, taste] = await Promise.all([
        search(viewerOf(session, profile), query.q),
        tasteOf(database, viewerOf(session, profile), profile.profileId),
      ]);
      return { items: found.map((card) => rowItem(card, taste)) };
    },
  );

  app.get(
    '/titles/:titleId',
    {
      schema: {
        operationId: 'title',
        summary: 'A title with its episodes',
        tags: ['catalog'],
        params: TitleParams,
        response: { 200: Title, ...common, 404: refusal, 451: refusal },
      },
    },
    async ({ session, params }) => {
      const found = await database.titles.find(params.titleId);
      if (!found) throw new Problem('not-found');
      if (!found.isLicensedIn(session.account.country)) throw new Problem('not-in-country');
      return found.title;
    },
  );

  app.get(
    '/catalog',
    {
      schema: {
        operationId: 'catalog',
        summary: 'What changed in the catalog after a revision',
        tags: ['catalog'],
        querystring: SinceQuery,
        response: { 200: CatalogAnswer, ...common },
      },
    },
    async ({ session, query }) => database.titles.changes(query.since, session.account.country),
  );

  app.get(
    '/artwork/:titleId/:shape.jpg',
    {
      schema: {
        operationId: 'artwork',
        summary: 'A poster or backdrop',
        tags: ['catalog'],
        params: ArtworkParams,
        querystring: ArtworkQuery,
        response: { 200: bytes('image/jpeg', 'The picture'), ...common, 404: refusal },
      },
    },
    async ({ params: { titleId, shape }, query }, reply) => {
      const file = path.join(context.layout.artwork, titleId, `${shape}.jpg`);
      const picture = await readFile(file).catch(() => undefined);
      if (!picture) throw new Problem('not-found');
      // With its version in the address the picture can never change; without it, it may.
      const keep = query.v === undefined ? 'no-cache' : 'private, max-age=31536000, immutable';
      return reply.header('cache-control', keep).type('image/jpeg').send(picture);
    },
  );
}
