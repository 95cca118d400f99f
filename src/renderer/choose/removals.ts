import type { Fit } from '../../shared/downloads.ts';

const dispensable = ['watched', 'expired', 'failed'];

/** Ticked to begin with: of what nobody will miss, as much as it takes, in the order that it is named. */
export function proposedRemovals({ couldRemove, shortfallBytes }: Fit): string[] {
  let missingBytes = shortfallBytes;
  const ids: string[] = [];
  for (const { downloadId, sizeBytes, why } of couldRemove) {
    if (missingBytes <= 0) break;
    if (!dispensable.includes(why)) continue;
    ids.push(downloadId);
    missingBytes -= sizeBytes;
  }
  return ids;
}

/** The same room for less: some of what was weighed was left out. */
export function fitForPart(fit: Fit, neededBytes: number): Fit {
  const shortfallBytes = Math.max(0, neededBytes - fit.availableBytes);
  if (shortfallBytes > 0) return { ...fit, neededBytes, shortfallBytes };
  return { ...fit, neededBytes, shortfallBytes, limitedBy: null, couldRemove: [] };
}
