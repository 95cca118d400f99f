import { writeFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createLicenseWorld } from '../../testing/license-world.ts';
import { temporaryFolder } from '../../testing/temporary-folder.ts';
import type { Licenses } from '../license/types.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../shared/units.ts';
import { Scenario } from '../shared/lab-scenario.ts';
import { exportScenario } from './export-scenario.ts';
import { createJournal } from './journal.ts';
import type { Journal } from './journal.ts';
import { simulate } from './simulate.ts';
import { createStage } from './stage.ts';
import { createVirtualClock } from './virtual-clock.ts';
import type { VirtualClock } from './virtual-clock.ts';

/** An app with the lab, which can be closed and started again; what a real service does comes with `heard`. */
async function createApp() {
  const world = await createLicenseWorld();
  const folder = temporaryFolder();
  let clock: VirtualClock;
  let app: ReturnType<typeof world.open>;
  let journal: Journal;
  function start() {
    clock = createVirtualClock(world.clock);
    app = world.open(undefined, clock);
    app.licenses.purgeExpired();
    journal = createJournal({ folder, clock, licenses: app.licenses, time: app.time });
  }
  start();
  const of = {
    acquire: (video: string) => app.licenses.acquire(video, 'offline').then(() => undefined),
    renew: (video: string, firstPlay: 'kept' | 'cleared') =>
      app.licenses.renew(video, { firstPlay }).then(() => undefined),
    watched: (video: string, seconds: number, viewingId?: string) =>
      void app.licenses.recordWatched(
        video,
        seconds,
        viewingId ? { viewingId, durationSeconds: 6_000 } : undefined,
      ),
    stop: (video: string, viewingId: string) => app.licenses.endViewing(video, viewingId),
    rate(rate: number) {
      clock.setRate(rate);
      journal.rate(rate);
    },
    release: (video: string) => app.licenses.release(video),
    takeBack: (video: string) => app.licenses.takeBack(video),
    pass: (ms: number) => journal.during('passed', () => clock.step(ms)),
    sleep: (ms: number) => journal.during('slept', () => clock.suspend(ms)),
    set: (byMs: number) => journal.during('set', () => clock.setWall(clock.now() + byMs)),
    /** As by a check-in. */
    heard: () => app.time.observeServiceTime(world.clock.now()),
    truly: (ms: number) => world.clock.advance(ms),
    loseJournal() {
      writeFileSync(path.join(folder, 'lab-journal.json'), 'not JSON');
      of.restart();
    },
    restart() {
      app.time.close();
      start();
    },
  };
  return {
    ...of,
    world,
    journal: () => journal,
    licenses: (): Licenses => app.licenses,
    export: () => exportScenario(app.licenses, journal),
  };
}
type App = Awaited<ReturnType<typeof createApp>>;

