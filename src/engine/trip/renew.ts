import type { RenewalOutcome } from '../../license/types.ts';
import type { ErrorCode } from '../../shared/errors.ts';
import type { TripRenewal } from '../../shared/trip.ts';
import type { DownloadStatus } from '../../download/types.ts';
import type { Parts } from '../parts.ts';
import { visibleDownload } from '../visible.ts';

/** So many between two words of progress. */
const A_FEW = 8;
/** The next ones would fare no better. */
const noUse: readonly ErrorCode[] = [
  'network/offline',
  'network/unreachable',
  'network/captive-portal',
  'service/unreachable',
  'service/bad-answer',
  'auth/signed-out',
];

/**
 * Renews these, a few at a time, and tells after each few how far it is. One that is refused does not stop the
 * others; without a connection the rest is not tried and fails as the last one did. Whoever stops listening
 * cancels what has not begun. Throws `download/unknown`.
 */
export function renewForTrip(
  parts: Parts,
  downloadIds: readonly string[],
  signal: AbortSignal | undefined,
): AsyncGenerator<TripRenewal, void, void> {
  const asked = [...new Set(downloadIds)].map((downloadId) => visibleDownload(parts, downloadId));
  const { renewals } = parts.licensing;
  return inFews(
    asked,
    (few) =>
      renewals.renewNow(
        few.map(({ videoId }) => videoId),
        signal,
      ),
    signal,
  );
}

async function* inFews(
  asked: readonly DownloadStatus[],
  renew: (few: readonly DownloadStatus[]) => Promise<RenewalOutcome[]>,
  signal: AbortSignal | undefined,
): AsyncGenerator<TripRenewal, void, void> {
  const renewed: string[] = [];
  const failed: TripRenewal['failed'] = [];
  const soFar = (): TripRenewal => ({
    done: renewed.length + failed.length,
    total: asked.length,
    renewed: [...renewed],
    failed: [...failed],
  });
  yield soFar();
  for (let at = 0; at < asked.length; at += A_FEW) {
    if (signal?.aborted) return;
    const few = asked.slice(at, at + A_FEW);
    const outcomes = await renew(few);
    for (const [index, { downloadId }] of few.entries()) {
      const outcome = outcomes[index];
      if (outcome && 'error' in outcome) failed.push({ downloadId, error: outcome.error.toValue() });
      else renewed.push(downloadId);
    }
    const last = failed.at(-1)?.error;
    if (last && noUse.includes(last.code)) {
      failed.push(...asked.slice(at + A_FEW).map(({ downloadId }) => ({ downloadId, error: last })));
      at = asked.length;
    }
    yield soFar();
  }
}
