import type { Engine } from '../../engine/types.ts';
import { serve } from '../../platform/serve.ts';
import { LayoverError } from '../../shared/errors.ts';
import type { Log, Platform } from '../../shared/platform.ts';
import type { Bundle } from '../bundle.ts';
import { withSecurityHeaders } from '../headers.ts';
import { createHttpRpc } from '../rpc.ts';
import { createWindowHandler } from '../window-handler.ts';
import { createGuard, rpcError } from './guard.ts';

export interface BrowserHostOptions {
  readonly engine: Pick<Engine, 'router' | 'media'>;
  readonly bundle: Bundle;
  /** 0: the system chooses one. */
  readonly port: number;
  readonly random: Platform['random'];
  readonly log: Log;
}

export interface BrowserHost {
  /** Opens the window; holds this run's token. */
  readonly url: string;
  readonly origin: string;
  close(): Promise<void>;
}

/** The largest call in the contract is a few kilobytes. */
const MAX_BODY_BYTES = 256 * 1024;
const TOKEN_BYTES = 32;

/** Serves window, calls and media of one engine on 127.0.0.1 to whoever holds this run's token. */
export async function startBrowserHost(options: BrowserHostOptions): Promise<BrowserHost> {
  const { engine, bundle, port, random, log } = options;
  const newToken = () => Buffer.from(random(TOKEN_BYTES)).toString('base64url');
  const entryToken = newToken();
  const rpc = createHttpRpc(engine.router, log, '/rpc');
  const window = createWindowHandler(bundle, (request) => engine.media(request));

  const served = await serve(
    (origin) => {
      const guard = createGuard(origin, { entryToken, session: newToken() });
      return async (request) => {
        const answer = guard(request);
        const { pathname } = new URL(request.url);
        if (answer) {
          if (answer.status >= 400)
            log.warn('host.refused', { method: request.method, path: pathname, status: answer.status });
          return answer;
        }
        if (!pathname.startsWith('/rpc/')) return window(request);
        const result = await rpc(request);
        if (!result) return rpcError(404, new LayoverError('rpc/malformed', { reason: 'no such procedure' }));
        result.headers.set('cache-control', 'no-store');
        return withSecurityHeaders(result);
      };
    },
    {
      port,
      maxBodyBytes: MAX_BODY_BYTES,
      onError: (error) => log.error('host.failed', { reason: String(error) }),
    },
  );
  return { url: `${served.origin}/?token=${entryToken}`, origin: served.origin, close: served.close };
}
