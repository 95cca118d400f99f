/**
 * What docs/licensing.md says, once more, from its text and from nothing of src/license: one video, its license and
 * a clock. Everything is in milliseconds. True time is the model's alone; the client sees the machine's clock.
 */

import type { Terms } from './terms.ts';

const MINUTE = 60_000;
/** "up to 5 minutes behind the floor: nothing" */
const TOLERANCE = 5 * MINUTE;
/** "ends … after an hour without a tick" */
const GAP = 60 * MINUTE;
/** "kept on disk (at least every 30 s while it is asked for)" */
const KEPT_EVERY = 30_000;
/** "less two seconds" */
const GRAIN = 2_000;

export type Viewer = 'a' | 'b';

interface Held {
  readonly licenseId: string;
  readonly issued: number;
  first: number | null;
  /** When that really was. */
  firstTruly: number | null;
  /** "when the clock had already made its largest step" */
  firstLeap: number;
  watched: number;
  dead: boolean;
  revoked: boolean;
}
interface Issue {
  readonly licenseId: string;
  readonly issued: number;
}
/** "floor, first plays, and what was given back or taken back", in a place that no older folder brings back. */
interface Keyring {
  readonly floor: number;
  readonly on: On;
  /** True time. */
  readonly at: number;
  readonly firsts: (Issue & { first: number; firstTruly: number | null })[];
  readonly held: Issue | null;
  readonly gone: (Issue & { revoked: boolean })[];
}

/** For how long the machine has been on, and since which of its starts. */
interface On {
  readonly boot: number;
  readonly for: number;
}

export interface Backup {
  readonly held: Held | null;
  readonly kept: number | null;
  readonly keptOn: On;
  readonly keptLeap: number;
}

export class Model {
  readonly terms: Terms;
  /** True time, the machine's clock, and its monotonic clock (which stands while it sleeps). */
  real: number;
  wall: number;
  monotonic = 0;
  /** Since the start, where the system tells. */
  slept = 0;
  /** The machine's own count, where the system tells. */
  on: On = { boot: 1, for: 0 };
  held: Held | null = null;
  readonly viewings = new Map<Viewer, { since: number; last: number }>();
  /** First plays that the service was told of. */
  private readonly told = new Map<string, { licenseId: string; issued: number; first: number }>();
  /** No earlier than this, as far as anybody can know here. */
  private known: number;
  /** Of it, what a kill cannot take. */
  private kept: number | null = null;
  private keptAt = -Infinity;
  private keptOn: On = this.on;
  /** "the largest step that the clock alone made since the service's word" */
  private leap = 0;
  private keptLeap = 0;
  /** What the service found the machine's clock to lack. */
  private lacks = 0;
  /** Between which values `known` must lie after a kill: the paper does not say which. */
  private doubt: { least: number; most: number } | null = null;

  /** Where the host has one. */
  private readonly hasKeyring: boolean;
  private keyring: Keyring | null = null;

  /** And with it, how long the machine has been on. */
  readonly tellsSleep: boolean;
  /** One start of the machine has another name than the next. */
  private readonly namesBoots: boolean;

  constructor(
    terms: Terms,
    now: number,
    host: { hasKeyring: boolean; tellsSleep: boolean; namesBoots: boolean },
  ) {
    const { hasKeyring, tellsSleep, namesBoots } = host;
    this.tellsSleep = tellsSleep;
    this.namesBoots = namesBoots;
    this.terms = terms;
    this.hasKeyring = hasKeyring;
    this.real = now;
    this.wall = now;
    this.known = now;
  }

  // --- time ---------------------------------------------------------------------------------------------

