import { unsupported } from '../refuse.ts';
import { childNamed } from './xml.ts';
import type { XmlElement } from './xml.ts';

/** How segments are found; the element has the attributes and children of all levels. */
export type Addressing =
  | { readonly kind: 'template'; readonly element: XmlElement }
  | { readonly kind: 'list'; readonly element: XmlElement }
  /** One file that is cut along an index inside it. */
  | { readonly kind: 'indexed'; readonly element: XmlElement }
  /** One file as a whole. */
  | { readonly kind: 'file' };

const empty: XmlElement = { name: 'SegmentBase', attributes: new Map(), children: [], text: '' };

/**
 * ISO/IEC 23009-1 section 5.3.9.1: the innermost level decides how segments are found; attributes and
 * children that it lacks come from outside. A file without all of that is text as a whole, and else has an
 * index (`isText`).
 */
export function addressingOf(levels: readonly XmlElement[], isText: boolean): Addressing {
  for (const level of levels.toReversed()) {
    if (childNamed(level, 'SegmentTemplate')) return ofTemplate(merged(levels, 'SegmentTemplate'), isText);
    if (childNamed(level, 'SegmentList')) {
      const element = merged(levels, 'SegmentList');
      if (element.attributes.has('href')) throw unsupported('lists-elsewhere');
      return { kind: 'list', element };
    }
    if (childNamed(level, 'SegmentBase') && !isText)
      return { kind: 'indexed', element: merged(levels, 'SegmentBase') };
  }
  return isText ? { kind: 'file' } : { kind: 'indexed', element: empty };
}

/** Without `media` a template says no more than SegmentBase does. */
function ofTemplate(element: XmlElement, isText: boolean): Addressing {
  if (element.attributes.has('media')) return { kind: 'template', element };
  return isText ? { kind: 'file' } : { kind: 'indexed', element };
}

function merged(levels: readonly XmlElement[], name: string): XmlElement {
  return levels
    .flatMap((level) => childNamed(level, name) ?? [])
    .reduce((outer, inner) => ({
      ...inner,
      attributes: new Map([...outer.attributes, ...inner.attributes]),
      outer,
    }));
}
