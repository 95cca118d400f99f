import type { HeldLicense, Licenses } from '../license/types.ts';
import { Scenario, durationText } from '../shared/lab-scenario.ts';
import type { ScenarioStep } from '../shared/lab-scenario.ts';
import { inWords } from './expectation.ts';
import { keptOf } from './journal.ts';
import type { Happened, Journal, JournalEntry } from './journal.ts';
import { retell } from './retell.ts';
import { simulate } from './simulate.ts';

const AS_IT_HAPPENED = 'As it happened here, as far back as the journal of the lab goes.';

type Looked = Pick<Licenses, 'holdings' | 'verdict'>;

/**
 * What happened here as a scenario that ends in what the verdicts are now: as the journal has it or, of a license of which it does
 * not know all, and where a run of it would end in something else, as what is held tells it (licensed and first played when it was).
 */
export async function exportScenario(licenses: Looked, journal: Journal): Promise<Scenario> {
  const whole = told(licenses, journal, journal.entries());
  const { ok } = await simulate(whole);
  return ok ? whole : told(licenses, journal, []);
}

function told(licenses: Looked, journal: Journal, journaled: readonly JournalEntry[]): Scenario {
  const now = journal.read();
  const held = licenses.holdings();
  // Given to an identity that was lost: where others are not, no scenario of one computer has both.
  const isLost = held.length > 0 && held.every(({ isForeign }) => isForeign);
  const holdings = isLost ? held : held.filter(({ isForeign }) => !isForeign);
  const entries = explained(journaled, holdings);
  const { startMs, endMs, steps } = retell(entries, now);
  const at = durationText(endMs - startMs);
  const momentMs = () => startMs;
  const expectations = holdings.map(({ videoId }): ScenarioStep => {
    return { do: 'expect', video: videoId, at, verdict: inWords(licenses.verdict(videoId), { momentMs }) };
  });
  const end: ScenarioStep[] = isLost ? [{ do: 'lose-keychain', at }] : [];
  // A scenario has one step at least.
  if (steps.length + expectations.length === 0) end.push({ do: 'pass', at, for: '0s' });
  return Scenario.parse({
    version: 1,
    title: 'What is held here',
    description:
      journaled.length > 0
        ? AS_IT_HAPPENED
        : 'Licensed and first played when it was. What came before is left out.',
    startsAt: new Date(startMs).toISOString(),
    contact: 'steps',
    grants: Object.fromEntries(entries.flatMap(grantOf).reverse()),
    steps: [...steps, ...end, ...expectations],
  });
}

/** The first license of each video; what later ones granted is for steps to say. */
function grantOf(entry: JournalEntry): [string, object][] {
  if (entry.what !== 'kept') return [];
  const { videoId, policy, notBeforeMs } = entry;
  const starts = notBeforeMs === undefined ? {} : { notBefore: new Date(notBeforeMs).toISOString() };
  return [[videoId, { policy, ...starts }]];
}

/** The journal, without what it does not know from the first license on, and with what is held in the place of that. */
function explained(journaled: readonly JournalEntry[], holdings: HeldLicense[]): JournalEntry[] {
  const byVideo = Map.groupBy(journaled, (entry) => ('videoId' in entry ? entry.videoId : ''));
  const isTold = (videoId: string) => {
    const own = byVideo.get(videoId) ?? [];
    return (
      own[0]?.what === 'kept' &&
      isSame(
        own,
        holdings.find((held) => held.videoId === videoId),
      )
    );
  };
  const entries = journaled.filter((entry) => !('videoId' in entry) || isTold(entry.videoId));
  for (const held of holdings.filter(({ videoId }) => !isTold(videoId)))
    for (const entry of pastOf(held)) {
      const next = entries.findIndex(({ beforeMs }) => beforeMs > entry.trustedMs);
      entries.splice(next < 0 ? entries.length : next, 0, entry);
    }
  return entries;
}

/** Whether these end in what is held. */
function isSame(entries: readonly JournalEntry[], held: HeldLicense | undefined): boolean {
  const last = entries.at(-1);
  if (!held || last?.what === 'released') return !held && last?.what === 'released';
  const kept = entries.findLast((entry) => entry.what === 'kept');
  const first = entries.findLast((entry) => entry.what === 'watched' && entry.began);
  const isAfter = first && kept && entries.indexOf(first) > entries.indexOf(kept);
  const firstPlayAtMs = isAfter ? first.trustedMs : (kept?.firstPlayAtMs ?? null);
  return kept?.issuedAtMs === held.issuedAtMs && firstPlayAtMs === held.firstPlayAtMs;
}

function pastOf(held: HeldLicense): JournalEntry[] {
  const { videoId, issuedAtMs, firstPlayAtMs, policy, watchedSeconds, ended } = held;
  const entry = (atMs: number, happened: Happened): JournalEntry => {
    return { ...happened, beforeMs: atMs, trustedMs: atMs, wallMs: atMs, steadyMs: 0 };
  };
  const began = firstPlayAtMs !== null;
  const seconds = began ? policy.play_start_grace_period_seconds : watchedSeconds;
  return [
    entry(issuedAtMs, { ...keptOf({ ...held, firstPlayAtMs: null }) }),
    ...(began || seconds > 0
      ? [entry(firstPlayAtMs ?? issuedAtMs, { what: 'watched', videoId, seconds, began })]
      : []),
    ...(ended?.reason === 'revoked' ? [entry(ended.sinceMs, { what: 'taken-back', videoId })] : []),
  ];
}
