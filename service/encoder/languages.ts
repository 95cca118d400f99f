/** BCP 47 for whatever a file calls a language ("eng", "ger", "pt-BR"); "und" where it says nothing usable. */
export function languageTag(stated: string | undefined): string {
  try {
    return Intl.getCanonicalLocales(stated?.trim() || 'und')[0] ?? 'und';
  } catch {
    return 'und';
  }
}

/** What speakers of a language call it, e.g. "Español". */
export function languageName(tag: string): string {
  if (tag === 'und') return 'Unknown';
  const name = new Intl.DisplayNames([tag], { type: 'language', fallback: 'code' }).of(tag) ?? tag;
  return name.charAt(0).toLocaleUpperCase(tag) + name.slice(1);
}
