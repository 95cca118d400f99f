import type { Presentation } from '../shared/presentation.ts';
import type { PresentationOptions } from './assemble.ts';
import type { FetchBytes } from './dash/file-index.ts';
import * as dash from './dash/presentation.ts';
import * as hls from './hls/presentation.ts';
import { checkText } from './limits.ts';
import { malformed } from './refuse.ts';

/** A text, and where it lay in the end, when the server sent the request on to another address. */
export interface FetchedText {
  readonly text: string;
  readonly url: string;
}

export interface LoadOptions extends PresentationOptions {
  readonly manifestUrl: string;
  /**
   * Gives a playlist's or manifest's text; called once for each. It alone knows the network: what it throws
   * comes through as it is. It should stop reading at 8 MiB, which are refused here anyway. Addresses inside a
   * text are relative to where it lay in the end (RFC 3986 section 5.1.3).
   */
  readonly fetchText: (url: string) => Promise<string | FetchedText>;
  /** For indexes inside media files (DASH SegmentBase); without it such manifests are refused. */
  readonly fetchBytes?: FetchBytes | undefined;
}

/**
 * Fetches and reads a manifest, HLS or DASH by what it contains, never by its name. Errors:
 * `manifest/malformed`, `manifest/unsupported`, `manifest/live`, and whatever `fetchText` throws.
 */
export async function loadPresentation(options: LoadOptions): Promise<Presentation> {
  const { manifestUrl, fetchText, fetchBytes, pathways } = options;
  const { text, url } = fetched(await fetchText(manifestUrl), manifestUrl);
  if (dialectOf(text) === 'dash')
    return fetchBytes
      ? dash.load(text, url, fetchBytes, { pathways })
      : dash.presentation(text, url, { pathways });
  const reading = hls.startReading(text, url, { pathways });
  const waiting = [...reading.mediaPlaylistUrls];
  let hasFailed = false;
  // Few at a time, and each is read as it comes: no more than these few lie in memory as text.
  const work = async () => {
    for (let next = waiting.shift(); next !== undefined && !hasFailed; next = waiting.shift()) {
      const media = fetched(await fetchText(next), next);
      reading.add(next, media.text, media.url);
    }
  };
  const workers = Array.from({ length: PLAYLISTS_AT_ONCE }, () =>
    work().catch((error: unknown) => {
      hasFailed = true;
      throw error;
    }),
  );
  await Promise.all(workers);
  return reading.presentation();
}

const PLAYLISTS_AT_ONCE = 6;

function fetched(answer: string | FetchedText, url: string): FetchedText {
  return typeof answer === 'string' ? { text: answer, url } : answer;
}

/** Which language a text is written in. Errors: `manifest/malformed` when neither. */
export function dialectOf(text: string): 'hls' | 'dash' {
  checkText(text);
  const start = text.replace(/^\uFEFF/, '').trimStart();
  if (start.startsWith('#EXTM3U')) return 'hls';
  if (start.startsWith('<')) return 'dash';
  throw malformed('neither-dialect');
}
