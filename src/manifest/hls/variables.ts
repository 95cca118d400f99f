import { z } from 'zod';
import { MAX_ADDRESS_LENGTH, MAX_VARIABLES } from '../limits.ts';
import { malformed, quote, unsupported } from '../refuse.ts';
import { attributesOf } from './attributes.ts';
import type { Tag } from './lexer.ts';

const name = z.string().regex(/^[A-Za-z0-9_-]{1,128}$/);
const Define = z.union([
  z.object({ NAME: name, VALUE: z.string() }),
  z.object({ IMPORT: name }),
  z.object({ QUERYPARAM: name }),
]);

/**
 * The variables of one playlist (RFC 8216bis section 4.4.2.3). A variable may be made of others that stand
 * before it; none may grow longer than an address, so that a few that double each other come to an end.
 */
export class Variables {
  readonly #values = new Map<string, string>();
  readonly #url: string;
  readonly #imports: Variables | undefined;

  /** `url`: of the playlist; `imports`: those of the multivariant playlist that it belongs to. */
  constructor(url: string, imports?: Variables) {
    this.#url = url;
    this.#imports = imports;
  }

  define(tag: Tag): void {
    const attributes = attributesOf(tag, Define, this);
    const [defined, value] = this.#valueOf(attributes);
    if (value === undefined)
      throw malformed('variable-from-nowhere', { line: tag.lineNumber, name: quote(defined) });
    if (this.#values.has(defined))
      throw malformed('variable-twice', { line: tag.lineNumber, name: quote(defined) });
    if (this.#values.size >= MAX_VARIABLES) throw unsupported('too-many-variables', { most: MAX_VARIABLES });
    this.#values.set(defined, value);
  }

  #valueOf(attributes: z.output<typeof Define>): [string, string | undefined] {
    if ('NAME' in attributes) return [attributes.NAME, attributes.VALUE];
    if ('IMPORT' in attributes)
      return [
        attributes.IMPORT,
        this.#imports === undefined ? undefined : this.#imports.#values.get(attributes.IMPORT),
      ];
    const { QUERYPARAM } = attributes;
    return [QUERYPARAM, new URL(this.#url).searchParams.get(QUERYPARAM) ?? undefined];
  }

  /** The text with each `{$name}` replaced. Errors: `manifest/malformed` for a name that is not defined. */
  fill(text: string, lineNumber: number): string {
    if (!text.includes('{$')) return text;
    let length = text.length;
    return text.replaceAll(/\{\$([A-Za-z0-9_-]{1,128})\}/g, (_, used: string) => {
      const value = this.#values.get(used);
      if (value === undefined) throw malformed('variable-undefined', { line: lineNumber, name: quote(used) });
      length += value.length;
      if (length > MAX_ADDRESS_LENGTH) throw unsupported('long-variables');
      return value;
    });
  }
}
