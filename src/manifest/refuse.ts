import { LayoverError } from '../shared/errors.ts';

/** The manifest breaks its own rules, or arrived damaged. `reason` completes "(…)" in the viewer's sentence. */
export function malformed(reason: string, cause?: unknown): LayoverError {
  return new LayoverError('manifest/malformed', { reason: brief(reason) }, { cause });
}

/** The manifest may well be right, but asks for something that is not built. */
export function unsupported(reason: string): LayoverError {
  return new LayoverError('manifest/unsupported', { reason });
}

/** The recording has not ended: nothing that could be kept. */
export function live(): LayoverError {
  return new LayoverError('manifest/live');
}

/** Reasons of other parsers may hold half the manifest. */
function brief(reason: string): string {
  return reason.length > 200 ? `${reason.slice(0, 200)}…` : reason;
}

/** What a manifest says, made short and harmless enough to stand in a message. */
export function quote(text: string): string {
  const shown = text.length > 40 ? `${text.slice(0, 40)}…` : text;
  return `"${shown.replaceAll(/\p{Cc}/gu, ' ')}"`;
}
