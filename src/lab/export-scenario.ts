import type { HeldLicense, Licenses, TrustedTime } from '../license/types.ts';
import { Scenario, durationText } from '../shared/lab-scenario.ts';
import type { ScenarioStep } from '../shared/lab-scenario.ts';
import { SECOND_MS } from '../shared/units.ts';
import type { Ms } from '../shared/units.ts';
import { inWords } from './expectation.ts';

/**
 * What is held here as a scenario: licensed and first played when it really was, and what the verdict is now. What
 * lies before the last renewal of a license is not known any more.
 */
export function exportScenario(
  licenses: Pick<Licenses, 'holdings' | 'verdict'>,
  time: TrustedTime,
): Scenario {
  const holdings = licenses.holdings();
  const nowMs = time.now();
  const startMs = Math.min(nowMs, ...holdings.map(({ issuedAtMs }) => issuedAtMs));
  const steps = holdings
    .flatMap((held) => pastOf(held))
    .sort((a, b) => a.atMs - b.atMs)
    .map(({ atMs, step }) => ({ ...step, at: durationText(atMs - startMs) }));
  const offline: ScenarioStep = { do: 'offline' };
  const expectations = holdings.map(({ videoId }) => ({
    do: 'expect' as const,
    video: videoId,
    at: durationText(nowMs - startMs),
    verdict: inWords(licenses.verdict(videoId), { momentMs: () => startMs }),
  }));
  return Scenario.parse({
    version: 1,
    title: 'What is held here',
    startsAt: new Date(startMs).toISOString(),
    grants: Object.fromEntries(
      holdings.map(({ videoId, policy, notBeforeMs }) => [
        videoId,
        { policy, ...(notBeforeMs === undefined ? {} : { notBefore: new Date(notBeforeMs).toISOString() }) },
      ]),
    ),
    // Offline, so that nothing is renewed in between that was not.
    steps: [...steps, offline, ...expectations],
  });
}

function pastOf(held: HeldLicense): { atMs: Ms; step: ScenarioStep }[] {
  const { videoId: video, issuedAtMs, firstPlayAtMs, policy, watchedSeconds } = held;
  const acquired = { atMs: issuedAtMs, step: { do: 'acquire' as const, video } };
  const watched = (untilMs: Ms, ms: Ms) => [
    { atMs: untilMs - ms, step: { do: 'watch' as const, video, viewing: 'main', for: durationText(ms) } },
    { atMs: untilMs, step: { do: 'stop' as const, video, viewing: 'main' } },
  ];
  if (firstPlayAtMs !== null) {
    const graceMs = Math.max(1, policy.play_start_grace_period_seconds) * SECOND_MS;
    return [acquired, ...watched(Math.max(firstPlayAtMs, issuedAtMs + graceMs), graceMs)];
  }
  if (watchedSeconds === 0) return [acquired];
  const ms = Math.round(watchedSeconds * SECOND_MS);
  return [acquired, ...watched(issuedAtMs + ms, ms)];
}
