/** Inside a quoted string of HLS there is no escape: what would end it is replaced (RFC 8216 section 4.2). */
export function quoted(text: string): string {
  return `"${text.replaceAll('"', "'").replaceAll(/\p{Cc}/gu, ' ')}"`;
}

/** Attributes in the order given; undefined ones are left out. */
export function attributeList(attributes: Record<string, string | undefined>): string {
  return Object.entries(attributes)
    .flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${value}`]))
    .join(',');
}
