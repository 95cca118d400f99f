import type { Licenses } from '../license/types.ts';
import { orAborted } from '../shared/or-aborted.ts';

/**
 * Licenses whose questions to the service a job does not have to wait for: the viewer's pause and removal come
 * at once. What the service still answers is kept, or released if the download was removed: license/ sees to it.
 */
export function abortable(licenses: Licenses, signal: AbortSignal): Licenses {
  return {
    ...licenses,
    acquire: (videoId, purpose) => orAborted(signal, licenses.acquire(videoId, purpose)),
    renew: (videoId, how) => orAborted(signal, licenses.renew(videoId, how)),
  };
}
