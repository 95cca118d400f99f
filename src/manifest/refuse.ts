import { LayoverError } from '../shared/errors.ts';
import type { ManifestReason, ReasonParams } from '../shared/manifest-reasons.ts';

/** What the words of a reason ask for; `line`: of a playlist, where it is known. */
type Given<R extends ManifestReason> =
  Record<never, never> extends ReasonParams<R>
    ? [params?: { line: number }, cause?: unknown]
    : [params: ReasonParams<R> & { line?: number }, cause?: unknown];

/** The manifest breaks its own rules, or arrived damaged. */
export function malformed<R extends ManifestReason>(reason: R, ...given: Given<R>): LayoverError {
  const [params, cause] = given;
  return new LayoverError('manifest/malformed', { ...params, reason }, { cause });
}

/** The manifest may well be right, but asks for something that is not built. */
export function unsupported<R extends ManifestReason>(reason: R, ...given: Given<R>): LayoverError {
  const [params, cause] = given;
  return new LayoverError('manifest/unsupported', { ...params, reason }, { cause });
}

/** The recording has not ended: nothing that could be kept. */
export function live(): LayoverError {
  return new LayoverError('manifest/live');
}

/** What a manifest says, made short and harmless enough to stand in a message. */
export function quote(text: string): string {
  const shown = text.length > 40 ? `${text.slice(0, 40)}…` : text;
  return `"${shown.replaceAll(/\p{Cc}/gu, ' ')}"`;
}
