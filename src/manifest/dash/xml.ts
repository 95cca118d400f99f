import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { MAX_XML_DEPTH, MAX_XML_TAG_LENGTH, MAX_XML_TAGS } from '../limits.ts';
import { malformed, quote, unsupported } from '../refuse.ts';

/** Namespace prefixes are gone: names of the few namespaces in an MPD do not collide. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly XmlElement[];
  readonly text: string;
}

const parser = new XMLParser({
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
  maxNestedTags: MAX_XML_DEPTH,
});

type Node = Record<string, unknown>;

/**
 * XML to elements. Errors: `manifest/malformed` for what is not well-formed, for a document type (which
 * could define entities that grow without bound), and for nesting that no manifest has.
 */
export function parseXml(source: string): XmlElement {
  const text = source.replace(/^\uFEFF/, '').trimStart();
  if (/<!(DOCTYPE|ENTITY)/i.test(text)) throw malformed('it has a document type, which is not allowed');
  checkTags(text);
  const verdict = XMLValidator.validate(text);
  if (verdict !== true) throw malformed(`line ${verdict.err.line}: ${verdict.err.msg}`);
  let nodes: Node[];
  try {
    nodes = parser.parse(text) as Node[];
  } catch (cause) {
    throw malformed('it is nested too deep or names what it may not', cause);
  }
  const [root, ...others] = nodes.filter((node) => nameOf(node) !== undefined);
  if (!root || others.length > 0) throw malformed('it does not have one root element');
  return elementOf(root);
}

/** Bounded recursion: the parser has refused anything deeper than MAX_XML_DEPTH. */
function elementOf(node: Node): XmlElement {
  const name = nameOf(node) ?? '';
  const content = node[name] as Node[];
  const attributes = Object.entries((node[':@'] ?? {}) as Record<string, string>);
  return {
    name,
    attributes: new Map(attributes.map(([key, value]) => [key, unescape(String(value))])),
    children: content.filter((child) => nameOf(child) !== undefined).map(elementOf),
    text: content.map(textOf).join('').trim(),
  };
}

/** The parser's time grows faster than the number of tags, and of attributes in one. */
function checkTags(text: string): void {
  let count = 0;
  for (let at = text.indexOf('<'); at >= 0; count++) {
    const next = text.indexOf('<', at + 1);
    if ((next < 0 ? text.length : next) - at > MAX_XML_TAG_LENGTH)
      throw unsupported('an element of such length');
    at = next;
  }
  if (count > MAX_XML_TAGS) throw unsupported('a manifest of so many elements');
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
  return raw.replaceAll(/&([^;\s]{0,12});?/g, (whole, name: string) => {
    const known = Object.hasOwn(predefined, name) ? predefined[name] : undefined;
    if (known !== undefined && whole.endsWith(';')) return known;
    const [, hex, decimal] = /^#(?:x([0-9a-f]{1,6})|(\d{1,7}))$/i.exec(name) ?? [];
    const code = hex === undefined ? Number(decimal) : parseInt(hex, 16);
    if (!(code > 0 && code <= 0x10ffff)) throw malformed(`${quote(whole)} is not a reference of XML`);
    return String.fromCodePoint(code);
  });
}

export function childrenNamed(element: XmlElement, name: string): XmlElement[] {
  return element.children.filter((child) => child.name === name);
}

export function childNamed(element: XmlElement, name: string): XmlElement | undefined {
  return element.children.find((child) => child.name === name);
}
