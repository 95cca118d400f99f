import type { z } from 'zod';
import { MAX_ATTRIBUTES } from '../limits.ts';
import { malformed, quote } from '../refuse.ts';
import type { Tag } from './lexer.ts';
import type { Variables } from './variables.ts';

/**
 * RFC 8216bis section 4.2: a tag's attributes, quotes taken off, variables filled in; of a name that stands
 * twice the first counts. Errors: `manifest/malformed`, `manifest/unsupported` (variables that grow too long).
 */
export function attributeList(tag: Tag, variables: Variables): Record<string, string> {
  const found = new Map<string, string>();
  // No two neighboring parts can match the same characters: the time stays linear whatever the line.
  const attribute = /\s*([A-Za-z0-9-]+)\s*=(?:\s*"([^"]*)"\s*|([^",]*))(?:,|$)/y;
  while (attribute.lastIndex < tag.value.length) {
    const at = attribute.lastIndex;
    const match = attribute.exec(tag.value);
    if (!match)
      throw malformed('not-an-attribute', { line: tag.lineNumber, text: quote(tag.value.slice(at)) });
    const [, name = '', quoted, plain = ''] = match;
    if (!found.has(name)) found.set(name, variables.fill(quoted ?? plain.trim(), tag.lineNumber));
    if (found.size > MAX_ATTRIBUTES) throw malformed('too-many-attributes', { line: tag.lineNumber });
  }
  return Object.fromEntries(found);
}

/** A tag's attributes by a schema of strings. Errors: `manifest/malformed` with line and attribute. */
export function attributesOf<S extends z.ZodType>(tag: Tag, schema: S, variables: Variables): z.output<S> {
  const parsed = schema.safeParse(attributeList(tag, variables));
  if (parsed.success) return parsed.data;
  const name = String(parsed.error.issues[0]?.path[0] ?? '');
  throw malformed('wrong-attribute', { line: tag.lineNumber, name, tag: tag.name }, parsed.error);
}
