import type { Engine } from '../engine/types.ts';
import type { Bundle } from './bundle.ts';
import { withSecurityHeaders } from './headers.ts';

/**
 * What a window may load, the same under every host: media and artwork from the engine, the rest from the
 * bundle, all with the security headers. Whoever mounts it has decided already that the request may come in.
 */
export function createWindowHandler(
  bundle: Bundle,
  media: Engine['media'],
): (request: Request) => Promise<Response> {
  return async (request) => {
    const { pathname } = new URL(request.url);
    if (request.method !== 'GET' && request.method !== 'HEAD')
      return withSecurityHeaders(new Response(null, { status: 405, headers: { allow: 'GET, HEAD' } }));
    const isMedia = pathname.startsWith('/media/') || pathname.startsWith('/artwork/');
    const response = isMedia ? await media(request) : bundle(request);
    return withSecurityHeaders(response ?? new Response(null, { status: 404 }));
  };
}
