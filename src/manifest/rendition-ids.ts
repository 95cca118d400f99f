import type { RenditionKind } from '../shared/presentation.ts';

export interface Nameable {
  readonly kind: RenditionKind;
  /** Names that the manifest offers, best first: every rendition of a manifest offers the same number. */
  readonly offered: readonly string[];
  readonly height?: number;
  readonly bandwidthBitsPerSecond: number;
  readonly language?: string;
}

/**
 * Longer names are tokens and hashes more often than names, and change from one manifest to the next; an id
 * must not. A dot at the end is dropped by Windows.
 */
const safe = /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,30}[A-Za-z0-9_-])?$/;

/**
 * An id for each rendition, in the order given: the first kind of offered name that is safe and unique for
 * all of them (case does not count: ids become file names), else ids made from what the renditions are.
 */
export function renditionIds(items: readonly Nameable[]): string[] {
  const choices = items[0]?.offered.length ?? 0;
  for (let choice = 0; choice < choices; choice++) {
    const names = items.map((item) => item.offered[choice] ?? '');
    const distinct = new Set(names.map((name) => name.toLowerCase()));
    if (distinct.size === items.length && names.every((name) => safe.test(name))) return names;
  }
  const taken = new Set<string>();
  return items.map((item) => {
    const wanted = generated(item);
    let id = wanted;
    for (let n = 2; taken.has(id.toLowerCase()); n++) id = `${wanted}-${n}`;
    taken.add(id.toLowerCase());
    return id;
  });
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
