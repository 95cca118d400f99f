import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { DownloadView } from '../../src/shared/downloads.ts';
import { ErrorValue } from '../../src/shared/errors.ts';
import { ScenarioResult } from '../../src/shared/lab-scenario.ts';
import { TripRenewal, TripReport } from '../../src/shared/trip.ts';
import { DAY_MS } from '../../src/shared/units.ts';
import type { Ms } from '../../src/shared/units.ts';
import { operate } from '../../testing/operator.ts';
import type { LayoverRun } from './processes.ts';
import type { createReport } from './report.ts';

const TRIP_MS: Ms = 5 * DAY_MS;
const SCENARIO = 'src/lab/scenarios/playback-hard.json';

const Downloads = z.object({ downloads: z.array(DownloadView) });
const Checked = TripReport.extend({ renewal: TripRenewal.nullable() });
const CheckedIn = z.object({ checkedIn: z.literal(true) });
const Played = z.object({ frames: z.int(), stored: z.string() });
const Failed = z.object({ error: ErrorValue });

/** What these steps find: the service is there, and `videoId` was renewed and begun at `nowMs`. */
interface Found {
  readonly apiUrl: string;
  readonly dataDir: string;
  /** Where the downloads lie. */
  readonly drive: string;
  readonly titleId: string;
  readonly videoId: string;
  readonly nowMs: Ms;
  /** Runs a command at that time; `ask` also throws what it reported when it failed. */
  run(...args: string[]): LayoverRun;
  ask<T>(answer: z.ZodType<T>, ...args: string[]): Promise<T>;
}

/** Licenses as a traveler plans by them, an operator takes them back, and a tester proves them. */
export async function licenseSteps(
  report: ReturnType<typeof createReport>,
  found: () => Found,
): Promise<void> {
  await report.step('check and renew for a trip', async () => {
    const { ask, nowMs, videoId } = found();
    const trip = ['trip', '--from', 'now', '--to', new Date(nowMs + TRIP_MS).toISOString()];
    const before = await ask(Checked, ...trip);
    const begun = before.items.find((item) => item.videoId === videoId);
    // Begun, it is to be finished within 48 hours: the trip is longer.
    if (begun?.remedy !== 'renew' || begun.plays !== 'part') throw new Error(JSON.stringify(before));
    const { renewal } = await ask(Checked, ...trip, '--renew');
    if (!renewal?.renewed.includes(begun.downloadId)) throw new Error(JSON.stringify(renewal));
    const after = await ask(Checked, ...trip);
    const lacking = after.items.filter(({ plays }) => plays !== 'whole');
    if (after.items.length === 0 || lacking.length > 0) throw new Error(JSON.stringify(lacking));
    return `before: ${begun.why}; ${renewal.renewed.length} renewed; now ${after.items.length} play for 5 days`;
  });

  await report.step('take the title back', async () => {
    const { drive, run, videoId, titleId } = found();
    const stored = await sealedIn(drive);
    await operate(found(), 'revocations', { which: { titleId }, reason: 'the journey' });
    await found().ask(CheckedIn, 'status');
    const { verdict } = await downloadOf(found());
    if (verdict.allowed || verdict.reason !== 'revoked') throw new Error(JSON.stringify(verdict));
    const { code, answer } = await run('play', videoId, '--verify').ended;
    const { error } = Failed.parse(answer);
    if (code !== 1 || error.code !== 'license/revoked') throw new Error(JSON.stringify(answer));
    await unchanged(found(), stored);
    return `${error.code} after one contact; ${stored.length} sealed files are as they were`;
  });
  await report.step('give the title back', async () => {
    const { ask, drive, videoId, titleId } = found();
    const stored = await sealedIn(drive);
    await operate(found(), 'revocations/lift', { which: { titleId }, reason: 'the journey' });
    // Not by the viewer's hand: whoever speaks with the service hears of it, and what is stored is licensed anew.
    await ask(CheckedIn, 'sync');
    const { verdict } = await downloadOf(found());
    if (!verdict.allowed) throw new Error(JSON.stringify(verdict));
    const played = await ask(Played, 'play', videoId, '--verify', '--seconds', '2');
    if (played.frames === 0 || played.stored !== 'all') throw new Error(JSON.stringify(played));
    await unchanged(found(), stored);
    return `licensed anew; ${played.frames} frames; ${stored.length} sealed files are as they were`;
  });
  await report.step('simulate a scenario', async () => {
    const result = await found().ask(ScenarioResult, 'license', 'simulate', SCENARIO);
    if (!result.ok || result.expectations === 0) throw new Error(JSON.stringify(result.failures));
    return `${path.basename(SCENARIO)}: ${result.expectations} expectations hold, ${result.changes.length} changes of verdict`;
  });
}

async function downloadOf({ ask, videoId }: Found): Promise<DownloadView> {
  const { downloads } = await ask(Downloads, 'downloads');
  const view = downloads.find((one) => one.videoId === videoId);
  if (view?.state !== 'completed') throw new Error(`the download is ${view?.state ?? 'gone'}`);
  return view;
}

/** Every sealed file with its size and when it was last written: the disk's word, not the app's. */
async function sealedIn(folder: string): Promise<string[]> {
  const names = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.sealed'));
  if (names.length === 0) throw new Error(`nothing is stored in ${folder}`);
  return Promise.all(
    names.toSorted().map(async (name) => {
      const { size, mtimeMs } = await stat(path.join(folder, name));
      return `${name} ${size} ${mtimeMs}`;
    }),
  );
}

async function unchanged({ drive }: Found, before: readonly string[]): Promise<void> {
  const now = await sealedIn(drive);
  if (now.join('\n') !== before.join('\n')) throw new Error(`${before.join()} became ${now.join()}`);
}
