import { createORPCClient } from '@orpc/client';
import type { ClientLink } from '@orpc/client';
import { RPCLink as FetchLink } from '@orpc/client/fetch';
import { RPCLink as PortLink } from '@orpc/client/message-port';
import { RequestValidationPlugin, ResponseValidationPlugin } from '@orpc/contract/plugins';
import type { AnyContractRouter } from '@orpc/contract';
import { contract } from '../../shared/contract.ts';
import type { Client } from '../../shared/contract.ts';
import { LayoverError } from '../../shared/errors.ts';
import { fromRpcError, mapStreamErrors } from '../../shared/rpc-errors.ts';

type Context = Record<never, never>;
/** A page's MessagePort, or Node's. */
type Port = ConstructorParameters<typeof PortLink<Context>>[0]['port'];

/** The same for every transport: what goes out and what comes in fits the contract; failures are LayoverErrors. */
function borderOptions(contracted: AnyContractRouter) {
  return {
    interceptors: [
      async ({ next }: { next: () => Promise<unknown> }) => {
        try {
          return mapStreamErrors(await next(), fromRpcError);
        } catch (thrown) {
          throw fromRpcError(thrown);
        }
      },
    ],
    plugins: [
      new RequestValidationPlugin<Context>(contracted),
      new ResponseValidationPlugin<Context>(contracted),
    ],
  };
}

/**
 * The engine behind `POST <baseUrl>/<procedure>`. Calls throw LayoverError: `host/stopped` when nothing
 * answers there any more, `rpc/forbidden` when the host does not know this window.
 */
export function createHttpClient(
  baseUrl: string,
  fetch: typeof globalThis.fetch = globalThis.fetch,
  contracted: AnyContractRouter = contract,
): Client {
  const link = new FetchLink<Context>({
    url: baseUrl,
    // Called as a plain function: a browser's fetch refuses any other `this`.
    fetch: (request, init) => call(() => fetch(request, init)),
    headers: { 'content-type': 'application/json' },
    ...borderOptions(contracted),
  });
  return clientOf(link);
}

/** The engine behind a message port. The caller starts the port after this. */
export function createPortClient(port: Port, contracted: AnyContractRouter = contract): Client {
  return clientOf(new PortLink<Context>({ port, ...borderOptions(contracted) }));
}

function clientOf(link: ClientLink<Context>): Client {
  return createORPCClient(link);
}

async function call(send: () => Promise<Response>): Promise<Response> {
  try {
    return await send();
  } catch (cause) {
    if (cause instanceof Error && cause.name === 'AbortError') throw cause;
    throw new LayoverError('host/stopped', {}, { cause });
  }
}