const stories: Record<string, (app: App) => Promise<void>> = {
  async 'renewed twice, the first play kept and cleared'(app) {
    await app.acquire('v1');
    app.pass(DAY_MS);
    app.watched('v1', 2.0004);
    app.watched('v1', 3.1);
    app.truly(HOUR_MS);
    await app.renew('v1', 'kept');
    app.truly(HOUR_MS);
    await app.renew('v1', 'cleared');
    app.watched('v1', 9);
    app.pass(3 * DAY_MS);
  },
  async 'restarted after the lab’s clock had gone ahead'(app) {
    await app.acquire('v1');
    app.watched('v1', 5);
    app.pass(DAY_MS);
    app.restart();
  },
  async 'a clock that was far ahead, and a service that said so'(app) {
    await app.acquire('v1');
    app.set(40 * DAY_MS);
    app.truly(MINUTE_MS);
    app.heard();
    app.watched('v1', 6);
    app.pass(HOUR_MS);
  },
  async 'set back, asleep, set right'(app) {
    await app.acquire('v1');
    app.watched('v1', 6);
    app.set(-HOUR_MS);
    app.sleep(2 * HOUR_MS);
    app.set(HOUR_MS);
    app.pass(47 * HOUR_MS);
  },
  async 'taken back, and given again'(app) {
    await app.acquire('v1');
    await app.acquire('v2');
    app.truly(HOUR_MS);
    app.takeBack('v1');
    app.truly(HOUR_MS);
    await app.acquire('v1');
    app.takeBack('v2');
    app.pass(HOUR_MS);
  },
  async 'a viewing that goes on past the end, one that is over, and one that may not begin'(app) {
    await app.acquire('v1');
    app.watched('v1', 3, 'first');
    app.watched('v1', 3, 'first');
    app.stop('v1', 'first');
    app.pass(48 * HOUR_MS - 2 * HOUR_MS);
    for (let count = 0; count < 5; count++) {
      app.watched('v1', 1, 'late');
      app.pass(30 * MINUTE_MS);
    }
    app.watched('v1', 1, 'late');
    app.watched('v1', 1, 'too-late');
  },
  async 'a viewing within its grace, under way'(app) {
    await app.acquire('v1');
    app.watched('v1', 2, 'own');
    app.pass(MINUTE_MS);
    app.watched('v1', 2, 'own');
  },
  async 'a viewing since before first play, and a renewal of itself in it'(app) {
    await app.acquire('v1');
    app.watched('v1', 4, 'own');
    app.pass(40 * MINUTE_MS);
    app.watched('v1', 4, 'own');
    app.truly(HOUR_MS / 2);
    await app.renew('v1', 'kept');
    app.watched('v1', 4, 'own');
  },
  async 'a clock that went fast, and then right after a restart'(app) {
    await app.acquire('v1');
    app.rate(60);
    app.truly(HOUR_MS);
    app.watched('v1', 6);
    app.restart();
    app.rate(0);
    app.truly(HOUR_MS);
  },
  async 'given back, and nothing left'(app) {
    await app.acquire('v1');
    app.pass(HOUR_MS);
    await app.release('v1');
  },
};

it.each(Object.keys(stories))('%s: the export ends in the app’s verdicts, as it happened', async (story) => {
  const app = await createApp();
  await stories[story]?.(app);
  const scenario = await app.export();
  expect(scenario.description).toMatch(/^As it happened/);
  const { failures, expectations } = await simulate(scenario);
  expect(failures).toEqual([]);
  const { held, viewings } = app.licenses();
  expect(expectations).toBe(held().length + viewings().length);
});

it('tells what came before the last renewal, over a restart', async () => {
  const app = await createApp();
  await stories['renewed twice, the first play kept and cleared']?.(app);
  app.restart();
  expect((await app.export()).steps.map((step) => step.do)).toEqual(
    ['acquire', 'pass', 'watched', 'watched', 'stop', 'service-time', 'renew', 'renew', 'watched', 'stop', 'pass', 'set-clock', 'restart', 'expect'], // prettier-ignore
  );
});

it('tells viewings under way, each by its name, and not one that is over', async () => {
  const app = await createApp();
  await stories['a viewing that goes on past the end, one that is over, and one that may not begin']?.(app);
  expect(app.licenses().viewings()).toMatchObject([{ viewingId: 'late' }]);
  const scenario = await app.export();
  expect(scenario.grants.v1?.duration).toBe('1h 40m');
  // Told in its time, which was let pass in one go.
  expect(scenario.steps.map((step) => step.do)).not.toContain('check-in');
  const { steps } = scenario;
  const expected = steps.flatMap((step) =>
    step.do === 'expect' ? [[step.viewing, step.verdict.allowed]] : [],
  );
  expect(expected).toEqual([[undefined, false], ['late', true]]); // prettier-ignore
  const { changes } = await simulate(scenario);
  expect(changes.at(-1)).toMatchObject({ viewing: 'late', verdict: { allowed: true } });
  // Round trip: the same file, run again from its text.
  const again = await simulate(Scenario.parse(JSON.parse(JSON.stringify(scenario))));
  expect(again.changes).toEqual(changes);
});

