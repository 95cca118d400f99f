import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { openApiText } from './openapi.ts';

const Operation = z.object({
  operationId: z.string(),
  summary: z.string(),
  parameters: z.array(z.object({ name: z.string(), in: z.string(), schema: z.unknown() })).default([]),
  requestBody: z
    .object({ content: z.object({ 'application/json': z.object({ schema: z.unknown() }) }) })
    .optional(),
  responses: z.record(z.string(), z.object({ content: z.record(z.string(), z.unknown()).optional() })),
});

it('is what the routes say: run `node service/api/openapi.ts --out service/api/openapi.json` after a change', async () => {
  const committed = await readFile(path.join(import.meta.dirname, 'openapi.json'), 'utf8');
  expect(committed).toBe(await openApiText());
});

it('describes every parameter, body and answer of every route', async () => {
  const { paths } = z
    .object({ paths: z.record(z.string(), z.record(z.string(), Operation)) })
    .parse(JSON.parse(await openApiText()));
  const operations = Object.entries(paths).flatMap(([route, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ route, method, ...operation })),
  );
  expect(operations.length).toBeGreaterThan(20);
  expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(operations.length);
  for (const { route, method, parameters, requestBody, responses } of operations) {
    const name = `${method} ${route}`;
    const inPath = [...route.matchAll(/\{(\w+)\}/g)].map(([, parameter]) => parameter);
    const described = parameters
      .filter((parameter) => parameter.in === 'path')
      .map((parameter) => parameter.name);
    expect(described.sort(), name).toEqual(inPath.sort());
    if (method === 'post') expect(requestBody, name).toBeDefined();
    const good = Object.entries(responses).filter(([status]) => status.startsWith('2'));
    expect(good, name).toHaveLength(1);
    for (const [status, response] of Object.entries(responses))
      if (status !== '204') expect(Object.keys(response.content ?? {}), `${name} ${status}`).not.toEqual([]);
  }
});
