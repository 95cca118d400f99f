import type { Licenses } from '../license/types.ts';

/**
 * Licenses whose questions to the service a job does not have to wait for: the viewer's pause and removal come
 * at once. What the service still answers is kept, or released if the download was removed: license/ sees to it.
 */
export function abortable(licenses: Licenses, signal: AbortSignal): Licenses {
  return {
    ...licenses,
    acquire: (videoId, purpose) => orAborted(licenses.acquire(videoId, purpose), signal),
    renew: (videoId, how) => orAborted(licenses.renew(videoId, how), signal),
  };
}

/** Rejects with the signal's reason as soon as it is aborted, whatever becomes of the work. */
function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason as Error);
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
