import type {
  FastifyBaseLogger,
  FastifyInstance,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
} from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { ApiProblem } from '../../../src/shared/service-api.ts';

export type App = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  ZodTypeProvider
>;

/** What a route of a signed-in account can answer besides its own refusals. */
export const refusal = ApiProblem;
export const common = { 400: refusal, 401: refusal, 500: refusal } as const;

/** 204 has no body. */
export const done = z.null().describe('Done');

/** An answer that is text but not JSON. */
export function text<Type extends string>(type: Type, description: string) {
  return { description, content: { [type]: { schema: z.string() } } };
}

/** An answer of bytes: OpenAPI 3.1 says nothing more of them than their type. */
export function bytes<Type extends string>(type: Type, description: string) {
  return { description, content: { [type]: { schema: z.unknown() } } };
}
