import type { DownloadPriority } from '../shared/downloads.ts';

export const rankOf: Readonly<Record<DownloadPriority, number>> = { high: 0, normal: 1, low: 2 };

export interface Ordered {
  readonly downloadId: string;
  readonly priority: DownloadPriority;
}

/**
 * Puts one before another one (null: last) in a list that is in order of priority. Its priority stays if it
 * fits between its new neighbors; else it takes that of the nearer end, so that the order asked for is the
 * order of work.
 */
export function moved<T extends Ordered>(
  list: readonly T[],
  downloadId: string,
  beforeId: string | null,
): { order: string[]; priority: DownloadPriority } | undefined {
  const one = list.find((other) => other.downloadId === downloadId);
  if (!one || downloadId === beforeId) return undefined;
  const others = list.filter((other) => other !== one);
  const at = beforeId === null ? others.length : others.findIndex((other) => other.downloadId === beforeId);
  if (at < 0) return undefined;
  const [above, below] = [others[at - 1], others[at]];
  let { priority } = one;
  if (above && rankOf[priority] < rankOf[above.priority]) priority = above.priority;
  if (below && rankOf[priority] > rankOf[below.priority]) priority = below.priority;
  const order = others.map((other) => other.downloadId);
  order.splice(at, 0, downloadId);
  return { order, priority };
}
