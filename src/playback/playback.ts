import type { Cdn } from '../cdn/types.ts';
import type { Licenses } from '../license/types.ts';
import { LayoverError } from '../shared/errors.ts';
import type { Log } from '../shared/platform.ts';
import { compareEncodings, isEncryptedAnew } from '../manifest/index.ts';
import { filesOf, renditionsOf } from '../shared/presentation.ts';
import type { Pathway, Presentation } from '../shared/presentation.ts';
import type { Store } from '../store/types.ts';
import { createHandedOut } from './handed-out.ts';
import { createMediaHandler } from './media-handler.ts';
import { statsOf, viewingOf } from './session.ts';
import type { Session } from './session.ts';
import type { Playback, PlaybackListener, StartedPlayback, StartPlayback } from './types.ts';

export interface PlaybackDeps {
  readonly store: Store;
  readonly licenses: Licenses;
  readonly cdn: Cdn;
  readonly log: Log;
  /** Safe in a path, and not to be guessed: it is what the media handler knows a player by. */
  newId(): string;
}

export function createPlayback(deps: PlaybackDeps, listener: PlaybackListener = {}): Playback {
  const { store, licenses, cdn, log } = deps;
  const sessions = new Map<string, Session>();
  const sources = {
    store,
    licenses,
    keys: cdn.keys,
    log,
    onDamaged: (downloadId: string) => listener.onDamaged?.(downloadId),
  };

  function onRefused(session: Session, error: LayoverError): void {
    if (session.isRefused) return;
    session.isRefused = true;
    listener.onRefused?.(session.sessionId, error);
  }

  function sessionOf(sessionId: string): Session {
    const session = sessions.get(sessionId);
    if (!session) throw new LayoverError('playback/unknown-session');
    return session;
  }

  /** The refusal as license/ words it. */
  async function tellRefusal(session: Session): Promise<void> {
    await licenses.contentKey(session.videoId, session.sessionId, session.licensedBy).then(
      () => {},
      (error: unknown) => {
        if (error instanceof LayoverError) onRefused(session, error);
      },
    );
  }

  function howMuchIsStored({ presentation, downloadId }: Session): StartedPlayback['stored'] {
    if (downloadId === null) return 'none';
    let files = 0;
    let held = 0;
    for (const rendition of renditionsOf(presentation)) {
      const stored = store.stored(`${downloadId}.${rendition.id}`);
      const sizes = new Map(stored.map(({ index, plainBytes }) => [index, plainBytes]));
      for (const { index, integrity } of filesOf(rendition)) {
        const bytes = sizes.get(index);
        files += 1;
        if (bytes !== undefined && bytes === (integrity?.plainBytes ?? bytes)) held += 1;
      }
    }
    return held === 0 ? 'none' : held === files ? 'all' : 'some';
  }

  function stop(sessionId: string): void {
    const session = sessions.get(sessionId);
    if (!session) return;
    sessions.delete(sessionId);
    session.ending.abort(new LayoverError('playback/unknown-session'));
    licenses.endViewing(session.videoId, sessionId);
  }

  /** The player keeps its playlists: of what differs in more than its encryption nothing is of use to it. */
  async function adopt(session: Session, ask: NonNullable<StartPlayback['renewEncoding']>): Promise<void> {
    const fresh = await ask(session.ending.signal);
    if (!isEncryptedAnew(session.presentation, fresh.presentation)) return;
    log.warn('playback.encrypted-anew', { videoId: session.videoId });
    session.presentation = fresh.presentation;
    session.downloadId = fresh.downloadId;
    session.licensedBy = fresh.licensedBy;
  }

  return {
    stop,
    handle: createMediaHandler({ ...sources, onRefused, session: (sessionId) => sessions.get(sessionId) }),
    start({
      videoId,
      presentation,
      renewPathways,
      renewPresentation,
      renewEncoding,
      downloadId,
      licensedBy,
    }) {
      const renew =
        renewPresentation &&
        (async (signal?: AbortSignal) => {
          const fresh = await renewPresentation(signal);
          // Another video than the one whose playlists the player holds is of no use to it.
          if (compareEncodings(session.presentation, fresh).kind === 'same') session.presentation = fresh;
        });
      const session: Session = {
        sessionId: deps.newId(),
        videoId,
        presentation,
        renew: renew ?? null,
        renewEncoding: renewEncoding ? once(() => adopt(session, renewEncoding)) : null,
        downloadId,
        licensedBy,
        steering:
          renewPathways &&
          cdn.steer(presentation.pathways, renew ? () => renewed(session) : renewPathways, {
            probePath: probePathOf(presentation),
            contentSteering: presentation.contentSteering,
          }),
        ending: new AbortController(),
        samples: [],
        counts: new Map(),
        handedOut: createHandedOut(),
        lastError: null,
        isRefused: false,
      };
      sessions.set(session.sessionId, session);
      void session.steering?.probe(session.ending.signal);
      return {
        sessionId: session.sessionId,
        playlistPath: `/media/${session.sessionId}/master.m3u8`,
        durationSeconds: presentation.durationSeconds,
        stored: howMuchIsStored(session),
        verdict: licenses.verdict(videoId, undefined, licensedBy),
      };
    },
    tick({ sessionId, watchedSeconds, state }) {
      const session = sessionOf(sessionId);
      session.handedOut.reset();
      const verdict = licenses.recordWatched(session.videoId, watchedSeconds, viewingOf(session));
      if (verdict.allowed) session.isRefused = false;
      else void tellRefusal(session);
      if (state === 'ended') licenses.endViewing(session.videoId, sessionId);
      // Testing goes on during play: the next best is known when the best one fails.
      if (state === 'playing') void session.steering?.probe(session.ending.signal);
      return verdict;
    },
    stats: (sessionId) => statsOf(sessionOf(sessionId)),
    async probe(sessionId) {
      const session = sessionOf(sessionId);
      await session.steering?.probe(session.ending.signal);
      return statsOf(session);
    },
    stopVideo(videoId) {
      for (const session of [...sessions.values()]) if (session.videoId === videoId) stop(session.sessionId);
    },
    samples: (sessionId) => [...sessionOf(sessionId).samples],
    stopAll() {
      for (const sessionId of [...sessions.keys()]) stop(sessionId);
    },
  };
}

/** Whoever asks while it is being answered waits for the same answer. Never throws: what was asked for is not there then. */
function once(ask: () => Promise<void>): () => Promise<void> {
  let underWay: Promise<void> | undefined;
  return () => {
    underWay ??= ask()
      .catch(() => undefined)
      .finally(() => (underWay = undefined));
    return underWay;
  };
}

async function renewed(session: Session): Promise<Pathway[]> {
  await session.renew?.(session.ending.signal);
  return session.presentation.pathways;
}

/** The least file of a video that every OCA which holds it has: an init segment. */
function probePathOf(presentation: Presentation): string | undefined {
  const path = renditionsOf(presentation).flatMap(filesOf)[0]?.path;
  return path && !/^https?:/i.test(path) ? path : undefined;
}
