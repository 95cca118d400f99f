import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import type { ApiProblem } from '../../src/shared/service-api.ts';
import type { Ms } from '../../src/shared/units.ts';

/** Every refusal of the service: its status, and a sentence for whoever calls. Codes are stable and public. */
const problems = {
  malformed: [400, 'The request cannot be read.'],
  unauthorized: [401, 'Sign in first.'],
  'token-expired': [401, 'The sign-in has expired. Sign in again.'],
  'wrong-credentials': [401, 'That email address and password do not match.'],
  'subscription-inactive': [403, 'The subscription is not active.'],
  restricted: [403, 'This profile may not watch that title.'],
  'wrong-pin': [403, 'That PIN is not right.'],
  'not-allowed': [403, 'The license does not allow that.'],
  revoked: [403, 'That was taken back.'],
  'not-found': [404, 'There is no such thing.'],
  'unknown-profile': [404, 'The account has no such profile.'],
  'device-limit': [409, 'Too many devices of this account hold downloads. Remove one first.'],
  'title-limit': [409, 'This device holds as many titles as the plan allows. Remove one first.'],
  'supplier-limit': [409, 'This device holds as many titles of this supplier as it may. Remove one first.'],
  'yearly-limit': [409, 'This title was downloaded as often as it may be in a year.'],
  'too-large': [413, 'The request is too large.'],
  'unsupported-media-type': [415, 'Send JSON.'],
  'too-many-attempts': [429, 'Too many attempts. Wait a few minutes.'],
  'not-in-country': [451, 'That title is not licensed in your country.'],
  internal: [500, 'The service failed. Try again later.'],
  'no-oca': [503, 'No OCA holds that video just now. Try again later.'],
} as const satisfies Record<string, readonly [status: number, message: string]>;

export type ProblemCode = keyof typeof problems;

export class Problem extends Error {
  readonly code: ProblemCode;
  readonly availableAtMs: Ms | undefined;

  constructor(
    code: ProblemCode,
    message: string = problems[code][1],
    options?: ErrorOptions & { availableAtMs?: Ms },
  ) {
    super(message, options);
    this.code = code;
    this.availableAtMs = options?.availableAtMs;
  }

  get status(): number {
    return problems[this.code][0];
  }
}

/** Whatever was thrown becomes an ApiProblem; what nobody foresaw is logged, and tells the caller nothing. */
export function answerProblem(thrown: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const body = asProblem(thrown, request.log);
  return reply.code(problems[body.code][0]).type('application/json').send(JSON.stringify(body));
}

/** The same for one of several things that a request asks for. */
export function asProblem(
  thrown: unknown,
  log: Pick<FastifyRequest['log'], 'error'>,
): ApiProblem & { code: ProblemCode } {
  const problem = problemOf(thrown);
  if (problem.status >= 500) log.error({ err: thrown }, 'request failed');
  const { code, message, availableAtMs } = problem;
  return { code, message, ...(availableAtMs === undefined ? {} : { availableAtMs }) };
}

function problemOf(thrown: unknown): Problem {
  if (thrown instanceof Problem) return thrown;
  if (hasZodFastifySchemaValidationErrors(thrown)) {
    const { validation, validationContext } = thrown;
    const first = validation[0];
    const where = `${validationContext ?? 'request'}${first?.instancePath ?? ''}`;
    return new Problem('malformed', `${where}: ${first?.message ?? 'not as agreed'}`);
  }
  const { statusCode, message } = thrown as Partial<FastifyError>;
  if (statusCode === 413) return new Problem('too-large');
  if (statusCode === 415) return new Problem('unsupported-media-type');
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500)
    return new Problem('malformed', message);
  return new Problem('internal', undefined, { cause: thrown });
}
