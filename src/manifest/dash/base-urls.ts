import type { Pathway } from '../../shared/presentation.ts';
import { commonFolder, folderOf, resolveAddress } from '../address.ts';
import { unsupported } from '../refuse.ts';
import { childrenNamed } from './xml.ts';
import type { XmlElement } from './xml.ts';

export interface BaseUrl {
  readonly reference: string;
  readonly serviceLocation: string | undefined;
}

/** The alternatives of each level, outermost (MPD) first; a level without is empty. */
export type BaseLevels = readonly (readonly BaseUrl[])[];

/** One way through all levels. */
interface Way {
  readonly place: number;
  readonly serviceLocation: string | undefined;
}

const MAX_ALTERNATIVES = 32;

/** DVB (ETSI TS 103 285 section 10.8.2.1) orders them by priority, least first. */
export function baseUrlsOf(element: XmlElement): BaseUrl[] {
  const elements = childrenNamed(element, 'BaseURL');
  if (elements.length > MAX_ALTERNATIVES) throw unsupported('too-many-servers');
  const priorityOf = ({ attributes }: XmlElement) => Number(attributes.get('priority') ?? 1) || 1;
  return elements
    .toSorted((a, b) => priorityOf(a) - priorityOf(b))
    .map(({ text, attributes }) => ({
      reference: text,
      serviceLocation: attributes.get('serviceLocation') || undefined,
    }));
}

/** Base addresses of everything that an MPD names, and the pathways that hold them. */
export interface Bases {
  readonly pathways: readonly Pathway[];
  /** The address that a representation's files are relative to. */
  readonly baseOf: (levels: BaseLevels) => string;
}

/**
 * ISO/IEC 23009-1 section 5.6.5: alternatives at any level. They become pathways where the same path below
 * them leads to the same file; the level that is outermost among those with alternatives decides, and inner
 * ones follow by their service location, else by their place.
 *
 * `isHeld`: whether a pathway from elsewhere holds an address; then there are no pathways of the MPD's own,
 * and each representation takes the alternative that is held.
 * `first`: the service location to begin with.
 */
export function basesOf(
  all: readonly BaseLevels[],
  url: string,
  isHeld: ((address: string) => boolean) | undefined,
  first: string | undefined,
): Bases {
  const ways = waysOf(all, first);
  const main: Way = ways[0] ?? { place: 0, serviceLocation: undefined };
  const baseOf = (levels: BaseLevels) => {
    const way = isHeld && ways.find((one) => isHeld(`${folderOf(resolved(levels, url, one))}x`));
    return resolved(levels, url, way ?? main);
  };
  if (isHeld) return { pathways: [], baseOf };
  return { pathways: pathwaysOf(all, ways, url), baseOf };
}

function waysOf(all: readonly BaseLevels[], first: string | undefined): Way[] {
  const depth = Math.max(0, ...all.map((levels) => levels.length));
  for (let level = 0; level < depth; level++) {
    const widest = all.map((levels) => levels[level] ?? []).find((some) => some.length > 1);
    const ways = widest?.map(({ serviceLocation }, place) => ({ place, serviceLocation }));
    if (!ways) continue;
    const isFirst = (way: Way) => Number(first !== undefined && way.serviceLocation === first);
    return ways.toSorted((a, b) => isFirst(b) - isFirst(a));
  }
  const [only] = all.flatMap((levels) => levels[0] ?? []);
  return [{ place: 0, serviceLocation: only?.serviceLocation }];
}

function resolved(levels: BaseLevels, url: string, { place, serviceLocation }: Way): string {
  return levels.reduce((outer, level) => {
    const named = serviceLocation && level.find((one) => one.serviceLocation === serviceLocation);
    const chosen = named || (level[place] ?? level[0]);
    return chosen ? resolveAddress(chosen.reference, outer) : outer;
  }, url);
}

function pathwaysOf(all: readonly BaseLevels[], ways: readonly Way[], url: string): Pathway[] {
  const isOutermost = all.some((levels) => (levels[0] ?? []).length > 1);
  const taken = new Set<string>();
  const pathways: Pathway[] = [];
  let paths: (string | undefined)[] | undefined;
  for (const way of ways) {
    const bases = all.map((levels) => resolved(levels, url, way));
    const outer = all.map((levels) => folderOf(resolved(levels.slice(0, 1), url, way)));
    const [mpdBase = folderOf(url)] = outer;
    const isUseful = bases.some((base) => base.startsWith(mpdBase));
    const baseUrl =
      isOutermost || (ways.length === 1 && isUseful) ? mpdBase : (commonFolder(bases) ?? mpdBase);
    // The same path must lead to the same file on every pathway; what none holds has its own address.
    const below = bases.map((base) => (base.startsWith(baseUrl) ? base.slice(baseUrl.length) : undefined));
    paths ??= below;
    const isSame = paths.every((path, at) => path === undefined || path === below[at]);
    if (!isSame || pathways.some((one) => one.baseUrl === baseUrl)) continue;
    pathways.push({ id: idOf(way, taken), baseUrl });
  }
  return pathways;
}

function idOf({ place, serviceLocation }: Way, taken: Set<string>): string {
  const wanted = serviceLocation ?? (place === 0 ? 'origin' : `base-${place + 1}`);
  let id = wanted;
  for (let n = place + 1; taken.has(id); n++) id = `${wanted}-${n}`;
  taken.add(id);
  return id;
}
