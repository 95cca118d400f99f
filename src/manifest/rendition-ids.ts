import type { RenditionKind } from '../shared/presentation.ts';

export interface Nameable {
  readonly kind: RenditionKind;
  /** Names that the manifest offers, best first: every rendition of a manifest offers the same number. */
  readonly offered: readonly string[];
  readonly height?: number;
  readonly bandwidthBitsPerSecond: number;
  readonly language?: string;
  readonly name?: string;
  readonly codecs?: string;
  readonly channels?: number;
}

/**
 * Longer names are tokens and hashes more often than names, and change from one manifest to the next; an id
 * must not. A dot at the end is dropped by Windows.
 */
const safe = /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,30}[A-Za-z0-9_-])?$/;

/**
 * An id for each rendition, in the order given: the first kind of offered name that is safe and unique for
 * all of them (case does not count: ids become file names), else ids made from what the renditions are. Those that
 * are alike in that are numbered by quality, so that another order in the manifest makes no other ids.
 */
export function renditionIds(items: readonly Nameable[]): string[] {
  const choices = items[0]?.offered.length ?? 0;
  for (let choice = 0; choice < choices; choice++) {
    const names = items.map((item) => item.offered[choice] ?? '');
    const distinct = new Set(names.map((name) => name.toLowerCase()));
    if (distinct.size === items.length && names.every((name) => safe.test(name))) return names;
  }
  const ids = new Map<Nameable, string>();
  const taken = new Set<string>();
  for (const item of items.toSorted(byQuality)) {
    const wanted = generated(item);
    let id = wanted;
    for (let n = 2; taken.has(id.toLowerCase()); n++) id = `${wanted}-${n}`;
    taken.add(id.toLowerCase());
    ids.set(item, id);
  }
  return items.map((item) => ids.get(item) ?? '');
}

function byQuality(a: Nameable, b: Nameable): number {
  return (
    a.bandwidthBitsPerSecond - b.bandwidthBitsPerSecond ||
    (a.channels ?? 0) - (b.channels ?? 0) ||
    compare(a.codecs, b.codecs) ||
    compare(a.name, b.name)
  );
}

/** By code units: the same on every computer, whatever its language. */
function compare(a = '', b = ''): number {
  return a < b ? -1 : Number(a > b);
}

function generated(item: Nameable): string {
  const language = (item.language ?? 'und').replaceAll(/[^A-Za-z0-9-]/g, '').slice(0, 24) || 'und';
  switch (item.kind) {
    case 'video':
      if (item.height) return `v-${item.height}p`;
      return `v-${Math.min(Math.round(item.bandwidthBitsPerSecond / 1000), 1e9)}k`;
    case 'audio':
      return `a-${language}`;
    case 'subtitles':
      return `s-${language}`;
  }
}
