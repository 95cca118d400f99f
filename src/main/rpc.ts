import { RPCHandler as FetchRpcHandler } from '@orpc/server/fetch';
import { RPCHandler as PortRpcHandler } from '@orpc/server/message-port';
import type { StandardHandlerOptions } from '@orpc/server/standard';
import { z } from 'zod';
import type { Engine } from '../engine/types.ts';
import { LayoverError } from '../shared/errors.ts';
import type { Log } from '../shared/platform.ts';
import { mapStreamErrors, toRpcError } from '../shared/rpc-errors.ts';

type Context = Record<never, never>;
type ErrorBorder = Required<Pick<StandardHandlerOptions<Context>, 'clientInterceptors' | 'interceptors'>>;

/**
 * Every failure leaves as the contract's one error. What a procedure threw keeps its code; a request that
 * cannot even be decoded is `rpc/malformed`. Causes stay on this side, in the log.
 */
function errorBorder(log: Log): ErrorBorder {
  const convert = (thrown: unknown) => {
    const error = toRpcError(thrown);
    if (error.data.code === 'internal')
      log.error('rpc.internal', {
        reason: thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown),
      });
    // What the viewer's sentence leaves out.
    else if ('reason' in error.data.details)
      log.info('rpc.refused', { code: error.data.code, reason: error.data.details['reason'] });
    return error;
  };
  return {
    clientInterceptors: [
      async ({ next }) => {
        try {
          return mapStreamErrors(await next(), convert);
        } catch (thrown) {
          throw convert(thrown);
        }
      },
    ],
    interceptors: [
      async ({ next }) => {
        try {
          return await next();
        } catch (thrown) {
          // A procedure's failure has been converted above; what is left is a request that oRPC cannot decode.
          if (thrown instanceof Error && 'code' in thrown && thrown.code === 'LAYOVER') throw thrown;
          log.warn('rpc.malformed', { reason: String(thrown) });
          throw toRpcError(new LayoverError('rpc/malformed', { reason: 'it cannot be decoded' }));
        }
      },
    ],
  };
}

/** Serves the router to `POST <prefix>/<procedure path>`; gives null for a procedure that there is not. */
export function createHttpRpc(
  router: Engine['router'],
  log: Log,
  prefix: `/${string}`,
): (request: Request) => Promise<Response | null> {
  const handler = new FetchRpcHandler<Context>(router, errorBorder(log));
  return async (request) => (await handler.handle(request, { prefix, context: {} })).response ?? null;
}

/** What is used of a MessagePortMain (or of Node's own MessagePort, wrapped). */
export interface RpcPort {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (event: { data: unknown }) => void): unknown;
  on(event: 'close', listener: () => void): unknown;
}

const MAX_MESSAGE_CHARS = 1024 * 1024;
/**
 * The two messages of oRPC's peer protocol that our window sends: a call (no `t`) and "not needed any more".
 * Streams from the window (`t: 3`) and binary bodies exist in the protocol and not in our contract.
 */
const PeerMessage = z.union([
  z.strictObject({
    i: z.string().max(40),
    p: z.strictObject({
      u: z.string().regex(/^(\/[\w-]{1,40}){1,4}$/),
      b: z.unknown(),
      h: z.strictObject({ 'last-event-id': z.string().max(100).optional() }).optional(),
    }),
  }),
  z.strictObject({ i: z.string().max(40), t: z.literal(4) }),
]);

function isPeerMessage(data: unknown): boolean {
  if (typeof data !== 'string' || data.length > MAX_MESSAGE_CHARS) return false;
  try {
    return PeerMessage.safeParse(JSON.parse(data)).success;
  } catch {
    return false;
  }
}

/**
 * Serves the router to a message port. A message that is no call is dropped and noted: in oRPC's decoder it
 * would become a rejection that nobody can catch.
 */
export function createPortRpc(router: Engine['router'], log: Log): (port: RpcPort) => void {
  const handler = new PortRpcHandler<Context>(router, errorBorder(log));
  return (port) => {
    handler.upgrade(
      {
        postMessage: (message: unknown) => port.postMessage(message),
        on: (event, callback) => {
          if (event === 'close') port.on('close', () => callback());
          else
            port.on('message', ({ data }) => {
              if (isPeerMessage(data)) callback({ data });
              else log.warn('rpc.malformed', { reason: 'not a call' });
            });
        },
      },
      { context: {} },
    );
  };
}
