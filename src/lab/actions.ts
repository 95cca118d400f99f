import { asLayoverError } from '../shared/errors.ts';
import { parseDuration } from '../shared/lab-scenario.ts';
import type { Action, ActionName, ScenarioStep } from '../shared/lab-scenario.ts';
import { SECOND_MS } from '../shared/units.ts';
import type { Ms } from '../shared/units.ts';
import { differences } from './expectation.ts';
import type { Run } from './run.ts';

/** The player's own: how often it tells what was watched. */
const TICK_MS: Ms = 5 * SECOND_MS;

/** What an action gives is what was wrong, if anything. */
type Perform<Name extends ActionName> = (
  run: Run,
  action: Action<Name>,
) => Promise<string | void> | string | void;

const ms = (duration: string): Ms => parseDuration(duration) ?? 0;
const keyOf = (action: { video: string; viewing: string }) => JSON.stringify([action.video, action.viewing]);

const performers: { readonly [Name in ActionName]: Perform<Name> } = {
  acquire: (run, { video, fails }) => failing(fails, () => run.app.licenses.acquire(video, 'offline')),
  renew: (run, { video, fails, firstPlay }) =>
    failing(fails, () => run.app.licenses.renew(video, { firstPlay })),
  async release(run, { video }) {
    for (const [key, { videoId }] of run.viewings) if (videoId === video) run.viewings.delete(key);
    await run.app.licenses.release(video);
  },
  watch,
  watched: (run, action) => void tick(run, action, ms(action.for)),
  async pause(run, action) {
    tick(run, action, 0);
    await run.advance(ms(action.for));
  },
  seek: (run, action) => void tick(run, action, 0),
  stop(run, action) {
    run.viewings.delete(keyOf(action));
    run.app.licenses.endViewing(action.video, action.viewing);
  },
  pass: (run, action) => run.advance(ms(action.for)),
  sleep: (run, action) => run.advance(ms(action.for), 'asleep'),
  'set-clock'(run, { to, by }) {
    if ((to === undefined) === (by === undefined)) return 'set-clock wants either "to" or "by"';
    run.clock.setWall(to === undefined ? run.clock.now() + ms(by ?? '0s') : run.momentMs(to));
  },
  'clock-rate'(run, { rate }) {
    run.wallRate = rate;
  },
  rate(run, { rate }) {
    run.rate = rate;
  },
  restart: (run, { off, reboots }) => reopened(run, 'in-order', () => run.advance(ms(off)), reboots),
  kill: (run, { off, reboots }) => reopened(run, 'killed', () => run.advance(ms(off)), reboots),
  'lose-keychain': (run) => reopened(run, 'in-order', () => run.app.loseKeychain()),
  backup: (run, { name }) => reopened(run, 'in-order', () => run.app.backUp(name)),
  restore: (run, { name }) => reopened(run, 'in-order', () => run.app.restore(name)),
  'move-to-another-computer': (run) => reopened(run, 'in-order', () => run.app.moveToAnotherComputer()),
  offline(run) {
    run.service.isOnline = false;
  },
  online(run) {
    run.service.isOnline = true;
  },
  'service-time'(run, { wrongBy }) {
    run.service.wrongByMs = ms(wrongBy);
  },
  'refuse-renewals'(run, { refuse }) {
    run.service.refusesRenewals = refuse;
  },
  revoke: (run, { video, lifted }) => void run.service.revoked[lifted ? 'delete' : 'add'](video),
  'check-in': (run) => run.contact('step'),
  'set-policy'(run, { video, policy }) {
    run.service.offer(video).policy = policy;
  },
  async expect(run, { video, viewing, verdict: expected }) {
    const actual = run.app.licenses.verdict(video, viewing);
    const wrong = differences(expected, actual, run);
    const key = await run.app.licenses.contentKey(video, viewing).catch(() => null);
    const opens = key !== null && Buffer.compare(key, run.service.contentKeyOf(video)) === 0;
    if (opens !== actual.allowed)
      wrong.push(`the content key ${opens ? 'opens' : 'does not open'}, against the verdict`);
    return wrong.join('\n');
  },
  'expect-released'(run, { count }) {
    const { length } = run.service.released;
    if (length !== count) return `released: expected ${count}, was ${length}`;
  },
};

/** Performs one step. Gives what was wrong, or an empty text. */
export async function perform(run: Run, step: ScenarioStep): Promise<string> {
  const performer = performers[step.do] as (run: Run, action: ScenarioStep) => Promise<string | void>;
  return (await performer(run, step)) ?? '';
}

/** Plays on as the player does: told every few seconds, and over as soon as a tick or a segment is refused. */
async function watch(run: Run, action: Action<'watch'>): Promise<void> {
  let leftMs = ms(action.for);
  tick(run, action, 0);
  while (leftMs > 0 && run.app.licenses.verdict(action.video, action.viewing).allowed) {
    const partMs = Math.min(leftMs, TICK_MS);
    await run.advance(partMs);
    leftMs -= partMs;
    if (!tick(run, action, partMs)) break;
  }
  await run.advance(leftMs);
}

function tick(run: Run, { video, viewing }: { video: string; viewing: string }, watchedMs: Ms): boolean {
  const { licenses, time } = run.app;
  const told = { viewingId: viewing, durationSeconds: run.durationMs(video) / SECOND_MS };
  const { allowed } = licenses.recordWatched(video, watchedMs / SECOND_MS, told);
  const key = keyOf({ video, viewing });
  if (!allowed) {
    run.viewings.delete(key);
    licenses.endViewing(video, viewing);
  } else if (watchedMs > 0) {
    run.viewings.set(key, { videoId: video, viewingId: viewing, lastWatchedMs: time.now() });
  }
  run.observe('step');
  return allowed;
}

async function reopened(
  run: Run,
  how: 'in-order' | 'killed',
  meanwhile: () => unknown,
  reboots = true,
): Promise<void> {
  await run.app.close(how);
  run.isRunning = false;
  run.viewings.clear();
  await meanwhile();
  if (reboots) run.reboot();
  await run.app.open();
  run.isRunning = true;
}

async function failing(code: string | undefined, work: () => Promise<unknown>): Promise<string> {
  try {
    await work();
    return code === undefined ? '' : `expected to fail with ${code}, and was done`;
  } catch (thrown) {
    const error = asLayoverError(thrown);
    if (error.code === 'internal') throw thrown;
    return error.code === code ? '' : `expected ${code ?? 'to be done'}, failed with ${error.code}`;
  }
}
