import type { z } from 'zod';
import { malformed, quote } from '../refuse.ts';

/** A line that counts: a tag ("#EXT…") or the address of a playlist or segment. */
export type Line =
  | { readonly kind: 'tag'; readonly name: string; readonly value: string; readonly lineNumber: number }
  | { readonly kind: 'uri'; readonly uri: string; readonly lineNumber: number };
export type Tag = Extract<Line, { kind: 'tag' }>;

/** RFC 8216 section 4.1: lines of a playlist; comments and blank lines are gone. A byte order mark is let pass. */
export function lex(text: string): Line[] {
  const lines: Line[] = [];
  const raw = text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/);
  if (!/^#EXTM3U\s*$/.test(raw[0] ?? '')) throw malformed('it does not begin with #EXTM3U');
  for (const [at, untrimmed] of raw.entries()) {
    const line = untrimmed.trim();
    const lineNumber = at + 1;
    if (line.startsWith('#EXT')) {
      const colon = line.indexOf(':');
      const name = colon < 0 ? line.slice(1) : line.slice(1, colon);
      lines.push({ kind: 'tag', name, value: colon < 0 ? '' : line.slice(colon + 1).trim(), lineNumber });
    } else if (line !== '' && !line.startsWith('#')) {
      lines.push({ kind: 'uri', uri: line, lineNumber });
    }
  }
  return lines;
}

/** RFC 8216 section 4.2. Quotes are taken off; of a name that stands twice the first counts. */
export function attributeList(tag: Tag): Record<string, string> {
  const found = new Map<string, string>();
  // No two neighbouring parts can match the same characters: the time stays linear whatever the line.
  const attribute = /\s*([A-Za-z0-9-]+)\s*=(?:\s*"([^"]*)"\s*|([^",]*))(?:,|$)/y;
  while (attribute.lastIndex < tag.value.length) {
    const at = attribute.lastIndex;
    const match = attribute.exec(tag.value);
    if (!match) throw malformed(`line ${tag.lineNumber}: ${quote(tag.value.slice(at))} is not an attribute`);
    const [, name = '', quoted, plain = ''] = match;
    if (!found.has(name)) found.set(name, quoted ?? plain.trim());
  }
  return Object.fromEntries(found);
}

/** A tag's attributes by a schema of strings. Errors: `manifest/malformed` with line and attribute. */
export function attributesOf<S extends z.ZodType>(tag: Tag, schema: S): z.output<S> {
  const parsed = schema.safeParse(attributeList(tag));
  if (parsed.success) return parsed.data;
  const attribute = String(parsed.error.issues[0]?.path[0] ?? '');
  throw malformed(`line ${tag.lineNumber}: ${attribute} of #${tag.name} is missing or wrong`, parsed.error);
}

/** The value of a tag that is one number. */
export function numberOf(tag: Tag, pattern: RegExp = /^\d{1,15}$/): number {
  if (!pattern.test(tag.value)) throw malformed(`line ${tag.lineNumber}: #${tag.name} is not a number`);
  return Number(tag.value);
}
