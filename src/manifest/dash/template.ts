import { malformed, quote, unsupported } from '../refuse.ts';

export interface TemplateValues {
  readonly representationId: string;
  readonly bandwidth: number;
  /** Absent in `initialization`, which is one file. */
  readonly number?: bigint;
  readonly time?: bigint;
}

/**
 * ISO/IEC 23009-1 section 5.3.9.4.4: `$Identifier$` or `$Identifier%0[width]d$`; `$$` is a dollar sign. A
 * width is at most 20, the digits of 64 bits. Errors: `manifest/malformed`, `manifest/unsupported`.
 */
export function fillTemplate(template: string, values: TemplateValues): string {
  const parts = template.split('$');
  if (parts.length % 2 === 0) throw malformed('template-dollar', { text: quote(template) });
  return parts.map((part, at) => (at % 2 === 0 ? part : identifier(part, template, values))).join('');
}

function identifier(part: string, template: string, values: TemplateValues): string {
  if (part === '') return '$';
  const [, name = '', width = '1'] = /^([A-Za-z]+)(?:%0(\d{1,2})d)?$/.exec(part) ?? [];
  const value = valueOf(name, values);
  if (value === undefined || Number(width) > 20) {
    if (name === 'SubNumber') throw unsupported('segment-sequences');
    throw malformed('template-unknown', { text: quote(template), name: quote(part) });
  }
  return name === 'RepresentationID' ? String(value) : String(value).padStart(Number(width), '0');
}

function valueOf(name: string, values: TemplateValues): string | number | bigint | undefined {
  switch (name) {
    case 'RepresentationID':
      return values.representationId;
    case 'Bandwidth':
      return values.bandwidth;
    case 'Number':
      return values.number;
    case 'Time':
      return values.time;
    default:
      return undefined;
  }
}
