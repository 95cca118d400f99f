import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { isLayoverError } from '../../shared/errors.ts';
import { MAX_XML_DEPTH, MAX_XML_TAG_LENGTH, MAX_XML_TAGS } from '../limits.ts';
import { malformed, quote, unsupported } from '../refuse.ts';

/** Namespace prefixes are gone: names of the few namespaces in an MPD do not collide. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly XmlElement[];
  readonly text: string;
  /** Has the children that this one lacks. */
  readonly outer?: XmlElement;
  /** Attributes of the `S` elements of a SegmentTimeline, which are no children: there may be 100,000. */
  readonly entries?: readonly TimelineEntry[];
}

/** As text; absent ones are "". */
export interface TimelineEntry {
  readonly t: string;
  readonly d: string;
  readonly r: string;
  readonly n: string;
  readonly k: string;
}

/** Of elements that are kept: a tree costs some 600 bytes for each. A long film in lists has 50,000. */
const MAX_ELEMENTS = 60_000;

const options = {
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: '',
  removeNSPrefix: true,
  parseTagValue: false,
  parseAttributeValue: false,
  processEntities: false,
  cdataPropName: '#cdata',
  ignoreDeclaration: true,
  ignorePiTags: true,
  jPath: false,
  maxNestedTags: MAX_XML_DEPTH,
} as const;

type Node = Record<string, unknown>;
const ENTRIES = '#entries';

/** Content that is no business of ours, and can be large. Their tags are checked like all others. */
const ignored = new Set(['EventStream', 'InbandEventStream', 'Metrics', 'pssh', 'pro']);
const noEntries: readonly TimelineEntry[] = [];

/**
 * XML to elements. Errors: `manifest/malformed` for what is not well-formed, for a document type (which
 * could define entities that grow without bound), and for nesting that no manifest has;
 * `manifest/unsupported` for more elements than any manifest has.
 */
export function parseXml(source: string): XmlElement {
  const text = source.replace(/^\uFEFF/, '').trimStart();
  if (/<!(DOCTYPE|ENTITY)/i.test(text)) throw malformed('document-type');
  if (text.includes('\0')) throw malformed('not-text');
  checkTags(text);
  const verdict = XMLValidator.validate(text);
  if (verdict !== true) throw malformed('not-xml', { line: verdict.err.line }, new Error(verdict.err.msg));
  let elements = 0;
  let entries: TimelineEntry[] = [];
  const parser = new XMLParser({
    ...options,
    /** Called at each opening tag, in order; `false` keeps nothing of it. */
    updateTag(name, _path, given): string | boolean {
      const attributes = given as Record<string, unknown>;
      if (name === 'S') {
        entries.push(entryOf(attributes));
        return false;
      }
      if (ignored.has(name)) return false;
      elements += 1;
      if (elements > MAX_ELEMENTS) throw unsupported('too-many-elements');
      if (name === 'SegmentTimeline') attributes[ENTRIES] = entries = [];
      return name;
    },
  });
  let nodes: Node[];
  try {
    nodes = parser.parse(text) as Node[];
  } catch (cause) {
    if (isLayoverError(cause)) throw cause;
    throw malformed('nested-too-deep', undefined, cause);
  }
  const [root, ...others] = nodes.filter((node) => nameOf(node) !== undefined);
  if (!root || others.length > 0) throw malformed('not-one-root');
  return elementOf(root);
}

function entryOf(attributes: Record<string, unknown>): TimelineEntry {
  const valueOf = (name: string) => {
    const value = attributes[name];
    return typeof value === 'string' ? unescape(value) : '';
  };
  return { t: valueOf('t'), d: valueOf('d'), r: valueOf('r'), n: valueOf('n'), k: valueOf('k') };
}

const none: ReadonlyMap<string, string> = new Map();
const childless: readonly XmlElement[] = [];

/** Bounded recursion: the parser has refused anything deeper than MAX_XML_DEPTH. */
function elementOf(node: Node): XmlElement {
  const name = nameOf(node) ?? '';
  const content = node[name] as Node[];
  const { [ENTRIES]: entries, ...given } = (node[':@'] ?? {}) as Record<string, unknown>;
  const attributes = Object.entries(given);
  const children = content.filter((child) => nameOf(child) !== undefined).map(elementOf);
  return {
    name,
    attributes:
      attributes.length > 0
        ? new Map(attributes.map(([key, value]) => [key, unescape(String(value))]))
        : none,
    children: children.length > 0 ? children : childless,
    text: content.map(textOf).join('').trim(),
    ...(name === 'SegmentTimeline' && { entries: (entries as TimelineEntry[] | undefined) ?? noEntries }),
  };
}

/** The parser's time grows faster than the number of tags, and of attributes in one. */
function checkTags(text: string): void {
  let count = 0;
  for (let at = text.indexOf('<'); at >= 0; count++) {
    const next = text.indexOf('<', at + 1);
    if ((next < 0 ? text.length : next) - at > MAX_XML_TAG_LENGTH) throw unsupported('long-elements');
    at = next;
  }
  if (count > MAX_XML_TAGS) throw unsupported('too-many-elements');
}

/** undefined: the node is text. */
function nameOf(node: Node): string | undefined {
  return Object.keys(node).find((key) => key !== ':@' && !key.startsWith('#'));
}

function textOf(node: Node): string {
  if (typeof node['#text'] === 'string') return unescape(node['#text']);
  const cdata = node['#cdata'] as Node[] | undefined;
  return cdata ? cdata.map((part) => (typeof part['#text'] === 'string' ? part['#text'] : '')).join('') : '';
}

const predefined: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** XML's own five entities and numeric references; without a document type there can be no others. */
function unescape(raw: string): string {
  if (!raw.includes('&')) return raw;
  return raw.replaceAll(/&([^;\s]{0,12});?/g, (whole, name: string) => {
    const known = Object.hasOwn(predefined, name) ? predefined[name] : undefined;
    if (known !== undefined && whole.endsWith(';')) return known;
    const [, hex, decimal] = /^#(?:x([0-9a-f]{1,6})|(\d{1,7}))$/i.exec(name) ?? [];
    const code = hex === undefined ? Number(decimal) : parseInt(hex, 16);
    if (!(code > 0 && code <= 0x10ffff)) throw malformed('not-a-reference', { text: quote(whole) });
    return String.fromCodePoint(code);
  });
}

/** Those of the nearest that has any. */
export function childrenNamed(element: XmlElement, name: string): XmlElement[] {
  const own = element.children.filter((child) => child.name === name);
  return own.length === 0 && element.outer ? childrenNamed(element.outer, name) : own;
}

export function childNamed(element: XmlElement, name: string): XmlElement | undefined {
  const own = element.children.find((child) => child.name === name);
  return own ?? (element.outer && childNamed(element.outer, name));
}
