import type { FastifyDynamicSwaggerOptions } from '@fastify/swagger';
import { createJsonSchemaTransform, createJsonSchemaTransformObject } from 'fastify-type-provider-zod';
import { z } from 'zod';
import * as catalog from '../../src/shared/catalog.ts';
import * as progress from '../../src/shared/progress.ts';
import * as serviceApi from '../../src/shared/service-api.ts';
import * as operator from './operator.ts';

/** What has a name in the document: the schemas that the client knows by the same names. */
const schemaRegistry = z.registry<{ id: string }>();
for (const [id, exported] of [
  ...Object.entries(serviceApi),
  ...Object.entries(operator),
  ...Object.entries({
    Title: catalog.Title,
    Row: catalog.Row,
    RowItem: catalog.RowItem,
    Profile: catalog.Profile,
    WatchPosition: progress.WatchPosition,
    Mutation: progress.Mutation,
  }),
])
  if (exported instanceof z.ZodType && !/(Params|Query)$/.test(id)) schemaRegistry.add(exported, { id });

const nameSchemas = createJsonSchemaTransformObject({ schemaRegistry });

/** How the OpenAPI document is made from the routes. */
export const openApi: FastifyDynamicSwaggerOptions = {
  openapi: {
    openapi: '3.1.0',
    info: {
      title: 'Layover service',
      version: '1.0.0',
      description: 'Control plane of the reference service. Every refusal is an ApiProblem.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/' }],
    tags: [
      { name: 'service', description: 'Is it there' },
      { name: 'account', description: 'Sign-in, profiles, devices' },
      { name: 'catalog', description: 'Rows, search, titles, artwork' },
      { name: 'playback', description: 'Where a video lies and how it is cut' },
      { name: 'licenses', description: 'Who may play what, where and how long' },
      {
        name: 'operator',
        description: 'Terms, revocation, keys and the audit log; for whoever runs the service',
      },
      { name: 'viewing', description: 'Progress, My List, ratings, and their merging over devices' },
    ],
    components: {
      securitySchemes: {
        accessToken: { type: 'http', scheme: 'bearer' },
        operatorToken: { type: 'http', scheme: 'bearer' },
      },
    },
  },
  transform: createJsonSchemaTransform({ schemaRegistry }),
  transformObject: (source) => withoutUnused(nameSchemas(source)),
};

/** Every named schema comes in two forms, as it is sent and as it is received; most are used in one of them. */
function withoutUnused(document: ReturnType<typeof nameSchemas>): ReturnType<typeof nameSchemas> {
  const { schemas, ...components } = 'components' in document ? (document.components ?? {}) : {};
  const used = new Set(named(JSON.stringify(document.paths)));
  for (const id of used) for (const inner of named(JSON.stringify(schemas?.[id] ?? {}))) used.add(inner);
  return {
    ...document,
    components: {
      ...components,
      schemas: Object.fromEntries(
        Object.entries(schemas ?? {})
          .filter(([id]) => used.has(id))
          .sort(([a], [b]) => (a < b ? -1 : 1)),
      ),
    },
  } as ReturnType<typeof nameSchemas>;
}

function named(json: string): string[] {
  return [...json.matchAll(/#\/components\/schemas\/(\w+)/g)].flatMap(([, id]) => id ?? []);
}
