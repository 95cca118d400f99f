import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import type { HeldLicense, Licenses, TrustedTime } from '../license/types.ts';
import { Id } from '../shared/catalog.ts';
import { LicensePolicy } from '../shared/license.ts';
import type { Ms } from '../shared/units.ts';
import type { VirtualClock } from './virtual-clock.ts';

const video = { videoId: Id };
const Happened = z.discriminatedUnion('what', [
  /** The app started, on whatever the machine's clock said then. */
  z.object({ what: z.literal('started') }),
  /** Another license, or new windows; `firstPlayAtMs`: null where it was cleared. */
  z.object({
    what: z.literal('kept'),
    ...video,
    issuedAtMs: z.int(),
    policy: LicensePolicy,
    notBeforeMs: z.int().optional(),
    firstPlayAtMs: z.int().nullable(),
  }),
  /** Told by the player within the grace period, up to first play. */
  z.object({
    what: z.literal('watched'),
    ...video,
    viewingId: Id.default('main'),
    seconds: z.number().nonnegative(),
    began: z.boolean(),
  }),
  /** Still under way, as at this moment; no journal holds it. */
  z.object({ what: z.literal('viewing'), ...video, viewingId: Id }),
  z.object({ what: z.enum(['released', 'taken-back']), ...video }),
  /** Moves of the lab's clock, and a service whose time is wrong. */
  z.object({ what: z.enum(['passed', 'slept', 'set', 'heard']) }),
  /** The lab's clock goes so fast from here on; after a start, 1. */
  z.object({ what: z.literal('rate'), rate: z.number().nonnegative() }),
]);
export type Happened = z.infer<typeof Happened>;

/** What the clocks said: trusted time before and after, the machine's clock, and what time really passed in this run. */
const Read = z.object({ beforeMs: z.int(), trustedMs: z.int(), wallMs: z.int(), steadyMs: z.number() });
export const JournalEntry = z.intersection(Happened, Read);
export type JournalEntry = z.infer<typeof JournalEntry>;

/** So many make a scenario that is not too long; the oldest go first. */
const MOST_ENTRIES = 100;

export interface Journal {
  entries(): readonly JournalEntry[];
  /** What the clocks say now. */
  read(): z.infer<typeof Read>;
  /** How fast the lab's clock goes from here on. */
  rate(rate: number): void;
  /** Does it, and writes it down. */
  during(what: 'passed' | 'slept' | 'set' | 'heard', act: () => void): void;
}

/** lab-journal.json in the user folder: what happened to licenses here, over restarts. One that cannot be read begins anew. */
export function createJournal(from: {
  folder: string;
  clock: VirtualClock;
  licenses: Pick<Licenses, 'holdings' | 'onChange'>;
  time: TrustedTime;
}): Journal {
  const { clock, licenses, time } = from;
  const file = path.join(from.folder, 'lab-journal.json');
  let entries = readEntries(file);
  /** By video, what was held when last looked at: tells what was watched, and a license from one for streaming. */
  const known = new Map<string, HeldLicense>();
  for (const held of licenses.holdings()) known.set(held.videoId, held);

  function read(beforeMs?: Ms): z.infer<typeof Read> {
    const trustedMs = time.now();
    const steadyMs = clock.monotonic() + (clock.slept?.() ?? 0);
    return { beforeMs: beforeMs ?? trustedMs, trustedMs, wallMs: clock.now(), steadyMs };
  }
  function note(happened: Happened, beforeMs?: Ms): void {
    const entry = { ...happened, ...read(beforeMs) };
    const last = entries.at(-1);
    // A tester who steps minute by minute has let an hour pass.
    const isMore = happened.what === 'passed' && last?.what === 'passed' && last.trustedMs <= entry.beforeMs;
    entries = isMore
      ? [...entries.slice(0, -1), { ...entry, beforeMs: last.beforeMs }]
      : [...entries, entry].slice(-MOST_ENTRIES);
    mkdirSync(from.folder, { recursive: true });
    writeFileSync(file, JSON.stringify(entries), { mode: 0o600 });
  }

  licenses.onChange((videoId, what, viewingId = 'main') => {
    const held = licenses.holdings().find((one) => one.videoId === videoId);
    const before = known.get(videoId);
    if (held) known.set(videoId, held);
    else known.delete(videoId);
    if (what === 'released' || what === 'taken-back') return note({ what, videoId });
    if (!held) return;
    if (what === 'kept') {
      if (before?.issuedAtMs !== held.issuedAtMs || before.licenseId !== held.licenseId) note(keptOf(held));
      return;
    }
    const seconds = Math.max(0, held.watchedSeconds - (before?.watchedSeconds ?? 0));
    note({ what: 'watched', videoId, viewingId, seconds, began: what === 'first-play' });
  });
  note({ what: 'started' });
  return {
    entries: () => entries,
    read: () => read(),
    rate: (rate) => note({ what: 'rate', rate }),
    during(what, act) {
      const beforeMs = time.now();
      act();
      note({ what }, beforeMs);
    },
  };
}

export function keptOf({ videoId, issuedAtMs, policy, notBeforeMs, firstPlayAtMs }: HeldLicense): Happened {
  const starts = notBeforeMs === undefined ? {} : { notBeforeMs };
  return { what: 'kept', videoId, issuedAtMs, policy, ...starts, firstPlayAtMs };
}

function readEntries(file: string): JournalEntry[] {
  try {
    return z.array(JournalEntry).parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return [];
  }
}