it('tells how fast the clock went, and leaves the scenario in the lab at its last rate', async () => {
  const app = await createApp();
  await stories['a clock that went fast, and then right after a restart']?.(app);
  app.rate(3_600);
  const scenario = await app.export();
  const rates = scenario.steps.flatMap((step) => (step.do === 'rate' ? [step.rate] : []));
  expect(rates).toEqual([60, 1, 0, 3_600]);
  let realMs = 0;
  const stage = await createStage(scenario, temporaryFolder(), () => realMs);
  expect(stage.result).toEqual(await simulate(scenario));
  const { trustedMs, rate } = stage.state().clock;
  expect(rate).toBe(3_600);
  realMs += 10_000;
  await stage.goOn();
  await stage.goOn();
  expect(stage.state().clock.trustedMs).toBe(trustedMs + 10 * HOUR_MS);
  await stage.move({ do: 'rate', rate: 0 }, 0);
  realMs += 10_000;
  await stage.goOn();
  expect(stage.state().clock).toMatchObject({ trustedMs: trustedMs + 10 * HOUR_MS, rate: 0 });
  await stage.close();
});

it('begins with what is held where the journal is lost', async () => {
  const app = await createApp();
  await app.acquire('v1');
  app.truly(DAY_MS);
  app.loseJournal();
  app.watched('v1', 7);
  const scenario = await app.export();
  expect(scenario.steps.map((step) => step.do)).toEqual([
    'acquire',
    'restart',
    'watched',
    'stop',
    'watched',
    'expect',
    'expect',
  ]);
  expect((await simulate(scenario)).failures).toEqual([]);
});

it('keeps a journal of a hundred entries, and time that is let pass piece by piece as one', async () => {
  const app = await createApp();
  for (let count = 0; count < 120; count++) app.pass(MINUTE_MS);
  expect(app.journal().entries()).toHaveLength(2);
  for (let count = 0; count < 120; count++) app.set(MINUTE_MS);
  expect(app.journal().entries()).toHaveLength(100);
});

const video = fc.constantFrom('v1', 'v2');
const span = fc.integer({ min: 1, max: 40 * DAY_MS });
const event = fc.oneof(
  fc.record({ do: fc.constant('acquire' as const), video }),
  fc.record({ do: fc.constant('renew' as const), video, how: fc.constantFrom('kept' as const, 'cleared' as const) }), // prettier-ignore
  fc.record({ do: fc.constant('watched' as const), video, seconds: fc.double({ min: 0, max: 8, noNaN: true }), viewing: fc.constantFrom(undefined, 'a', 'b') }), // prettier-ignore
  fc.record({ do: fc.constantFrom('release' as const, 'takeBack' as const), video }),
  fc.record({ do: fc.constantFrom('pass' as const, 'sleep' as const, 'truly' as const), ms: span }),
  fc.record({ do: fc.constant('set' as const), ms: fc.integer({ min: -DAY_MS, max: DAY_MS }) }),
  fc.record({ do: fc.constantFrom('restart' as const, 'heard' as const) }),
);

it('whatever happened, an export holds', { timeout: 60_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(event, { maxLength: 14 }), async (events) => {
      const app = await createApp();
      for (const one of events) {
        if (one.do === 'renew') await app.renew(one.video, one.how).catch(() => undefined);
        else if (one.do === 'acquire') await app.acquire(one.video);
        else if (one.do === 'release') await app.release(one.video);
        else if (one.do === 'takeBack') app.takeBack(one.video);
        else if (one.do === 'watched') app.watched(one.video, one.seconds, one.viewing);
        else if ('ms' in one) app[one.do](one.ms);
        else app[one.do]();
      }
      const scenario = await app.export();
      expect((await simulate(scenario)).failures).toEqual([]);
    }),
    { numRuns: 5 },
  );
});
