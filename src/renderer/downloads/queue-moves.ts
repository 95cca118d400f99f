/** Where in the queue something may go from where it stands. */
export type QueueMove = 'top' | 'up' | 'down';

/**
 * What it is put before; null: it becomes the last. undefined: it stands there already.
 *
 * @param ids the queue in its order
 */
export function beforeIdFor(ids: readonly string[], id: string, move: QueueMove): string | null | undefined {
  const at = ids.indexOf(id);
  if (at === -1) return undefined;
  if (move === 'down') return at === ids.length - 1 ? undefined : (ids[at + 2] ?? null);
  if (at === 0) return undefined;
  return move === 'top' ? ids[0] : ids[at - 1];
}

/** The same for something dropped beside another one. */
export function beforeIdAt(
  ids: readonly string[],
  targetId: string,
  position: 'before' | 'after',
): string | null {
  return position === 'before' ? targetId : (ids[ids.indexOf(targetId) + 1] ?? null);
}
