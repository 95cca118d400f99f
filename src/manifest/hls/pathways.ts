import type { Pathway } from '../../shared/presentation.ts';
import { commonFolder, folderOf } from '../address.ts';
import { MAX_PATHWAYS } from '../limits.ts';
import type { MultivariantPlaylist, Variant } from './multivariant.ts';

export interface Pathways {
  /** In the order in which to try them; the first is where the kept variants lie. */
  readonly pathways: readonly Pathway[];
  /** Without those that are the same again elsewhere. */
  readonly variants: readonly Variant[];
}

/**
 * The same streams in several places: told by PATHWAY-ID (RFC 8216bis section 7.1), or by variants of equal
 * attributes on other hosts (redundant streams, section 6.2.4 of RFC 8216). A place is a pathway when
 * every address there is an address of the first one with another beginning; else it is left out.
 */
export function pathwaysOf(
  { variants, alternates, contentSteering }: MultivariantPlaylist,
  url: string,
): Pathways {
  const places = placesOf(variants);
  const first = contentSteering?.pathwayId;
  const order = [...places.keys()].sort((a, b) => Number(b === first) - Number(a === first));
  const kept = places.get(order[0] ?? '') ?? [];
  const others = order.slice(1, MAX_PATHWAYS).flatMap((id) => {
    const beginnings = commonBeginnings(kept, places.get(id) ?? []);
    return beginnings ? [{ id, ...beginnings }] : [];
  });
  const [one] = others;
  // All are told from the same beginning of the first, so that a path below one is a path below each.
  const same = others.filter(({ ours }) => ours === one?.ours);
  if (!one) {
    const lone = { id: 'origin', baseUrl: folderOf(url) };
    // A steering server may clone it: then its name counts, and where its playlists lie.
    const addresses = [...kept, ...alternates].flatMap((each) => each.url ?? []);
    const steered = { id: order[0] ?? 'origin', baseUrl: commonFolder(addresses) };
    return { pathways: [contentSteering ? steered : lone], variants: kept };
  }
  return {
    pathways: [
      { id: order[0] ?? 'origin', baseUrl: one.ours },
      ...same.map(({ id, theirs }) => ({ id, baseUrl: theirs })),
    ],
    variants: kept,
  };
}

/** Variants by pathway; those without a name by on how many hosts the like was there before. */
function placesOf(variants: readonly Variant[]): Map<string, Variant[]> {
  const places = new Map<string, Variant[]>();
  const hosts = new Map<string, string[]>();
  for (const variant of variants) {
    const { url, audioGroup: _audio, subtitleGroup: _subtitles, ...attributes } = variant;
    const like = JSON.stringify(attributes);
    const before = hosts.get(like) ?? [];
    const { origin } = new URL(url);
    if (!before.includes(origin)) before.push(origin);
    hosts.set(like, before);
    const times = before.indexOf(origin);
    const id = variant.pathwayId ?? (times === 0 ? 'origin' : `backup-${times}`);
    const place = places.get(id);
    if (place) place.push(variant);
    else places.set(id, [variant]);
  }
  return places;
}

/** Where addresses of two places begin differently, when all of them do so in the same way. */
function commonBeginnings(
  ours: readonly Variant[],
  theirs: readonly Variant[],
): { ours: string; theirs: string } | undefined {
  if (ours.length !== theirs.length) return undefined;
  const found = new Set<string>();
  for (const [at, one] of ours.entries()) {
    const like = theirs[at];
    if (!like || !isAlike(one, like)) return undefined;
    const { url } = one;
    const other = like.url;
    const rest = commonEnd(new URL(url).pathname, new URL(other).pathname);
    if (rest === undefined) return undefined;
    found.add(JSON.stringify([beginning(url, rest), beginning(other, rest)]));
  }
  // Several: their endings agree in more than the place; the shortest beginning holds for all of them.
  const pairs = [...found].map((pair) => JSON.parse(pair) as [string, string]);
  const [shortest] = pairs.sort((a, b) => a[0].length - b[0].length);
  if (!shortest) return undefined;
  const isSame = pairs.every(
    ([a, b]) =>
      a.startsWith(shortest[0]) &&
      b.startsWith(shortest[1]) &&
      a.slice(shortest[0].length) === b.slice(shortest[1].length),
  );
  return isSame ? { ours: shortest[0], theirs: shortest[1] } : undefined;
}

/** Of one picture and codec: the same address below another place does not make another quality the same. */
function isAlike(a: Variant, b: Variant): boolean {
  return (
    a.width === b.width &&
    a.height === b.height &&
    a.frameRate === b.frameRate &&
    a.videoRange === b.videoRange &&
    a.codecs.join() === b.codecs.join()
  );
}

/** Longest common end of two paths, from a "/" on and without it. */
function commonEnd(a: string, b: string): string | undefined {
  const ours = a.split('/').reverse();
  const theirs = b.split('/').reverse();
  let count = 0;
  while (count < Math.min(ours.length, theirs.length) - 1 && ours[count] === theirs[count]) count += 1;
  return count === 0 ? undefined : ours.slice(0, count).reverse().join('/');
}

function beginning(url: string, rest: string): string {
  const { origin, pathname } = new URL(url);
  return origin + pathname.slice(0, pathname.length - rest.length);
}
