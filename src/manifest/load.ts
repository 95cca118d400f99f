import type { Presentation } from '../shared/presentation.ts';
import type { PresentationOptions } from './assemble.ts';
import type { FetchBytes } from './dash/file-index.ts';
import * as dash from './dash/presentation.ts';
import * as hls from './hls/presentation.ts';
import { checkText } from './limits.ts';
import { malformed } from './refuse.ts';

export interface LoadOptions extends PresentationOptions {
  readonly manifestUrl: string;
  /**
   * Gives a playlist's or manifest's text; called once for each. It alone knows the network: what it throws
   * comes through as it is. It should stop reading at 8 MiB, which are refused here anyway.
   */
  readonly fetchText: (url: string) => Promise<string>;
  /** For indexes inside media files (DASH SegmentBase); without it such manifests are refused. */
  readonly fetchBytes?: FetchBytes | undefined;
}

/**
 * Fetches and reads a manifest, HLS or DASH by what it contains, never by its name. Errors:
 * `manifest/malformed`, `manifest/unsupported`, `manifest/live`, and whatever `fetchText` throws.
 */
export async function loadPresentation(options: LoadOptions): Promise<Presentation> {
  const { manifestUrl, fetchText, fetchBytes, pathways } = options;
  const text = await fetchText(manifestUrl);
  if (dialectOf(text) === 'dash')
    return fetchBytes
      ? dash.load(text, manifestUrl, fetchBytes, { pathways })
      : dash.presentation(text, manifestUrl, { pathways });
  const urls = hls.mediaPlaylistUrls(text, manifestUrl);
  const mediaTexts = new Map(
    await Promise.all(urls.map(async (url): Promise<[string, string]> => [url, await fetchText(url)])),
  );
  return hls.presentation(text, manifestUrl, mediaTexts, { pathways });
}

/** Which language a text is written in. Errors: `manifest/malformed` when neither. */
export function dialectOf(text: string): 'hls' | 'dash' {
  checkText(text);
  const start = text.replace(/^\uFEFF/, '').trimStart();
  if (start.startsWith('#EXTM3U')) return 'hls';
  if (start.startsWith('<')) return 'dash';
  throw malformed('it is neither HLS nor DASH');
}
