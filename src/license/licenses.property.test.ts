import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { createFakeClock } from '../../testing/fake-clock.ts';
import type { FakeClock } from '../../testing/fake-clock.ts';
import { createLicenseIssuer } from '../../testing/license-issuer.ts';
import type { FakeLicenseService, LicenseIssuer } from '../../testing/license-issuer.ts';
import { openPlainDatabase } from '../../testing/plain-database.ts';
import { createRecordingLog } from '../../testing/recording-log.ts';
import { loadTestDevice } from '../../testing/test-device.ts';
import type { Database } from '../database/types.ts';
import { isLayoverError } from '../shared/errors.ts';
import type { Device } from './device.ts';
import { createLicenses, licenseMigrations } from './licenses.ts';
import { createTrustedTime } from './trusted-time.ts';
import type { PersistentTrustedTime } from './trusted-time.ts';
import type { Licenses } from './types.ts';

/**
 * Random days of a traveler, against a small model that shares no code with license/: minutes instead of
 * milliseconds, a list of deadlines instead of windows. Every clock move, restart and renewal is followed by
 * the same question to both.
 */
const v = 'v1';
const MINUTE = 60_000;
const origin = Date.UTC(2026, 0, 5, 12);

interface Terms {
  license: number;
  rental: number;
  playback: number;
  grace: number;
  softPlayback: boolean;
  softRental: boolean;
}

class Model {
  readonly terms: Terms;
  /** Minutes since the origin: what time it is known to be at least, and what the machine's clock says. */
  known = 0;
  wall = 0;
  /** What the service found the machine's clock to lack, while that still counts. */
  lacks = 0;
  held: { issued: number; first?: number; watched: number; dead: boolean } | undefined;
  viewing: { since: number; last: number } | undefined;

  constructor(terms: Terms) {
    this.terms = terms;
  }

  look(): void {
    const trusted = [this.wall, this.wall + this.lacks].filter((reading) => reading >= this.known - 5);
    if (trusted.length === 0) return;
    const least = Math.min(...trusted);
    if (least === this.wall) this.lacks = 0;
    this.known = Math.max(this.known, least);
  }
  get behind(): boolean {
    return this.wall < this.known - 5 && this.wall + this.lacks < this.known - 5;
  }
  hearService(real: number): void {
    this.look();
    if (real > this.known || real < this.known - 5) this.known = real;
    this.lacks = real - this.wall;
    this.look();
  }
  passedDeadline(): boolean {
    const { held, terms } = this;
    if (!held) return false;
    if (held.dead) return true;
    const deadlines: number[] = [];
    if (terms.license) deadlines.push(held.issued + terms.license);
    const live = this.viewing && this.known - this.viewing.last <= 60 ? this.viewing : undefined;
    /** A gentle end waits for whoever had begun before it. */
    const goesOn = (gentle: boolean, end: number) => gentle && live !== undefined && live.since < end;
    const startBy = held.issued + terms.rental;
    if (terms.rental && held.first === undefined && !goesOn(terms.softRental, startBy))
      deadlines.push(startBy);
    if (terms.rental && held.first !== undefined && !terms.softRental) deadlines.push(startBy);
    if (terms.playback && held.first !== undefined) {
      const end = held.first + terms.playback;
      if (!goesOn(terms.softPlayback, end)) deadlines.push(end);
    }
    return deadlines.some((deadline) => this.known >= deadline);
  }
  mayPlay(): boolean {
    this.look();
    const { held, terms } = this;
    if (!held || this.passedDeadline()) return false;
    const timed =
      terms.license || terms.playback || (terms.rental && (held.first === undefined || !terms.softRental));
    if (!timed) return true;
    return !this.behind && this.known >= Math.max(held.issued, held.first ?? 0) - 5;
  }
  grant(real: number): void {
    this.held = { issued: real, watched: 0, dead: false };
    // A license says when it was issued, and not that this is now.
    this.look();
    this.known = Math.max(this.known, real);
  }
  watch(seconds: number): void {
    if (!this.mayPlay() || !this.held || seconds === 0) return;
    const goesOn = this.viewing && this.known - this.viewing.last <= 60;
    this.viewing = { since: goesOn ? this.viewing!.since : this.known, last: this.known };
    if (this.held.first !== undefined) return;
    this.held.watched += seconds;
    if (this.held.watched >= this.terms.grace) this.held.first = this.known;
  }
}

interface World {
  clock: FakeClock;
  database: Database;
  service: FakeLicenseService;
  time: PersistentTrustedTime;
  licenses: Licenses;
  /** True time, which the machine's clock need not show. */
  real: number;
}

let device: Device;
let issuer: LicenseIssuer;
beforeAll(async () => {
  device = await loadTestDevice();
  issuer = await createLicenseIssuer();
});

