import type { HeldLicense, Licenses } from '../license/types.ts';
import type { ViewingUnderWay } from '../license/viewings.ts';
import { Scenario, durationText } from '../shared/lab-scenario.ts';
import type { ScenarioStep } from '../shared/lab-scenario.ts';
import { MINUTE_MS } from '../shared/units.ts';
import type { Ms } from '../shared/units.ts';
import { inWords } from './expectation.ts';
import { keptOf } from './journal.ts';
import type { Happened, Journal, JournalEntry } from './journal.ts';
import { retell } from './retell.ts';
import { simulate } from './simulate.ts';

const AS_IT_HAPPENED = 'As it happened here, as far back as the journal of the lab goes.';

type Looked = Pick<Licenses, 'holdings' | 'verdict' | 'viewings'>;

/** Told so often a viewing goes on: after an hour of silence it is over. */
const TOLD_EVERY_MS: Ms = 50 * MINUTE_MS;

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
  const isHeld = (videoId: string) => holdings.some((held) => held.videoId === videoId);
  const viewings = licenses.viewings().filter(({ videoId }) => isHeld(videoId));
  const entries = merged(explained(journaled, holdings), viewings.flatMap(momentsOf));
  const { startMs, endMs, steps } = retell(entries, now);
  const at = durationText(endMs - startMs);
  const momentMs = () => startMs;
  const expectation = (video: string, viewing?: string): ScenarioStep => {
    const verdict = inWords(licenses.verdict(video, viewing), { momentMs });
    return { do: 'expect', video, ...(viewing === undefined ? {} : { viewing }), at, verdict };
  };
  const expectations = [
    ...holdings.map(({ videoId }) => expectation(videoId)),
    ...viewings.map(({ videoId, viewingId }) => expectation(videoId, viewingId)),
  ];
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
    grants: Object.fromEntries(entries.flatMap((entry) => grantOf(entry, viewings)).reverse()),
    steps: [...steps, ...end, ...expectations],
  });
}

/** The first license of each video; what later ones granted is for steps to say. */
function grantOf(entry: JournalEntry, viewings: readonly ViewingUnderWay[]): [string, object][] {
  if (entry.what !== 'kept') return [];
  const { videoId, policy, notBeforeMs } = entry;
  const starts = notBeforeMs === undefined ? {} : { notBefore: new Date(notBeforeMs).toISOString() };
  const durationMs = viewings.find((viewing) => viewing.videoId === videoId)?.durationMs;
  const lasts = durationMs == null ? {} : { duration: durationText(durationMs) };
  return [[videoId, { policy, ...starts, ...lasts }]];
}

/** When a viewing that is under way was told of, at least. */
function momentsOf({ videoId, viewingId, sinceMs, lastMs }: ViewingUnderWay): JournalEntry[] {
  const count = Math.ceil((lastMs - sinceMs) / TOLD_EVERY_MS);
  const moments = Array.from({ length: count }, (_, index) => sinceMs + index * TOLD_EVERY_MS);
  return [...moments, lastMs].map((atMs) => entryAt(atMs, { what: 'viewing', videoId, viewingId }));
}

/** Each of `more` behind all that was no later, in the midst of time that was let pass. */
function merged(entries: readonly JournalEntry[], more: readonly JournalEntry[]): JournalEntry[] {
  const all = [...entries];
  for (const entry of more) {
    const atMs = entry.trustedMs;
    const next = all.findLastIndex(({ trustedMs }) => trustedMs <= atMs) + 1;
    const around = all[next];
    const isAmid = (around?.what === 'passed' || around?.what === 'slept') && around.beforeMs < atMs;
    if (!isAmid) all.splice(next, 0, entry);
    else {
      const leftMs = around.trustedMs - atMs;
      const first = {
        ...around,
        trustedMs: atMs,
        wallMs: around.wallMs - leftMs,
        steadyMs: around.steadyMs - leftMs,
      };
      all.splice(next, 1, first, entry, { ...around, beforeMs: atMs });
    }
  }
  return all;
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

function entryAt(atMs: Ms, happened: Happened): JournalEntry {
  return { ...happened, beforeMs: atMs, trustedMs: atMs, wallMs: atMs, steadyMs: 0 };
}

function pastOf(held: HeldLicense): JournalEntry[] {
  const { videoId, issuedAtMs, firstPlayAtMs, policy, watchedSeconds, ended } = held;
  const entry = entryAt;
  const began = firstPlayAtMs !== null;
  const seconds = began ? policy.play_start_grace_period_seconds : watchedSeconds;
  return [
    entry(issuedAtMs, { ...keptOf({ ...held, firstPlayAtMs: null }) }),
    ...(began || seconds > 0
      ? [entry(firstPlayAtMs ?? issuedAtMs, { what: 'watched', videoId, viewingId: 'main', seconds, began })]
      : []),
    ...(ended?.reason === 'revoked' ? [entry(ended.sinceMs, { what: 'taken-back', videoId })] : []),
  ];
}
