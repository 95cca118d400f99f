import { asLayoverError, isLayoverError, LayoverError } from '../shared/errors.ts';
import { isAddressId } from '../shared/catalog.ts';
import type { PlaybackStart, PlaybackTick } from '../shared/contract.ts';
import type { Profile } from '../shared/catalog.ts';
import type { Verdict } from '../shared/license.ts';
import { SECOND_MS } from '../shared/units.ts';
import type { Ms, Seconds } from '../shared/units.ts';
import type { DownloadStatus } from '../download/types.ts';
import { refusalError } from '../license/verdict.ts';
import { compareEncodings, hasAnotherKey } from '../manifest/index.ts';
import type { Encoded } from '../playback/types.ts';
import type { Presentation } from '../shared/presentation.ts';
import { nextPosition, resumeAt } from '../sync/watching.ts';
import type { Sync } from '../sync/sync.ts';
import type { Parts } from './parts.ts';
import type { Source } from './sources.ts';
import { maySee } from './visible.ts';

interface Viewing {
  readonly profileId: string;
  readonly videoId: string;
  readonly durationSeconds: Seconds;
}

/** While somebody watches, the service hears of it this often; a pause or an end is told at once. */
const TELL_WITHIN_MS: Ms = 30 * SECOND_MS;

export type Viewings = ReturnType<typeof createViewings>;

/** Who watches what in which session: turns ticks into watch positions. */
export function createViewings(sync: Sync, now: () => Ms) {
  const open = new Map<string, Viewing>();
  return {
    begin: (sessionId: string, viewing: Viewing): void => void open.set(sessionId, viewing),
    end: (sessionId: string): void => void open.delete(sessionId),
    /** Throws `playback/unknown-session`. */
    record({ sessionId, positionSeconds, state }: PlaybackTick): void {
      const viewing = open.get(sessionId);
      if (!viewing) throw new LayoverError('playback/unknown-session');
      const before = sync.position(viewing.profileId, viewing.videoId);
      // Opening a video is not yet watching it.
      if (!before && positionSeconds === 0) return;
      const position = nextPosition(before, { ...viewing, positionSeconds, atMs: now() });
      if (isAddressId(viewing.videoId)) sync.recordHere(position);
      else sync.record({ kind: 'progress', position }, state === 'playing' ? TELL_WITHIN_MS : undefined);
    },
  };
}

/**
 * Begins to play: the store's copy where it is complete or nothing else can be had, else the service's
 * addresses with whatever is stored already of the same encoding. Errors: `license/*`, `catalog/*`, `service/*`, `network/*`.
 */
export async function startViewing(
  parts: Parts,
  videoId: string,
  signal: AbortSignal | undefined,
): Promise<PlaybackStart> {
  const profile = parts.who.viewerOf(videoId);
  const download = parts.downloads.forVideo(videoId);
  const { durationSeconds, ...shown } = shownOf(parts, profile, videoId, download);
  const held = permission(parts, videoId);
  const source = await sourceOf(parts, videoId, download, signal);
  const encoded = encodedFor(parts, videoId, download, source.presentation);
  const isStream = held === null || encoded.licensedBy === 'stream';
  const verdict = isStream ? await parts.streamLicenses.ensure(videoId, source.presentation) : held;
  const session = parts.playback.start({
    videoId,
    ...source,
    ...encoded,
    ...(!isAddressId(videoId) && {
      renewEncoding: (renewSignal) => renewEncoding(parts, videoId, renewSignal),
    }),
  });
  parts.watching.begin(session.sessionId, videoId, session.stored);
  parts.viewings.begin(session.sessionId, { profileId: profile.profileId, videoId, durationSeconds });
  return {
    ...session,
    videoId,
    ...shown,
    resumePositionSeconds: resumeAt(parts.sync.position(profile.profileId, videoId)),
    durationSeconds,
    verdict,
  };
}

