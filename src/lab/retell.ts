import { CLOCK_TOLERANCE_MS } from '../license/verdict.ts';
import { durationText } from '../shared/lab-scenario.ts';
import type { ScenarioStep } from '../shared/lab-scenario.ts';
import { MINUTE_MS, SECOND_MS } from '../shared/units.ts';
import type { Ms } from '../shared/units.ts';
import type { JournalEntry } from './journal.ts';

type Kept = Extract<JournalEntry, { what: 'kept' }>;
type Watched = Extract<JournalEntry, { what: 'watched' }>;

/**
 * A journal as the steps of a scenario in which the service is heard only where a step says so. What time it truly was nobody
 * wrote down: it goes as trusted time did, save where the service, or a clock that was set, moved that alone. `until`: the end of it.
 */
export function retell(
  entries: readonly JournalEntry[],
  until: Pick<JournalEntry, 'beforeMs' | 'trustedMs' | 'wallMs' | 'steadyMs'>,
): { startMs: Ms; endMs: Ms; steps: ScenarioStep[] } {
  const all = [...entries, { what: 'ended' as const, ...until }];
  const startMs = all[0]?.beforeMs ?? until.beforeMs;
  const steps: ScenarioStep[] = [];
  const held = new Map<
    string,
    { policy: string; firstPlayAtMs: Ms | null; toldMs: Ms; isRevoked: boolean }
  >();
  const offered = new Map<string, string>();
  let [atMs, wrongByMs, rate] = [startMs, 0, 1];
  /** What is to be added to trusted time to have true time, and to true time to have the machine's clock. */
  let [trueOfTrustedMs, wallOfTrueMs] = [0, 0];
  let last = all[0];

  const isUnderWay = (video: string, viewing: string) =>
    all.some((one) => one.what === 'viewing' && one.videoId === video && one.viewingId === viewing);
  const say = (step: ScenarioStep) => steps.push({ ...step, at: durationText(atMs - startMs) });
  function serviceSays(nowMs: Ms): void {
    if (nowMs - atMs === wrongByMs) return;
    wrongByMs = nowMs - atMs;
    say({ do: 'service-time', wrongBy: durationText(wrongByMs) });
  }
  function hear(trustedMs: Ms): void {
    serviceSays(trustedMs);
    say({ do: 'check-in' });
    trueOfTrustedMs = atMs - trustedMs;
  }
  function setClock(wallMs: Ms): void {
    say({ do: 'set-clock', to: new Date(wallMs).toISOString() });
    wallOfTrueMs = wallMs - atMs;
  }

  function keep(entry: Kept): void {
    const { videoId: video, policy, issuedAtMs, firstPlayAtMs } = entry;
    const before = held.get(video);
    const offer = JSON.stringify(policy);
    if (before?.isRevoked) say({ do: 'revoke', video, lifted: true });
    if (offered.has(video) && offered.get(video) !== offer) say({ do: 'set-policy', video, policy });
    offered.set(video, offer);
    // The answer took a moment on its way here.
    const sentMs = issuedAtMs - wrongByMs;
    const prior = Math.max(startMs, (last?.trustedMs ?? 0) + trueOfTrustedMs);
    if (sentMs >= prior && sentMs <= atMs && atMs - sentMs < MINUTE_MS) atMs = sentMs;
    serviceSays(issuedAtMs);
    const isKept = before && before.firstPlayAtMs !== null && before.firstPlayAtMs === firstPlayAtMs;
    say(before?.policy && policy.can_renew ? { do: 'renew', video, firstPlay: isKept ? 'kept' : 'cleared' } : { do: 'acquire', video }); // prettier-ignore
    held.set(video, { policy: offer, firstPlayAtMs, toldMs: 0, isRevoked: false });
  }

  /** A scenario counts whole milliseconds: what is missing to the grace period comes with first play. */
  function watch({ videoId: video, viewingId: viewing, seconds, began, trustedMs }: Watched): void {
    const license = held.get(video);
    if (!license) return;
    const graceMs =
      (JSON.parse(license.policy) as Kept['policy']).play_start_grace_period_seconds * SECOND_MS;
    const ms = Math.round(seconds * SECOND_MS);
    const told = began ? Math.max(1, ms, graceMs - license.toldMs) : ms;
    say({ do: 'watched', video, viewing, for: durationText(told) });
    license.toldMs += told;
    if (!began) return;
    license.firstPlayAtMs = trustedMs;
    if (!isUnderWay(video, viewing)) say({ do: 'stop', video, viewing });
  }

  for (const entry of all) {
    const fellMs = (last?.trustedMs ?? 0) - entry.beforeMs;
    if (last && fellMs > CLOCK_TOLERANCE_MS) {
      // Between the two the service was heard, and a floor was too high.
      const passedMs = entry.what === 'started' ? 0 : Math.max(0, Math.round(entry.steadyMs - last.steadyMs));
      atMs = Math.max(atMs, last.trustedMs + trueOfTrustedMs + passedMs);
      hear(entry.beforeMs);
    }
    atMs = Math.max(atMs, entry.beforeMs + trueOfTrustedMs);
    // What the machine's clock said during a viewing nobody wrote down.
    const isMoved = ['set', 'passed', 'slept', 'viewing'].includes(entry.what);
    // The machine's clock was set behind the lab's back: between two runs the lab's own moves are forgotten.
    if (!isMoved && Math.abs(entry.wallMs - atMs - wallOfTrueMs) > MINUTE_MS) setClock(entry.wallMs);
    switch (entry.what) {
      case 'started':
        if (entry !== all[0]) say({ do: 'restart', off: '0s', reboots: true });
        if (rate !== 1) say({ do: 'rate', rate: (rate = 1) });
        break;
      case 'rate':
        if (entry.rate !== rate) say({ do: 'rate', rate: (rate = entry.rate) });
        break;
      case 'viewing':
        // Before first play what was watched is told as it was.
        if (held.get(entry.videoId)?.firstPlayAtMs != null)
          say({ do: 'watched', video: entry.videoId, viewing: entry.viewingId, for: '1s' });
        break;
      case 'kept':
        keep(entry);
        break;
      case 'watched':
        watch(entry);
        break;
      case 'released':
        if (held.delete(entry.videoId)) say({ do: 'release', video: entry.videoId });
        break;
      case 'taken-back': {
        const license = held.get(entry.videoId);
        if (!license) break;
        license.isRevoked = true;
        say({ do: 'revoke', video: entry.videoId, lifted: false });
        hear(entry.trustedMs);
        break;
      }
      case 'passed':
      case 'slept': {
        const passedMs = Math.max(0, entry.trustedMs - entry.beforeMs);
        say({ do: entry.what === 'passed' ? 'pass' : 'sleep', for: durationText(passedMs) });
        atMs += passedMs;
        break;
      }
      case 'set':
        setClock(entry.wallMs);
        trueOfTrustedMs = atMs - entry.trustedMs;
        break;
      case 'heard':
        hear(entry.trustedMs);
        break;
      case 'ended':
        break;
    }
    last = entry;
  }
  return { startMs, endMs: atMs, steps };
}
