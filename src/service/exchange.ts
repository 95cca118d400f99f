import { LayoverError } from '../shared/errors.ts';
import type { ErrorCode, ErrorDetails } from '../shared/errors.ts';
import type { Clock, NetworkSignal } from '../shared/platform.ts';
import { ApiProblem } from '../shared/service-api.ts';
import { SECOND_MS } from '../shared/units.ts';
import type { Ms, Seconds } from '../shared/units.ts';

export interface ExchangeOptions {
  readonly fetch: typeof globalThis.fetch;
  readonly clock: Clock;
  readonly network: NetworkSignal;
  /** Where the service is, without `/api/v1`; null until somebody signed in. */
  readonly serviceUrl: () => string | null;
  readonly accessToken: () => string | null;
  /** Told of every answer to a call that carried a token: whether the service took it for a valid one. */
  readonly onTokenUsed?: ((token: string, isValid: boolean) => void) | undefined;
  /** Ends every call that is under way. */
  readonly ending?: AbortSignal | undefined;
}

export interface Call {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly body?: unknown;
  readonly signal?: AbortSignal | undefined;
  /** What a refusal means in this call, by the service's short code. */
  readonly refusals?: Partial<Record<string, ErrorCode>>;
}

/** Long enough for a service three oceans away on a bad link, short enough to tell the viewer. */
const ANSWER_WITHIN_MS: Ms = 15_000;

const refusalsEverywhere: Partial<Record<string, ErrorCode>> = {
  unauthorized: 'auth/signed-out',
  'token-expired': 'auth/signed-out',
  'wrong-credentials': 'auth/wrong-credentials',
  'subscription-inactive': 'auth/subscription-inactive',
  'not-in-country': 'catalog/not-in-country',
  'not-found': 'catalog/not-found',
  restricted: 'catalog/restricted',
  'wrong-pin': 'profile/wrong-pin',
  'not-allowed': 'license/not-allowed',
  revoked: 'license/revoked',
  'device-limit': 'license/device-limit',
  'title-limit': 'license/title-limit',
  'supplier-limit': 'license/supplier-limit',
  'yearly-limit': 'license/yearly-limit',
  'unknown-profile': 'profile/unknown',
  'too-many-attempts': 'auth/too-many-attempts',
  'no-oca': 'cdn/no-oca',
};

/**
 * One request and its answer, body included, under one time limit. `path` is below `/api/v1`, or an absolute
 * address that the service gave. The access token goes to the service's own origin and nowhere else.
 */
export function createExchange(options: ExchangeOptions) {
  return async function exchange<T>(
    path: string,
    call: Call,
    read: (response: Response) => Promise<T>,
  ): Promise<T> {
    const address = addressOf(path, options.serviceUrl());
    if (!options.network.isOnline()) throw new LayoverError('network/offline');
    const timeout = new AbortController();
    const settled = new AbortController();
    options.clock
      .sleep(ANSWER_WITHIN_MS, settled.signal)
      .then(() => timeout.abort(new LayoverError('service/unreachable')))
      .catch(() => undefined);
    try {
      const token = tokenFor(address);
      const response = await options.fetch(address, {
        method: call.method ?? 'GET',
        headers: headersOf(token, call.body !== undefined),
        signal: AbortSignal.any(
          [call.signal, options.ending, timeout.signal].filter((signal) => signal !== undefined),
        ),
        ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
      });
      const refusal = response.ok ? null : await refusalOf(response, call.refusals, options.clock.now());
      // A network's own sign-in page, or a broken service, says nothing of a token.
      if (token !== null && (response.ok || refusal?.code === 'auth/signed-out'))
        options.onTokenUsed?.(token, refusal === null);
      if (refusal) throw refusal;
      return await read(response);
    } catch (thrown) {
      call.signal?.throwIfAborted();
      if (thrown instanceof LayoverError) throw thrown;
      throw new LayoverError(
        options.network.isOnline() ? 'service/unreachable' : 'network/offline',
        {},
        {
          cause: thrown,
        },
      );
    } finally {
      settled.abort();
    }
  };

  function tokenFor(address: string): string | null {
    const service = options.serviceUrl();
    const isOwn = service !== null && new URL(address).origin === new URL(service).origin;
    return isOwn ? options.accessToken() : null;
  }
}

function headersOf(token: string | null, hasBody: boolean): Record<string, string> {
  return {
    accept: 'application/json, */*;q=0.5',
    ...(hasBody ? { 'content-type': 'application/json' } : {}),
    ...(token === null ? {} : { authorization: `Bearer ${token}` }),
  };
}

function addressOf(path: string, serviceUrl: string | null): string {
  if (/^https?:/.test(path)) return path;
  if (!serviceUrl) throw new LayoverError('auth/signed-out');
  return `${serviceUrl.replace(/\/$/, '')}/api/v1${path}`;
}

/**
 * What the service said no with. A code that is known says most; without one, a busy or broken service is one
 * that cannot be reached just now. Reads the body to its end, so that the connection can be used again.
 */
async function refusalOf(response: Response, refusals: Call['refusals'], nowMs: Ms): Promise<LayoverError> {
  const problem = problemIn(await response.text());
  const retryAfterSeconds = retryAfter(response.headers.get('retry-after'), nowMs);
  const details: ErrorDetails = retryAfterSeconds === undefined ? {} : { retryAfterSeconds };
  const known = problem && knownRefusal(problem, refusals, details);
  if (known) return known;
  if (response.status >= 500 || response.status === 429)
    return new LayoverError('service/unreachable', details);
  return problem ? unknownRefusal(problem) : new LayoverError('service/bad-answer');
}

/** The same for one of several things that a request asked for, where no status of its own comes with it. */
export function refusalIn(problem: ApiProblem, refusals: Call['refusals']): LayoverError {
  if (problem.code === 'internal') return new LayoverError('service/unreachable');
  return knownRefusal(problem, refusals) ?? unknownRefusal(problem);
}

function knownRefusal(
  { code, availableAtMs }: ApiProblem,
  refusals: Call['refusals'],
  details: ErrorDetails = {},
): LayoverError | undefined {
  const known = refusals?.[code] ?? refusalsEverywhere[code];
  return (
    known &&
    new LayoverError(known, { ...details, ...(availableAtMs === undefined ? {} : { availableAtMs }) })
  );
}

const unknownRefusal = ({ message }: ApiProblem) => new LayoverError('service/refused', { reason: message });

/** RFC 9110, 10.2.3: seconds, or a date. */
function retryAfter(header: string | null, nowMs: Ms): Seconds | undefined {
  if (header === null) return undefined;
  if (/^\d{1,9}$/.test(header)) return Number(header);
  const atMs = Date.parse(header);
  return Number.isNaN(atMs) ? undefined : Math.max(0, Math.ceil((atMs - nowMs) / SECOND_MS));
}

function problemIn(text: string): ApiProblem | undefined {
  try {
    return ApiProblem.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