/** What the catalog says of it; of a download whose title has left the catalog, what the download remembers. */
function shownOf(
  parts: Parts,
  profile: Profile,
  videoId: string,
  download: DownloadStatus | null,
): Pick<PlaybackStart, 'titleId' | 'titleName' | 'episode' | 'nextVideoId' | 'durationSeconds'> {
  try {
    const { title, episode, durationSeconds, nextVideoId } = parts.catalog.video(videoId, profile);
    const { titleId, name: titleName } = title;
    return {
      titleId,
      titleName,
      episode: episode && {
        episodeId: episode.episodeId,
        seasonNumber: episode.seasonNumber,
        episodeNumber: episode.episodeNumber,
        name: episode.name,
      },
      nextVideoId,
      durationSeconds,
    };
  } catch (thrown) {
    if (!download || !isLayoverError(thrown, 'catalog/not-found')) throw thrown;
    const { titleId, name, durationSeconds } = download;
    if (!maySee(parts, profile, titleId)) throw thrown;
    return {
      titleId,
      titleName: name?.titleName ?? titleId,
      episode: name?.episode ? { ...name.episode, episodeId: videoId } : null,
      nextVideoId: null,
      durationSeconds,
    };
  }
}

/**
 * A download answers to its own license, also online: what ran out is renewed by the viewer, not on the sly. null: there is none
 * but for streaming.
 */
function permission({ licenses }: Parts, videoId: string): Verdict | null {
  // Its key went with its last download.
  if (isAddressId(videoId)) licenses.adopt(videoId);
  if (!licenses.held().includes(videoId)) return null;
  const held = licenses.verdict(videoId);
  if (!held.allowed) throw refusalError(held, videoId);
  return held;
}

/**
 * What is stored of another encoding is not mixed with what comes from the OCAs: until the download is worked on again all is
 * streamed, and by a license for streaming where its own carries another key.
 */
function encodedFor(
  { downloads, licenses }: Parts,
  videoId: string,
  download: DownloadStatus | null,
  presentation: Presentation,
): Encoded {
  if (!download) return { presentation, downloadId: null };
  const { downloadId } = download;
  const kept = downloads.presentation(downloadId);
  if (compareEncodings(kept, presentation).kind === 'same') return { presentation, downloadId };
  const needsKey = hasAnotherKey(kept, presentation) && licenses.held().includes(videoId);
  return { presentation, downloadId: null, licensedBy: needsKey ? 'stream' : undefined };
}

/** In the middle of playing, when the OCAs hold other bytes than told. */
async function renewEncoding(
  parts: Parts,
  videoId: string,
  signal: AbortSignal | undefined,
): Promise<Encoded> {
  const { presentation } = await parts.sources.presentationAnew(videoId, signal);
  const encoded = encodedFor(parts, videoId, parts.downloads.forVideo(videoId), presentation);
  if (encoded.licensedBy === 'stream' || !parts.licenses.held().includes(videoId))
    await parts.streamLicenses.ensure(videoId, presentation);
  return encoded;
}

async function sourceOf(
  { connection, downloads, sources }: Parts,
  videoId: string,
  download: DownloadStatus | null,
  signal: AbortSignal | undefined,
): Promise<Source> {
  if (!download) return sources.presentation(videoId, signal);
  const isAddress = isAddressId(videoId);
  const stored: Source = {
    presentation: downloads.presentation(download.downloadId),
    renewPathways: async (renewSignal) =>
      (await sources.presentation(videoId, renewSignal)).presentation.pathways,
    ...(isAddress && {
      renewPresentation: async (renewSignal?: AbortSignal) => {
        const source = await sources.presentation(videoId, renewSignal);
        return source.renewPresentation?.(renewSignal) ?? source.presentation;
      },
    }),
  };
  // Complete: the network could only make it later. Not known to be online: what is here plays now.
  const isAway = isAddress ? connection.state() === 'offline' : connection.state() !== 'online';
  if (download.state === 'completed' || isAway) return stored;
  try {
    return await sources.presentation(videoId, signal);
  } catch (thrown) {
    const { code, retry } = asLayoverError(thrown);
    // Gone from the catalog, or the sign-in is over: what is here plays as far as it goes.
    if (code === 'catalog/not-found' || code === 'auth/signed-out') return stored;
    if (retry !== 'later') throw thrown;
    if (!isAddress) connection.doubt();
    return stored;
  }
}
