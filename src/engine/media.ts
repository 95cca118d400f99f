import { z } from 'zod';
import { Id, isAddressId } from '../shared/catalog.ts';
import { asLayoverError, LayoverError } from '../shared/errors.ts';
import { ArtworkShape } from '../shared/service-api.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { Downloads } from '../download/types.ts';
import { maySee } from './visible.ts';
import type { Who } from './who.ts';

const ArtworkPath = z.tuple([z.literal(''), z.literal('artwork'), Id, z.string()]);

/** `/artwork/<titleId>/<shape>.jpg?v=<version>`; null when the request is about something else; 404 also for what this profile may not see. */
export function artworkRequest(
  request: Request,
  parts: { readonly catalog: Catalog; readonly downloads: Pick<Downloads, 'list'>; readonly who: Who },
): Promise<Response> | null {
  const url = new URL(request.url);
  const path = ArtworkPath.safeParse(url.pathname.split('/'));
  if (!path.success) return null;
  const [, , titleId, file] = path.data;
  const shape = ArtworkShape.safeParse(file.replace(/\.jpg$/, ''));
  if (!shape.success || !['GET', 'HEAD'].includes(request.method)) return null;
  return answer(request, async () => {
    // No service is asked for a picture of what it knows nothing of.
    if (isAddressId(titleId)) throw new LayoverError('catalog/not-found');
    if (!maySee(parts, parts.who.current(), titleId)) throw new LayoverError('catalog/restricted');
    return parts.catalog.artwork(titleId, shape.data, url.searchParams.get('v') ?? '');
  });
}

async function answer(request: Request, artwork: () => Promise<Uint8Array>): Promise<Response> {
  try {
    const bytes = await artwork();
    return new Response(request.method === 'HEAD' ? null : Buffer.from(bytes), {
      headers: {
        'content-type': 'image/jpeg',
        'content-length': String(bytes.length),
        // The version is in the address: what is there never changes.
        'cache-control': 'private, max-age=31536000, immutable',
      },
    });
  } catch (thrown) {
    return Response.json(asLayoverError(thrown).toValue(), {
      status: 404,
      headers: { 'cache-control': 'no-store' },
    });
  }
}