  private readings(): number[] {
    return [this.wall, this.wall + this.lacks].filter((reading) => reading >= this.known - TOLERANCE);
  }
  private look(): void {
    const readings = this.readings();
    if (readings.length === 0) return;
    const least = Math.min(...readings);
    if (least === this.wall) this.lacks = 0;
    if (least - this.known > TOLERANCE) this.leap = Math.max(this.leap, least - this.known);
    this.known = Math.max(this.known, least);
  }
  private keep(): void {
    this.look();
    this.kept = this.known;
    this.keptLeap = this.leap;
    this.keptAt = this.monotonic + this.slept;
    this.keptOn = this.on;
  }
  private passes(ms: number): void {
    this.real += ms;
    this.on = { ...this.on, for: this.on.for + ms };
  }
  /** "what the machine was on meanwhile" */
  private since(on: On): number {
    if (!this.tellsSleep || on.boot !== this.on.boot) return 0;
    return Math.max(0, this.on.for - on.for - GRAIN);
  }
  get isBehind(): boolean {
    return this.readings().length === 0;
  }
  /** What the client should take the time to be; within what the paper leaves open, what it says counts. */
  ask(said: number): number {
    if (this.doubt) {
      const { least, most } = this.doubt;
      this.known = Math.min(Math.max(said, least), most);
      this.doubt = null;
    }
    if (this.monotonic + this.slept - this.keptAt >= KEPT_EVERY) this.keep();
    this.look();
    return this.known;
  }
  pass(ms: number): void {
    this.passes(ms);
    this.wall += ms;
    this.monotonic += ms;
    this.known += ms;
  }
  sleep(ms: number): void {
    this.passes(ms);
    this.wall += ms;
    if (!this.tellsSleep) return;
    this.slept += ms;
    this.known += ms;
  }
  setClock(lead: number): void {
    this.wall = this.real + lead;
  }
  /** Ends and starts again; `isKill`: with no time for a last word. */
  restart(
    isKill: boolean,
    { awayMs, lead, reboots }: { awayMs: number; lead: number | null; reboots: boolean },
    backup: Backup | null,
  ): void {
    if (!isKill) {
      this.keep();
      this.note();
    }
    const { known: lastKnown, on: lastOn } = this;
    this.passes(awayMs);
    // It was off for the first half.
    if (reboots) this.on = { boot: this.on.boot + (this.namesBoots ? 1 : 0), for: Math.floor(awayMs / 2) };
    this.wall = lead === null ? this.wall + awayMs : this.real + lead;
    if (backup) {
      this.held = backup.held && { ...backup.held };
      this.kept = backup.kept;
      this.keptLeap = backup.keptLeap;
      this.keptOn = backup.keptOn;
    }
    const kept = this.kept === null ? null : this.kept + this.since(this.keptOn);
    const last = lastKnown + this.since(lastOn);
    const least = Math.max(kept ?? 0, this.wall);
    const step = this.wall - (kept ?? this.wall);
    this.leap = step > TOLERANCE ? Math.max(this.keptLeap, step) : this.keptLeap;
    this.doubt = { least, most: backup || !isKill ? least : Math.max(last, this.wall) };
    this.known = least;
    this.viewings.clear();
    this.lacks = 0;
    this.monotonic = 0;
    this.slept = 0;
    this.keptAt = -Infinity;
    this.recall(this.doubt);
  }
  /** "written after each first play, renewal, release and check-in and at the end" */
  private note(): void {
    if (!this.hasKeyring) return;
    const { held, keyring: before } = this;
    this.ask(this.known);
    const firsts = [...(before?.firsts ?? [])];
    if (held?.first != null) firsts.push({ ...held, first: held.first });
    const gone = [...(before?.gone ?? [])];
    if (before?.held && before.held.licenseId !== held?.licenseId)
      gone.push({ ...before.held, revoked: false });
    if (held?.revoked) gone.push({ ...held });
    this.keyring = {
      floor: this.known,
      on: this.on,
      at: this.real,
      firsts,
      held: held && { ...held },
      // "until the service gives it anew"
      gone: gone.filter((one) => !held || held.revoked || !isSinceOf(held, one)),
    };
  }
  private recall(doubt: { least: number; most: number } | null): void {
    const { keyring, held } = this;
    if (!keyring) return;
    const floor = keyring.floor + this.since(keyring.on);
    if (doubt) {
      const { least, most } = doubt;
      this.doubt = { least: Math.max(least, floor), most: Math.max(most, floor) };
    }
    this.known = Math.max(this.known, floor);
    if (!held) return;
    // The last word: taken back and then given back is given back, as it was before the older folder.
    const gone = keyring.gone.filter((one) => isSinceOf(one, held)).at(-1);
    if (gone && !held.revoked) {
      if (gone.revoked) Object.assign(held, { dead: true, revoked: true });
      else this.held = null;
    }
    for (const { first, firstTruly } of keyring.firsts.filter((one) => isSinceOf(one, held)))
      if (held.first === null || first < held.first) Object.assign(held, { first, firstTruly });
  }
  /** How much true time an older folder and a kill make the keyring forget. */
  get unnoted(): number {
    return this.keyring ? this.real - this.keyring.at : Infinity;
  }
  backup(): Backup {
    const { held, kept, keptLeap, keptOn } = this;
    return { held: held && { ...held }, kept, keptLeap, keptOn };
  }

  // --- what may be played -------------------------------------------------------------------------------

