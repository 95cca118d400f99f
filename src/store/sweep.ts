import fs from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Log } from '../shared/platform.ts';
import { codeOf } from '../database/sqlite-errors.ts';
import { isGone } from './disk-error.ts';
import type { StoreFolder } from './folder.ts';
import { readHeader } from './header.ts';
import type { Reservations } from './reservations.ts';
import type { SegmentIndex } from './segment-index.ts';
import type { TrackRow } from './track-index.ts';
import type { SweepReport } from './types.ts';
import type { VerificationRows } from './verification-rows.ts';

export interface SweepParts {
  readonly folder: StoreFolder;
  readonly index: SegmentIndex;
  readonly reservations: Reservations;
  readonly verifications: Pick<VerificationRows, 'dropStrays'>;
  readonly log: Log;
  isInUse(trackId: string): boolean;
  erase(trackId: string): Promise<void>;
}

/** Blocks behind a file's end that are more than a file system takes for itself. */
const SPARE_BYTES = 256 * 1024;

/**
 * Makes folder and index agree again: files that no row names go, rows go whose file is gone, another's or too
 * short, or in which a bit fell over, and what a killed write or a reservation of nobody left behind the last
 * record is cut off. A folder that is not there (a drive that is not plugged in) changes nothing.
 */
export async function sweepStore(parts: SweepParts): Promise<SweepReport> {
  const { folder, index, log } = parts;
  const lostTracks = index.dropNonsense();
  const report = { orphanFiles: 0, lostTracks, lostSegments: index.dropStrays() };
  parts.reservations.dropStrays();
  parts.verifications.dropStrays();
  if (!(await folder.isPresent())) {
    if (index.hasTracks()) log.warn('store/folder-absent', { folder: folder.folder });
    return report;
  }
  for (const row of index.tracks()) {
    await nextTurn();
    try {
      if (row.isSound && readHeader(folder.pathOf(row.trackId), row.headerDigest) === 'ok') {
        report.lostSegments += sweepTrack(parts, row);
        continue;
      }
    } catch (thrown) {
      if (codeOf(thrown) === '') throw thrown;
      if (!isGone(thrown) || !(await folder.isPresent())) {
        log.warn('store/not-swept', { trackId: row.trackId, reason: codeOf(thrown) });
        continue;
      }
    }
    index.dropTracks([row.track], true);
    report.lostTracks += 1;
  }
  const known = new Set(index.tracks().map((row) => row.trackId));
  for (const trackId of await folder.trackIds()) {
    if (known.has(trackId)) continue;
    try {
      await parts.erase(trackId);
      report.orphanFiles += 1;
    } catch (thrown) {
      log.warn('store/not-swept', { trackId, reason: codeOf(thrown) });
    }
  }
  log.info('store/swept', report);
  return report;
}

/** In one turn of the event loop: a segment that is put meanwhile would be newer than the size read here. */
function sweepTrack(parts: SweepParts, row: TrackRow): number {
  const { folder, index, reservations } = parts;
  const nonsense = index.tidy(row.track);
  const { size, blocks } = fs.statSync(folder.pathOf(row.trackId));
  if (!parts.isInUse(row.trackId)) index.parts.tidy(row.track, size);
  const lost = index.segmentsBeyond(row.track, size);
  index.forget(row.track, lost);
  const hasSpare = size > index.endOf(row.track) || blocks * 512 > size + SPARE_BYTES;
  if (hasSpare && !parts.isInUse(row.trackId) && !reservations.isReserved(row.track)) reservations.trim(row);
  return lost.length + nonsense;
}