function start(world: Omit<World, 'time' | 'licenses'>): World {
  const log = createRecordingLog();
  const { database, service } = world;
  const time = createTrustedTime({ database, clock: world.clock, log });
  const licenseKeys = () => issuer.publicKeys;
  const accountId = () => 'account-1';
  return {
    ...world,
    time,
    licenses: createLicenses({ database, device, service, licenseKeys, accountId, trustedTime: time, log }),
  };
}

type Step =
  | { do: 'pass' | 'set-clock' | 'sleep'; minutes: number }
  | { do: 'watch'; seconds: number }
  | { do: 'acquire' | 'renew' | 'hear' | 'restart' | 'stop-viewing' | 'purge' | 'release' };

const minutes = fc.oneof(fc.integer({ min: 0, max: 12 }), fc.integer({ min: 0, max: 400 }));
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('pass' as const), minutes }) },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('watch' as const), seconds: fc.integer({ min: 0, max: 6 }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('set-clock' as const),
      minutes: fc.integer({ min: -500, max: 500 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('sleep' as const), minutes }) },
  {
    weight: 4,
    arbitrary: fc
      .constantFrom('acquire', 'renew', 'hear', 'restart', 'stop-viewing', 'purge', 'release')
      .map((what) => ({ do: what })),
  },
);
const limit = fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 300 }));
const terms: fc.Arbitrary<Terms> = fc.record({
  license: limit,
  rental: limit,
  playback: limit,
  grace: fc.constantFrom(0, 1, 5),
  softPlayback: fc.boolean(),
  softRental: fc.boolean(),
});

async function apply(step: Step, world: World, model: Model): Promise<World> {
  const { licenses, clock, time } = world;
  switch (step.do) {
    case 'pass':
      clock.advance(step.minutes * MINUTE);
      world.real += step.minutes;
      model.known += step.minutes;
      model.wall += step.minutes;
      break;
    case 'sleep':
      // The monotonic clock stands still while a machine sleeps.
      clock.setWall(clock.now() + step.minutes * MINUTE);
      world.real += step.minutes;
      model.wall += step.minutes;
      break;
    case 'set-clock':
      model.wall = world.real + step.minutes;
      clock.setWall(origin + model.wall * MINUTE);
      break;
    case 'watch':
      licenses.recordWatched(v, step.seconds, { viewingId: 'window', durationSeconds: null });
      model.watch(step.seconds);
      break;
    case 'acquire':
      await licenses.acquire(v, 'offline');
      model.grant(world.real);
      break;
    case 'renew':
      await licenses.renew(v);
      model.grant(world.real);
      break;
    case 'hear':
      time.observeServiceTime(origin + world.real * MINUTE);
      model.hearService(world.real);
      break;
    case 'restart': {
      time.close();
      model.look();
      const restarted = createFakeClock(clock.now());
      model.viewing = undefined;
      model.lacks = 0;
      return start({ ...world, clock: restarted });
    }
    case 'stop-viewing':
      licenses.endViewing(v);
      model.viewing = undefined;
      break;
    case 'purge':
      licenses.purgeExpired();
      model.look();
      if (model.held) model.held.dead = model.passedDeadline();
      break;
    case 'release':
      await licenses.release(v);
      model.held = undefined;
      model.viewing = undefined;
      break;
  }
  return world;
}

async function agree(world: World, model: Model): Promise<void> {
  const expected = model.mayPlay();
  const verdict = world.licenses.verdict(v, 'window');
  expect(verdict.allowed).toBe(expected);
  const key = await world.licenses.contentKey(v, 'window').catch((thrown: unknown) => {
    if (isLayoverError(thrown)) return null;
    throw thrown;
  });
  expect(key).toEqual(expected ? issuer.contentKeyOf(v) : null);
  if (verdict.allowed) {
    const first = model.held?.first;
    expect(verdict.firstPlayAtMs).toBe(first === undefined ? null : origin + first * MINUTE);
    // Whatever is promised lies ahead.
    for (const until of [verdict.playableUntilMs, verdict.startByMs])
      if (until !== null) expect(until).toBeGreaterThan(world.time.now());
  }
}

test('engine and model agree on every day', async () => {
  await fc.assert(
    fc.asyncProperty(terms, fc.array(step, { minLength: 1, maxLength: 30 }), async (terms, steps) => {
      const database = openPlainDatabase(licenseMigrations);
      const model = new Model({ ...terms });
      let world: World | undefined;
      const service = issuer.service(device, () => origin + (world?.real ?? 0) * MINUTE);
      service.policy = {
        license_duration_seconds: terms.license * 60,
        rental_duration_seconds: terms.rental * 60,
        playback_duration_seconds: terms.playback * 60,
        play_start_grace_period_seconds: terms.grace,
        soft_enforce_playback_duration: terms.softPlayback,
        soft_enforce_rental_duration: terms.softRental,
      };
      world = start({ clock: createFakeClock(origin), database, service, real: 0 });
      try {
        for (const next of steps) {
          world = await apply(next, world, model);
          await agree(world, model);
        }
      } finally {
        database.close();
      }
    }),
    { numRuns: 300 },
  );
}, 120_000);
