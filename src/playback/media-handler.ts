import { contentTypeOf, indexOfFile, writeMedia, writeMultivariant } from '../manifest/index.ts';
import { asLayoverError, LayoverError } from '../shared/errors.ts';
import { renditionsOf } from '../shared/presentation.ts';
import type { Rendition } from '../shared/presentation.ts';
import { parseRange } from './range.ts';
import type { Span } from './range.ts';
import { errorResponse, isRefusal, lazyBody, mediaHeaders, textResponse } from './responses.ts';
import { count, renditionOf, segmentOf, trackIdOf, viewingOf } from './session.ts';
import type { Session } from './session.ts';
import { fetchPlain, knownBytes, segmentBytes, slices } from './segment-bytes.ts';
import type { SourceDeps, Wanted } from './segment-bytes.ts';

export interface HandlerDeps extends SourceDeps {
  session(sessionId: string): Session | undefined;
  onRefused(session: Session, error: LayoverError): void;
}

const PLAYLIST_TYPE = 'application/vnd.apple.mpegurl';
const ID = '[A-Za-z0-9][A-Za-z0-9._-]{0,63}';
const shape = new RegExp(
  `^/media/(?<sessionId>${ID})/(?:(?<playlist>${ID})\\.m3u8|(?<renditionId>${ID})/(?<fileName>[a-z0-9.-]{1,24}))$`,
);

/** The media handler: see `Playback.handle`. */
export function createMediaHandler(deps: HandlerDeps): (request: Request) => Promise<Response> {
  /** Files what went wrong, where statistics and window can see it. */
  function note(session: Session, thrown: unknown): LayoverError {
    const error = asLayoverError(thrown);
    if (session.ending.signal.aborted) return error;
    session.lastError = error.toValue();
    deps.log.warn('playback.failed', {
      code: error.code,
      cause: error.cause instanceof Error ? error.cause.message : null,
    });
    if (isRefusal(error.code)) deps.onRefused(session, error);
    return error;
  }

  async function answer(session: Session, request: Request, wanted: Wanted, type: string): Promise<Response> {
    const { signal: ended } = session.ending;
    // First of all, and for every segment: may this be played?
    await deps.licenses.contentKey(session.videoId, session.sessionId, session.licensedBy);
    session.isRefused = false;

    let sizeBytes = knownBytes(deps, session, wanted);
    let fetched: { plain: Uint8Array; ocaId: string } | undefined;
    if (sizeBytes === undefined) {
      // Nobody published its size, and an answer must state one.
      fetched = await fetchPlain(deps, session, wanted, ended);
      sizeBytes = fetched.plain.byteLength;
    }
    const range = parseRange(request.headers.get('range'), sizeBytes);
    const headers = mediaHeaders(type, sizeBytes);
    if (range === 'unsatisfiable')
      return new Response(null, {
        status: 416,
        headers: { ...headers, 'Content-Length': '0', 'Content-Range': `bytes */${sizeBytes}` },
      });
    const span = range ?? { start: 0, end: sizeBytes };
    headers['Content-Length'] = String(span.end - span.start);
    if (range) headers['Content-Range'] = `bytes ${span.start}-${span.end - 1}/${sizeBytes}`;
    const status = range ? 206 : 200;
    if (request.method === 'HEAD') return new Response(null, { status, headers });

    const cancelled = new AbortController();
    const signal = AbortSignal.any([ended, cancelled.signal]);
    const pieces = fetched
      ? inMemory(session, fetched, span)
      : segmentBytes(deps, session, wanted, span, signal);
    const body = lazyBody(
      noting(pieces, (error) => note(session, error), signal),
      () => cancelled.abort(),
    );
    return new Response(body, { status, headers });
  }

  return async (request) => {
    const groups = shape.exec(new URL(request.url).pathname)?.groups;
    const session = deps.session(groups?.sessionId ?? '');
    if (!groups || !session) return errorResponse(new LayoverError('playback/unknown-session'));
    if (request.method !== 'GET' && request.method !== 'HEAD')
      return errorResponse(new LayoverError('rpc/malformed', { reason: 'method' }), 405);
    const unknown = () => errorResponse(new LayoverError('rpc/malformed', { reason: 'unknown path' }), 404);
    try {
      if (groups.playlist === 'master')
        return textResponse(request, multivariant(deps, session), PLAYLIST_TYPE);
      const rendition = renditionOf(session, groups.playlist ?? groups.renditionId ?? '');
      if (!rendition || !isIncluded(deps, session)(rendition)) return unknown();
      if (groups.playlist) return textResponse(request, mediaPlaylist(rendition), PLAYLIST_TYPE);
      const index = indexOfFile(groups.fileName ?? '');
      const segment = index === undefined ? undefined : segmentOf(rendition, index);
      if (!segment) return unknown();
      const wanted = { renditionId: rendition.id, segment };
      if (rendition.kind === 'video' && index !== undefined && index >= 0 && request.method === 'GET') {
        const watchedSeconds = session.handedOut.add(index, segment.durationSeconds);
        if (watchedSeconds > 0)
          deps.licenses.recordWatched(session.videoId, watchedSeconds, viewingOf(session));
      }
      return await answer(session, request, wanted, contentTypeOf(rendition));
    } catch (error) {
      return errorResponse(note(session, error));
    }
  };
}

/** Whether the license, as it is now, includes a picture of this size. */
function isIncluded(
  { licenses }: HandlerDeps,
  { videoId, licensedBy }: Session,
): (rendition: Rendition) => boolean {
  const maxHeight = licenses.maxHeight(videoId, licensedBy) ?? Infinity;
  return (rendition) => rendition.kind !== 'video' || rendition.height <= maxHeight;
}

/** Without any way to an OCA only what lies in the store is named: the player must not choose what is not there. */
function multivariant(deps: HandlerDeps, session: Session): string {
  const { store } = deps;
  const isStored = ({ id }: Rendition) =>
    store.stored(trackIdOf(session, id) ?? '').some(({ index }) => index >= 0);
  const named = renditionsOf(session.presentation).filter(
    (rendition) => session.steering || isStored(rendition),
  );
  if (named.length === 0) throw new LayoverError('download/incomplete');
  const included = named.filter(isIncluded(deps, session));
  const hasPicture = (some: Rendition[]) => some.some(({ kind }) => kind === 'video');
  if (hasPicture(named) && !hasPicture(included)) throw new LayoverError('license/too-tall');
  return writeMultivariant(session.presentation, {
    pathOf: (renditionId) => `${renditionId}.m3u8`,
    renditionIds: included.map(({ id }) => id),
  });
}

function mediaPlaylist(rendition: Rendition): string {
  return writeMedia(rendition, { pathOf: (fileName) => `${rendition.id}/${fileName}` });
}

async function* inMemory(
  session: Session,
  { plain, ocaId }: { plain: Uint8Array; ocaId: string },
  { start, end }: Span,
): AsyncGenerator<Uint8Array> {
  yield* slices(plain.subarray(start, end));
  count(session, ocaId, end - start, 1);
}

/** Headers have left when a body fails: the error is filed, and the body breaks off. */
async function* noting(
  pieces: AsyncGenerator<Uint8Array>,
  note: (error: unknown) => void,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  try {
    yield* pieces;
  } catch (error) {
    if (!signal.aborted) note(error);
    throw error;
  }
}
