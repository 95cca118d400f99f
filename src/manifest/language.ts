/**
 * A language as manifests tell it, as BCP 47 spells it: "eng" is "en", "pt_br" is "pt-BR"; "und" where it is
 * none. So one language has one name, in whatever dialect it came.
 */
export function languageTag(told: string | undefined): string {
  if (!told || told.length > 64) return 'und';
  try {
    return Intl.getCanonicalLocales(told.trim().replaceAll('_', '-'))[0] ?? 'und';
  } catch {
    return 'und';
  }
}
