import type { Cdn, RenewPathways, Steering } from '../cdn/types.ts';
import type { Licenses } from '../license/types.ts';
import { isLayoverError, LayoverError } from '../shared/errors.ts';
import type { Clock, Log, NetworkSignal } from '../shared/platform.ts';
import { areElsewhere, compareEncodings, hasAnotherKey } from '../manifest/index.ts';
import type { Presentation } from '../shared/presentation.ts';
import type { DownloadRules } from '../shared/settings.ts';
import type { Store } from '../store/types.ts';
import { abortable } from './abortable.ts';
import { createHorizon } from './horizon.ts';
import type { Horizon } from './horizon.ts';
import { runJob } from './job.ts';
import { planOf, selected } from './plan.ts';
import type { ProgressBook } from './progress.ts';
import { createReceived, keptBytes } from './received.ts';
import type { Received } from './received.ts';
import { needsOf, takeRoom } from './room.ts';
import type { Row, Rows } from './rows.ts';
import type { Teller } from './teller.ts';
import type { VideoSources } from './types.ts';

export interface WorkDeps {
  readonly store: Store;
  readonly licenses: Licenses;
  readonly cdn: Cdn;
  readonly clock: Clock;
  readonly network: NetworkSignal;
  readonly log: Log;
  readonly sources: VideoSources;
  readonly rows: Rows;
  readonly progress: ProgressBook;
  readonly teller: Teller;
  rules(): DownloadRules;
}

export type Work = (row: Row, signal: AbortSignal, progressed: () => void) => Promise<void>;

/** A service that tells something else at every question has no video that could be completed. */
const MOST_REENCODINGS = 3;

/** Works on one download until it is complete. Errors: what a job throws; `download/replaced`; the signal's reason. */
export function createWork(deps: WorkDeps): Work {
  const { store, licenses, cdn, clock, network, log, sources, rows, progress, teller } = deps;

  async function attempt(row: Row, signal: AbortSignal, steering: Steering, progressed: () => void) {
    const { downloadId, videoId, selection } = row;
    const plan = planOf(downloadId, videoId, rows.presentation(downloadId));
    const doing = progress.begin(downloadId);
    let horizon: Horizon | undefined;
    let received: Received | undefined;
    try {
      await runJob(
        { store, clock, licenses: abortable(licenses, signal), network, steering, keys: cdn.keys },
        {
          downloadId,
          videoId,
          signal,
          plan,
          onPhase(phase) {
            doing.phase = phase;
            teller.tell(downloadId);
          },
          onStock({ storedBytes, missing }) {
            horizon = createHorizon(plan, missing, row.durationSeconds);
            received = createReceived(plan, store);
            Object.assign(doing, {
              storedBytes,
              receivedBytes: storedBytes + received.bytes,
              playableSeconds: horizon.seconds(),
              isAllThere: missing.length === 0,
            });
          },
          reserve: (missing) =>
            takeRoom(store, deps.rules(), downloadId, needsOf(plan, selection, missing, store)),
          onReceived(bytes, file) {
            const newBytes = received?.set(file, bytes) ?? 0;
            doing.receivedBytes = doing.storedBytes + (received?.bytes ?? 0);
            if (newBytes === 0) return;
            doing.rate?.add(newBytes);
            teller.tellProgress(downloadId);
          },
          onStored(bytes, file) {
            progressed();
            horizon?.stored(file);
            received?.stored(file);
            doing.storedBytes += bytes;
            doing.receivedBytes = doing.storedBytes + (received?.bytes ?? 0);
            doing.playableSeconds = horizon?.seconds() ?? doing.playableSeconds;
            teller.tellProgress(downloadId);
          },
        },
      );
    } finally {
      doing.receivedBytes = doing.storedBytes + keptBytes(plan, store);
      progress.end(downloadId);
    }
  }

  /** The tracks whose bytes are others now go; what did not change stays. Two encodings never meet in one track. */
  async function adopt({ downloadId, videoId, selection }: Row, fresh: Presentation): Promise<void> {
    const kept = rows.presentation(downloadId);
    const result = compareEncodings(kept, fresh);
    if (result.kind === 'gone') throw new LayoverError('download/replaced');
    // A renewal keeps the old one, which opens nothing of this.
    if (hasAnotherKey(kept, selected(fresh, selection))) await licenses.acquire(videoId, 'offline');
    const renditionIds = result.kind === 'changed' ? result.renditionIds : [];
    if (renditionIds.length > 0)
      log.warn('download.reencoded', { downloadId, renditions: renditionIds.join(' ') });
    for (const { trackId, renditionId } of store.tracks(downloadId))
      if (renditionIds.includes(renditionId)) await store.removeTrack(trackId);
    // Last: until then a kill leaves the old presentation, and the difference is found again.
    rows.setPresentation(downloadId, selected(fresh, selection));
    progress.forget(downloadId);
  }

  return async (row, signal, progressed) => {
    const { downloadId, videoId } = row;
    for (let reencodings = 0; ; reencodings += 1) {
      const goesOn = () => {
        reencodings = 0;
        progressed();
      };
      const kept = rows.presentation(downloadId);
      const ending = new AbortController();
      const either = AbortSignal.any([signal, ending.signal]);
      let fresh: Presentation | undefined;
      let again: RenewPathways | undefined;
      /** Asks anew; true: the video is another one than it was, or its files lie elsewhere. */
      const ask = async (): Promise<boolean> => {
        const answer = await sources.presentation(videoId, either);
        fresh = answer.presentation;
        again = answer.renewPathways;
        if (compareEncodings(kept, fresh).kind !== 'same' || areElsewhere(kept, fresh)) return true;
        rows.setPathways(downloadId, fresh.pathways);
        return false;
      };
      // The addresses last known are tried before the service is asked: it may be away while the OCAs are not.
      const renew: RenewPathways = async () => {
        if (again) {
          const pathways = await again(either);
          rows.setPathways(downloadId, pathways);
          return pathways;
        }
        if ((await ask()) || !fresh) {
          ending.abort(new LayoverError('download/replaced'));
          either.throwIfAborted();
        }
        return fresh?.pathways ?? kept.pathways;
      };
      try {
        const steering = cdn.steer(kept.pathways, renew, {
          priority: 'download',
          contentSteering: kept.contentSteering,
        });
        await attempt(row, either, steering, goesOn);
        return;
      } catch (thrown) {
        if (signal.aborted) throw thrown;
        // Addresses may stay while the files behind them change; and what is asked at one address only is not asked for anew.
        const isDoubtful =
          isLayoverError(thrown, 'cdn/digest-mismatch', 'cdn/no-oca', 'cdn/no-key') && fresh === undefined;
        const isAnother = ending.signal.aborted || (isDoubtful && (await ask().catch(() => false)));
        if (!isAnother || !fresh || reencodings >= MOST_REENCODINGS) throw thrown;
        await adopt(row, fresh);
      }
    }
  };
}
