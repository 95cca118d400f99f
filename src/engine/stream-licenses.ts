import type { Licenses } from '../license/types.ts';
import { refusalError } from '../license/verdict.ts';
import { keyNamesOf } from '../manifest/index.ts';
import type { Verdict } from '../shared/license.ts';
import type { Presentation } from '../shared/presentation.ts';

export type StreamLicenses = ReturnType<typeof createStreamLicenses>;

/** Licenses for streaming, each with the content key of what is streamed: a video may be encrypted anew in the middle of a run. */
export function createStreamLicenses(licenses: Licenses) {
  /** By video: what the manifest called the keys for which the license in memory was got. */
  const keyNames = new Map<string, string>();
  return {
    /** Errors: `license/*`; those of the service. */
    async ensure(videoId: string, presentation: Presentation): Promise<Verdict> {
      const names = [...keyNamesOf(presentation)].join(' ');
      const held = licenses.verdict(videoId, undefined, 'stream');
      if (held.allowed && keyNames.get(videoId) === names) return held;
      const fresh = await licenses.acquire(videoId, 'stream');
      const verdict = fresh.allowed ? licenses.verdict(videoId, undefined, 'stream') : fresh;
      if (!verdict.allowed) throw refusalError(verdict, videoId);
      // The manifest was read before the license was given: a key that came in between is found out at the next start.
      keyNames.set(videoId, names);
      return verdict;
    },
  };
}
