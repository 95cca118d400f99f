import { attachIntegrity, loadPresentation } from '../manifest/index.ts';
import type { Title } from '../shared/catalog.ts';
import { LayoverError } from '../shared/errors.ts';
import type { Pathway, Presentation } from '../shared/presentation.ts';
import type { PlaybackStartAnswer } from '../shared/service-api.ts';
import { MINUTE_MS } from '../shared/units.ts';
import type { Ms } from '../shared/units.ts';
import type { VideoInTitle } from '../catalog/replica.ts';
import type { ServiceClient } from '../service/service-client.ts';

export interface Source {
  readonly presentation: Presentation;
  readonly renewPathways: (signal?: AbortSignal) => Promise<Pathway[]>;
  /** Where files have addresses of their own, which may expire: the same video as it lies now. */
  readonly renewPresentation?: (signal?: AbortSignal) => Promise<Presentation>;
}

interface SourcesOptions {
  readonly service: ServiceClient;
  readonly now: () => Ms;
  readonly deviceId: string;
  /** In whose name a title is asked for. */
  readonly profileId: (title: Title) => string;
  readonly video: (videoId: string) => VideoInTitle;
}

/** Addresses this close to their end are asked for anew. */
const MARGIN_MS: Ms = 5 * MINUTE_MS;
const KEPT = 32;

export type Sources = ReturnType<typeof createSources>;

/**
 * What the service says of a video: where its bytes are and what they are made of. Answers are kept while
 * their addresses last, so opening the download dialog and then pressing play costs one round trip, not two.
 */
export function createSources(options: SourcesOptions) {
  const { service } = options;
  const kept = new Map<string, { source: Source; expiresAtMs: Ms }>();

  async function start(videoId: string, signal?: AbortSignal): Promise<PlaybackStartAnswer> {
    const { title, episode } = options.video(videoId);
    const answer = await service.startPlayback(
      {
        profileId: options.profileId(title),
        titleId: title.titleId,
        ...(episode ? { episodeId: episode.episodeId } : {}),
        deviceId: options.deviceId,
        clientCapabilities: {
          maxResolution: 2160,
          supportedCodecs: ['avc1', 'mp4a.40.2'],
          drmSystems: ['layover'],
        },
      },
      signal,
    );
    if (answer.videoId !== videoId) throw new LayoverError('service/bad-answer');
    return answer;
  }

  async function load(videoId: string, signal?: AbortSignal): Promise<{ source: Source; expiresAtMs: Ms }> {
    const answer = await start(videoId, signal);
    const [presentation, integrity] = await Promise.all([
      loadPresentation({
        manifestUrl: answer.manifestUrl,
        fetchText: (url) => service.manifestText(url, signal),
        pathways: pathwaysOf(answer),
      }),
      service.integrity(answer.integrityUrl, signal),
    ]);
    const source = {
      presentation: attachIntegrity(presentation, integrity.files),
      renewPathways: async (renewSignal?: AbortSignal) => {
        kept.delete(videoId);
        return pathwaysOf(await start(videoId, renewSignal));
      },
    };
    return { source, expiresAtMs: answer.expiresAtMs };
  }

  /** Errors: those of the service and `manifest/*`. */
  async function presentation(videoId: string, signal?: AbortSignal): Promise<Source> {
    const known = kept.get(videoId);
    if (known && options.now() < known.expiresAtMs - MARGIN_MS) return known.source;
    const loaded = await load(videoId, signal);
    kept.delete(videoId);
    kept.set(videoId, loaded);
    for (const oldest of kept.keys()) if (kept.size > KEPT) kept.delete(oldest);
    return loaded.source;
  }

  return {
    presentation,
    /** The same, whatever was answered before: for whoever found that it is not so any more. */
    async presentationAnew(videoId: string, signal?: AbortSignal): Promise<Source> {
      kept.delete(videoId);
      return presentation(videoId, signal);
    },
    /** Another profile or account: what was allowed before may not be now. */
    forget: (): void => kept.clear(),
  };
}

function pathwaysOf(answer: PlaybackStartAnswer): Pathway[] {
  return answer.ocas.map(({ ocaId, baseUrl }) => ({ id: ocaId, baseUrl }));
}
