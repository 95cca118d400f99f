/** Which OCA holds what, as the control plane has decided it. */
export interface Appliance {
  readonly ocaId: string;
  readonly size: 'small' | 'large';
  /** From the viewers' network; only the order counts. */
  readonly distance: number;
}

/** What the nearest small OCA holds of the catalog, and what each further one does. */
const NEAREST_SHARE = 2 / 3;
const FURTHER_SHARE = 1 / 2;
const LEAST_HOLDERS = 2;

/** `count` appliances, nearest first: half of them small, and large ones for the rest (one at least). */
export function planFleet(count: number): Appliance[] {
  const small = Math.floor(count / 2);
  return Array.from({ length: count }, (_, index) => ({
    ocaId: `oca-${index + 1}`,
    size: index < small ? 'small' : 'large',
    distance: index + 1,
  }));
}

/**
 * What each small OCA shall hold, by its id. What one holds already it keeps while the video exists; new
 * videos, in the order in which they came, fill it up to its share, or further where fewer than two OCAs would
 * hold a video otherwise.
 */
export function planHoldings(
  fleet: readonly Appliance[],
  videoIds: readonly string[],
  before: ReadonlyMap<string, readonly string[]>,
): Map<string, string[]> {
  const small = fleet.filter(({ size }) => size === 'small');
  const large = fleet.length - small.length;
  const plan = new Map(
    small.map(({ ocaId }) => {
      const kept = new Set(before.get(ocaId));
      return [ocaId, videoIds.filter((videoId) => kept.has(videoId))];
    }),
  );
  videoIds.forEach((videoId, index) => {
    const holders = () => large + [...plan.values()].filter((held) => held.includes(videoId)).length;
    small.forEach(({ ocaId }, place) => {
      const held = plan.get(ocaId) ?? [];
      const share = place === 0 ? NEAREST_SHARE : FURTHER_SHARE;
      const isDue = held.length < Math.ceil((index + 1) * share);
      if (!held.includes(videoId) && (isDue || holders() < LEAST_HOLDERS)) held.push(videoId);
    });
  });
  return plan;
}