  /** When play ends for whoever asks, as things stand. */
  private deadlines(viewer: Viewer | null): number[] {
    const { held, terms, known } = this;
    if (!held) return [];
    const { issued, first } = held;
    const viewing = viewer === null ? undefined : this.viewings.get(viewer);
    const isLive = viewing !== undefined && known - viewing.last <= GAP;
    /** "a viewing that began before the end may finish", for no longer than the video lasts. */
    const gentle = (isGentle: boolean, end: number): number => {
      if (!isGentle || !isLive || viewing.since >= end || known < end) return end;
      return terms.duration === null ? Infinity : end + terms.duration;
    };
    const ends: number[] = [];
    if (terms.license) ends.push(issued + terms.license);
    if (terms.canRenew && terms.renewalDelay && terms.renewalRecovery)
      ends.push(issued + terms.renewalDelay + terms.renewalRecovery);
    if (terms.rental && first === null) ends.push(gentle(terms.softRental, issued + terms.rental));
    if (terms.rental && first !== null && !terms.softRental) ends.push(issued + terms.rental);
    if (terms.playback && first !== null) ends.push(gentle(terms.softPlayback, first + terms.playback));
    return ends.filter((end) => end !== Infinity);
  }
  mayPlay(viewer: Viewer | null): boolean {
    this.look();
    const { held, terms, known } = this;
    if (!held || held.dead) return false;
    const ends = this.deadlines(viewer);
    if (ends.some((end) => known >= end)) return false;
    if (terms.embargo && known < held.issued + terms.embargo) return false;
    if (ends.length === 0 && !terms.playback) return true;
    return !this.isBehind && known >= Math.max(held.issued, held.first ?? 0) - TOLERANCE;
  }
  /** The next moment at which something changes; null: never. */
  nextEdge(): number | null {
    const { held, terms, known } = this;
    if (!held) return null;
    const starts = terms.embargo ? [held.issued + terms.embargo] : [];
    const ahead = [...starts, ...this.deadlines(null), ...this.deadlines('a')].filter((at) => at > known);
    return ahead.length === 0 ? null : Math.min(...ahead) - known;
  }

  // --- what happens -------------------------------------------------------------------------------------

  /** A license comes. `firstPlay`: whether the one before it goes on. */
  issue(licenseId: string, firstPlay: 'cleared' | 'kept'): void {
    const before = firstPlay === 'kept' ? this.held : null;
    this.held = {
      licenseId,
      issued: this.real,
      first: before?.first ?? null,
      firstTruly: before?.firstTruly ?? null,
      firstLeap: before?.firstLeap ?? 0,
      watched: before?.watched ?? 0,
      dead: false,
      revoked: false,
    };
    this.look();
    // "it is not earlier than that"
    if (this.real > this.known) {
      this.known = this.real;
      this.keep();
    }
    this.note();
  }
  watch(viewer: Viewer, seconds: number): void {
    if (!this.mayPlay(viewer) || !this.held || seconds === 0) return;
    const before = this.viewings.get(viewer);
    const goesOn = before !== undefined && this.known - before.last <= GAP;
    this.viewings.set(viewer, { since: goesOn ? before.since : this.known, last: this.known });
    if (this.held.first !== null) return;
    this.held.watched += seconds;
    if (this.held.watched < this.terms.grace) return;
    this.held.first = this.known;
    this.held.firstTruly = this.real;
    this.held.firstLeap = this.leap;
    this.keep();
    this.note();
  }
  purge(): void {
    this.look();
    const { held } = this;
    if (!held || held.dead) return;
    const isOver = this.deadlines(null).some((end) => this.known >= end);
    const finishes = [...this.viewings.keys()].some(
      (viewer) => this.known - (this.viewings.get(viewer)?.last ?? 0) <= GAP && this.mayPlay(viewer),
    );
    held.dead = isOver && !finishes;
  }
  release(): void {
    const isHeld = this.held !== null;
    this.held = null;
    this.viewings.clear();
    if (isHeld) this.note();
  }
  /** What the device tells, and the service's word on it: `revokes`, that it takes the license back. */
  checkIn(revokes = false): void {
    this.meet(revokes);
    this.note();
  }
  private meet(revokes: boolean): void {
    this.look();
    const { held, real } = this;
    if (held?.first != null) {
      const { licenseId, issued, first } = held;
      const key = `${licenseId} ${issued}`;
      this.told.set(key, {
        licenseId,
        issued,
        first: Math.min(first, real, this.told.get(key)?.first ?? Infinity),
      });
    }
    const error = real - this.known;
    const isPoisoned = error < -TOLERANCE;
    if (error > 0 || isPoisoned) this.known = real;
    this.lacks = real - this.wall;
    const { leap } = this;
    this.leap = 0;
    this.keep();
    if (!held) return;
    const isAfterLeap = isPoisoned && leap > 0 && held.firstLeap >= leap;
    held.firstLeap = 0;
    const known = this.toldOf(held.licenseId).filter(({ issued }) => issued >= held.issued);
    const own =
      held.first !== null && (isAfterLeap || held.first > real + TOLERANCE)
        ? Math.min(held.first + (isPoisoned ? error : 0), real)
        : held.first;
    const firsts = [...known.map(({ first }) => first), ...(own === null ? [] : [own])];
    if (firsts.length > 0) held.first = Math.min(...firsts);
    if (revokes) Object.assign(held, { dead: true, revoked: true });
  }
  /** What the service knows of a license. */
  toldOf(licenseId: string): { licenseId: string; issued: number; first: number }[] {
    return [...this.told.values()].filter((one) => one.licenseId === licenseId);
  }
}

/** The same license, issued then or later: what is known of it counts. */
function isSinceOf(one: Issue, held: Issue): boolean {
  return one.licenseId === held.licenseId && one.issued >= held.issued;
}
