const isWindows = process.platform === 'win32';

/**
 * Why a test cannot run on this system; undefined where it can. To be used as
 * `it.skipIf(noSignals)(named('ends on SIGTERM', noSignals), …)`, so that the report says what was not tried.
 */
export const noSignals = isWindows ? 'Windows ends a process without a last word' : undefined;
export const noFileModes = isWindows ? 'Windows has no file modes' : undefined;
export const modesDoNotBind =
  noFileModes ?? (process.getuid?.() === 0 ? 'root may write everywhere' : undefined);
export const notLinux = process.platform === 'linux' ? undefined : 'needs Linux';

/** A test's name, with the reason why it is not run. */
export const named = (name: string, reason: string | undefined): string =>
  reason ? `${name} (not run: ${reason})` : name;
