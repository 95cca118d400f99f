import type { LicenseWarning } from '../../shared/downloads.ts';
import type { Clock } from '../../shared/platform.ts';
import { MINUTE_MS, SECOND_MS } from '../../shared/units.ts';
import type { Ms } from '../../shared/units.ts';
import type { DownloadStatus } from '../../download/types.ts';
import type { Background } from '../background.ts';
import { downloadView } from '../download-view.ts';
import type { Parts } from '../parts.ts';
import { visibleDownloads } from '../visible.ts';
import { dueThreshold, nextMoment, windowOf } from './due.ts';
import type { Window } from './due.ts';
import type { WarningRows } from './rows.ts';

/** Several things that happen together are one reason to look. */
const GATHER_MS: Ms = SECOND_MS;
/** Trusted time may jump, and machines sleep: no timer hears of it. */
const LONGEST_SLEEP_MS: Ms = 10 * MINUTE_MS;

type WarningParts = Pick<
  Parts,
  | 'account'
  | 'catalog'
  | 'downloads'
  | 'events'
  | 'licenses'
  | 'nextRevision'
  | 'settings'
  | 'sync'
  | 'trustedTime'
  | 'who'
>;

export type Warnings = ReturnType<typeof createWarnings>;

/**
 * Tells the viewer in time that a download runs out (`dueThreshold`, which decides alone): what is due at the
 * same time in one event, each threshold of a window once, over restarts too. Told is who is watching, of what
 * that profile may see and has not watched. When an end comes, screens are told to ask again.
 */
export function createWarnings(
  parts: WarningParts,
  rows: WarningRows,
  { clock, background }: { readonly clock: Clock; readonly background: Background },
) {
  const { account, events, licenses, settings, trustedTime, who } = parts;
  let alarm = new AbortController();

  interface Watched {
    readonly status: DownloadStatus;
    readonly window: Window;
  }

  function windows(): Watched[] {
    return visibleDownloads(parts).flatMap((status) => {
      if (status.state === 'removing' || status.state === 'failed') return [];
      const outlook = licenses.outlook(status.videoId);
      const window = outlook && windowOf(licenses.verdict(status.videoId), outlook.issuedAtMs);
      return window ? [{ status, window }] : [];
    });
  }

  function look(): void {
    const accountId = account.current()?.accountId;
    const profile = who.current();
    const nowMs = trustedTime.now();
    const all = windows();
    if (accountId !== undefined && profile && settings.read().notifications.licenseEnds) {
      const due = all.flatMap(({ status, window }) => {
        const { videoId } = status;
        if (status.state !== 'completed' || parts.sync.position(profile.profileId, videoId)?.completed) return [];
        const thresholdMs = dueThreshold(window, rows.read(accountId, videoId), nowMs);
        if (thresholdMs === null) return [];
        rows.told(accountId, videoId, { ...window, thresholdMs });
        return [warningOf(status, window, thresholdMs)];
      });
      if (due.length > 0) events.emit({ type: 'license-warnings', warnings: inOrder(due) });
    }
    sleepUntilNext(all, nowMs);
  } // prettier-ignore

  function sleepUntilNext(all: readonly Watched[], nowMs: Ms): void {
    alarm.abort();
    const next = all.flatMap(({ window }) => nextMoment(window, nowMs) ?? []);
    if (next.length === 0 || background.signal.aborted) return;
    alarm = new AbortController();
    const signal = AbortSignal.any([alarm.signal, background.signal]);
    const ends = all.map(({ window }) => window.endsAtMs);
    const forMs = Math.min(Math.max(0, Math.min(...next) - nowMs), LONGEST_SLEEP_MS);
    background.run('warnings', () =>
      clock.sleep(forMs, signal).then(
        () => {
          const thenMs = trustedTime.now();
          if (ends.some((endMs) => endMs <= thenMs)) events.emit({ type: 'changed', what: 'downloads' });
          look();
        },
        () => undefined,
      ),
    );
  }

  function warningOf(status: DownloadStatus, { kind, endsAtMs }: Window, thresholdMs: Ms): LicenseWarning {
    const view = downloadView(parts, status, null);
    const { downloadId, videoId, titleId, titleName, episode, verdict } = view;
    return { downloadId, videoId, titleId, titleName, episode, verdict, kind, endsAtMs, thresholdMs };
  }

  return {
    /** Something changed that warnings depend on: who watches, a license, a download, the settings, the time. */
    soon(): void {
      alarm.abort();
      alarm = new AbortController();
      const signal = AbortSignal.any([alarm.signal, background.signal]);
      background.run('warnings', () => clock.sleep(GATHER_MS, signal).then(look, () => undefined));
    },
    /** Those that were told, still hold, and have not been put away. */
    open(): LicenseWarning[] {
      const accountId = account.current()?.accountId;
      if (accountId === undefined || !settings.read().notifications.licenseEnds) return [];
      return inOrder(
        windows().flatMap(({ status, window }) => {
          const told = rows.read(accountId, status.videoId);
          const holds =
            told && !told.isSeen && told.kind === window.kind && told.endsAtMs === window.endsAtMs;
          return holds ? [warningOf(status, window, told.thresholdMs)] : [];
        }),
      );
    },
    /** The viewer has put them away; the next threshold is told all the same. */
    seen(): void {
      const accountId = account.current()?.accountId;
      if (accountId === undefined) return;
      for (const { status } of windows()) rows.seen(accountId, status.videoId);
    },
  };
}

const inOrder = (warnings: LicenseWarning[]) => warnings.toSorted((a, b) => a.endsAtMs - b.endsAtMs);
