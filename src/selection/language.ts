/**
 * How well a track's language answers a wish, both BCP 47: 0 not at all, else the larger the better. After
 * RFC 4647: the same tag is best; then a narrower tag ("es" wishes, "es-419" answers: basic filtering); then a
 * wider one ("es-MX" wishes, "es" answers: lookup). "es-ES" does not answer "es-MX".
 */
export function languageMatch(wish: string, language: string): number {
  const wanted = canonical(wish);
  const offered = canonical(language);
  if (wanted === '' || offered === '' || offered === 'und') return 0;
  if (wanted === offered) return 3;
  if (offered.startsWith(`${wanted}-`)) return 2;
  if (wanted.startsWith(`${offered}-`)) return 1;
  return 0;
}

/** "ENG" and "en" are one language: manifests use ISO 639-2 codes although BCP 47 forbids it. */
function canonical(tag: string): string {
  try {
    return (Intl.getCanonicalLocales(tag.trim().replaceAll('_', '-'))[0] ?? '').toLowerCase();
  } catch {
    return tag.trim().toLowerCase();
  }
}
