import type { LayoverError } from '../shared/errors.ts';

/** Everything here ends with its session: no cache may keep any of it. */
const common = { 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' };

export function textResponse(request: Request, text: string, type: string): Response {
  const body = new TextEncoder().encode(text);
  return new Response(request.method === 'HEAD' ? null : body, {
    headers: { ...common, 'Content-Type': type, 'Content-Length': String(body.byteLength) },
  });
}

export function errorResponse(error: LayoverError, status = statusOf(error)): Response {
  const body = JSON.stringify(error.toValue());
  return new Response(body, { status, headers: { ...common, 'Content-Type': 'application/json' } });
}

export function statusOf({ code }: LayoverError): number {
  if (isRefusal(code)) return 403;
  if (code === 'playback/unknown-session') return 404;
  return 503;
}

/** Errors by which license/ says no. */
export function isRefusal(code: string): boolean {
  return code.startsWith('license/') || code.startsWith('device/');
}

/**
 * A body that is made only as it is asked for, piece by piece. Cancelling it, the one sign of a player that
 * went away, ends the source.
 */
export function lazyBody(
  pieces: AsyncGenerator<Uint8Array>,
  onCancel: () => void,
): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const next = await pieces.next();
          if (next.done) controller.close();
          else controller.enqueue(next.value);
        } catch (error) {
          controller.error(error);
        }
      },
      cancel() {
        onCancel();
        pieces.return(undefined).catch(() => {});
      },
    },
    // Without this a first piece is fetched before anybody reads.
    { highWaterMark: 0 },
  );
}

export function mediaHeaders(type: string, sizeBytes: number): Record<string, string> {
  return { ...common, 'Content-Type': type, 'Content-Length': String(sizeBytes), 'Accept-Ranges': 'bytes' };
}
