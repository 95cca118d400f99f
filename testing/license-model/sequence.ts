import fc from 'fast-check';
import { isLayoverError } from '../../src/shared/errors.ts';
import { Model } from './model.ts';
import type { Backup, Viewer } from './model.ts';
import type { Terms } from './terms.ts';
import { createTruth } from './truth.ts';
import { VIDEO } from './stage.ts';
import type { FakeKeyring, Rows, Stage, StageWorld } from './stage.ts';

/** Random months of a traveler, done to the model and to the real stage, which must agree after every step. */

type Step =
  | { readonly do: 'pass' | 'sleep'; readonly ms: number }
  /** To the next moment at which something changes, and a little before or behind it. */
  | { readonly do: 'edge'; readonly ms: number }
  /** `lead`: of the machine's clock before true time. */
  | { readonly do: 'set-clock'; readonly lead: number }
  | { readonly do: 'watch'; readonly viewer: Viewer; readonly seconds: number }
  | { readonly do: 'stop'; readonly viewer: Viewer }
  | {
      readonly do:
        'acquire' | 'renew' | 'renew-by-itself' | 'release' | 'purge' | 'check-in' | 'revoke' | 'back-up';
    }
  /** `lead` null: nobody touched the clock meanwhile. `restored`: the last backup was put back. `reboots`: the machine, too. */
  | {
      readonly do: 'close' | 'kill';
      readonly awayMs: number;
      readonly lead: number | null;
      readonly restored: boolean;
      readonly reboots: boolean;
    };

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const span = fc.oneof(
  fc.integer({ min: 0, max: 40 * SECOND }),
  fc.integer({ min: 0, max: 12 }).map((minutes) => minutes * MINUTE),
  fc.integer({ min: 0, max: 400 }).map((minutes) => minutes * MINUTE),
  fc.integer({ min: 0, max: 40 * 1440 }).map((minutes) => minutes * MINUTE),
);
const lead = fc.oneof(
  fc.constant(0),
  fc.integer({ min: -6, max: 6 }).map((minutes) => minutes * MINUTE),
  fc.integer({ min: -500, max: 500 }).map((minutes) => minutes * MINUTE),
  fc.integer({ min: -40, max: 40 }).map((days) => days * 1440 * MINUTE),
);
const viewer = fc.constantFrom<Viewer>('a', 'a', 'b');
const only = <T extends string>(what: T) => fc.constant(what);

function stepOf(clockIsHonest: boolean): fc.Arbitrary<Step> {
  const away = fc.record({
    do: fc.constantFrom('close', 'kill'),
    awayMs: span,
    lead: clockIsHonest ? fc.constant(null) : fc.option(lead),
    restored: fc.constantFrom(false, false, true),
    reboots: fc.boolean(),
  });
  return fc.oneof(
    { weight: 3, arbitrary: fc.record({ do: only('pass'), ms: span }) },
    { weight: 4, arbitrary: fc.record({ do: only('edge'), ms: fc.constantFrom(-1, 0, 1) }) },
    { weight: 1, arbitrary: fc.record({ do: only('sleep'), ms: span }) },
    { weight: clockIsHonest ? 0 : 2, arbitrary: fc.record({ do: only('set-clock'), lead }) },
    {
      weight: 5,
      arbitrary: fc.record({ do: only('watch'), viewer, seconds: fc.constantFrom(0, 1, 3, 6, 900, 1800) }),
    },
    { weight: 1, arbitrary: fc.record({ do: only('stop'), viewer }) },
    {
      weight: 4,
      arbitrary: fc.record({
        do: fc.constantFrom(
          'renew',
          'renew-by-itself',
          'purge',
          'check-in',
          'check-in',
          'revoke',
          'back-up',
          'back-up',
          'acquire',
          'release',
        ),
      }),
    },
    { weight: 2, arbitrary: away },
  );
}

/** What steps alone come to once in many thousand sequences, and what people who mean it do. */
function storyOf(clockIsHonest: boolean): fc.Arbitrary<Step[]> {
  const watch = fc.record({ do: only('watch'), viewer, seconds: fc.constantFrom(6, 900, 1800) });
  const pass = fc.record({ do: only('pass'), ms: span });
  const edge = fc.record({ do: only('edge'), ms: fc.constantFrom(0, 1) });
  const does = (what: 'back-up' | 'check-in' | 'release' | 'renew' | 'revoke') =>
    fc.constant<Step>({ do: what });
  const restore = fc.record({
    do: fc.constantFrom('close', 'kill'),
    awayMs: fc.constant(0),
    lead: fc.constant(null),
    restored: fc.constant(true),
    reboots: fc.boolean(),
  });
  /** Played, put back and played again; what the service was told comes home. */
  const replay = fc.tuple(
    does('back-up'),
    watch,
    does('check-in'),
    pass,
    restore,
    watch,
    does('check-in'),
    edge,
  );
  /** Played to its end, put back, and played to its end. */
  const again = fc.tuple(
    does('back-up'),
    watch,
    fc.oneof(does('release'), does('renew'), pass),
    restore,
    watch,
    edge,
  );
  /** Played on until the rental or playback end is behind. */
  const finishing = fc.tuple(watch, edge, watch, pass, watch, edge);
  const purged = fc.tuple(watch, edge, fc.constant<Step>({ do: 'purge' }), watch);
  const set = fc.record({ do: only('set-clock'), lead });
  const right = fc.constant<Step>({ do: 'set-clock', lead: 0 });
  /** A clock that was mad while something was played, and what is left of that. */
  const mad = fc.tuple(set, watch, does('check-in'), right, edge, watch);
  /** The same, heard of days later, or heard of a clock that went mad after it. */
  const later = fc.tuple(set, watch, pass, does('check-in'));
  const before = fc.tuple(watch, set, pass, does('check-in'));
  const away = {
    do: only('close'),
    awayMs: span,
    restored: fc.constant(false),
    reboots: fc.constantFrom(false, false, true),
  };
  /** It was mad over a restart, and what was played then. */
  const over = fc.tuple(set, fc.record({ ...away, lead: fc.constant(null) }), watch, does('check-in'), edge, watch); // prettier-ignore
  /** Set while the app is closed: back, above all, by what has passed. */
  const closed = fc.tuple(watch, fc.record({ ...away, lead }), edge, watch);
  const asleep = fc.tuple(set, fc.record({ do: only('sleep'), ms: span }), edge, watch);
  /** Taken back, given anew or back, and an older folder. */
  const gives = fc.oneof(does('renew'), does('release'));
  const given = fc.tuple(does('back-up'), does('revoke'), pass, gives, restore, watch);
  const all: fc.Arbitrary<Step[]>[] = [replay, again, finishing, purged, given];
  return fc.oneof(...all, ...(clockIsHonest ? [] : [mad, later, before, asleep, over, closed]));
}

const limit = fc.oneof(
  fc.constant(0),
  fc.integer({ min: 1, max: 600 }).map((seconds) => seconds * SECOND),
  fc.integer({ min: 1, max: 300 }).map((minutes) => minutes * MINUTE),
  fc.integer({ min: 1, max: 30 }).map((days) => days * 1440 * MINUTE),
);
const terms: fc.Arbitrary<Terms> = fc.record({
  canRenew: fc.constantFrom(true, true, true, false),
  license: limit,
  rental: limit,
  playback: limit,
  renewalDelay: limit,
  renewalRecovery: limit,
  embargo: fc.oneof({ weight: 5, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: limit }),
  grace: fc.constantFrom(0, 1, 5, 1000),
  softRental: fc.boolean(),
  softPlayback: fc.boolean(),
  duration: fc.option(fc.integer({ min: 1, max: 150 }).map((minutes) => minutes * MINUTE)),
});

interface Sequence {
  readonly terms: Terms;
  readonly clockIsHonest: boolean;
  /** The host can keep a record outside the folder. */
  readonly hasKeyring: boolean;
  /** The system tells how long the machine slept. */
  readonly tellsSleep: boolean;
  /** And names each start of the machine. */
  readonly namesBoots: boolean;
  readonly steps: readonly Step[];
}
/** `clockIsHonest`: nobody touches it; then everything must be right by true time. */
export function sequencesOf(clockIsHonest: boolean): fc.Arbitrary<Sequence> {
  return fc.record({
    terms,
    clockIsHonest: fc.constant(clockIsHonest),
    hasKeyring: fc.boolean(),
    tellsSleep: fc.boolean(),
    namesBoots: fc.boolean(),
    steps: fc
      .array(
        fc.oneof(
          { weight: 12, arbitrary: stepOf(clockIsHonest).map((step) => [step]) },
          { weight: 1, arbitrary: storyOf(clockIsHonest) },
        ),
        { minLength: 1, maxLength: 12 },
      )
      .map((parts) => parts.flat()),
  });
}

const start = Date.UTC(2026, 0, 5, 12);
const empty: Rows = [];

/** Throws an error that says at which step the two parted. */
export async function run(
  world: StageWorld,
  { terms: agreed, clockIsHonest, hasKeyring, tellsSleep, namesBoots, steps }: Sequence,
): Promise<void> {
  world.put(empty);
  const model = new Model(agreed, start, { hasKeyring, tellsSleep, namesBoots });
  const keyring: FakeKeyring | null = hasKeyring ? { text: null } : null;
  const truth = createTruth(agreed);
  let stage = await world.start(model, keyring);
  let backup: { rows: Rows; model: Backup } | null = null;
  /** How much nobody here could have seen pass: what a clock that is set back can win at most. */
  const unseen = { ms: 0, isBound: true };
  /** How often the clock alone moved time: a set clock, a start, a sleep that nobody told of. */
  let leaps = 0;

  async function apply(step: Step): Promise<void> {
    const { licenses, time } = stage;
    switch (step.do) {
      case 'pass':
        return model.pass(step.ms);
      case 'edge': {
        const ahead = model.nextEdge();
        return model.pass(ahead === null ? 0 : Math.max(0, ahead + step.ms));
      }
      case 'sleep':
        if (!tellsSleep) {
          unseen.ms += step.ms;
          leaps += 1;
        }
        return model.sleep(step.ms);
      case 'set-clock':
        if (step.lead > 0) unseen.isBound = false;
        leaps += 1;
        return model.setClock(step.lead);
      case 'watch': {
        model.pass(step.seconds * SECOND);
        const { duration } = agreed;
        const viewing = {
          viewingId: step.viewer,
          durationSeconds: duration === null ? null : duration / SECOND,
        };
        licenses.recordWatched(VIDEO, step.seconds, viewing);
        return model.watch(step.viewer, step.seconds);
      }
      case 'stop':
        licenses.endViewing(VIDEO, step.viewer);
        return void model.viewings.delete(step.viewer);
      case 'acquire':
        await licenses.acquire(VIDEO, 'offline');
        truth.issued(idOf(stage), model.real, 'cleared');
        return model.issue(idOf(stage), 'cleared');
      case 'renew':
      case 'renew-by-itself': {
        const firstPlay = step.do === 'renew' ? 'cleared' : 'kept';
        const isRefused = model.held !== null && !agreed.canRenew;
        const refusal = await refusalOf(licenses.renew(VIDEO, { firstPlay }));
        same('renewal', refusal, isRefused ? 'license/not-allowed' : null);
        if (isRefused) return;
        truth.issued(idOf(stage), model.real, firstPlay);
        return model.issue(idOf(stage), model.held ? firstPlay : 'cleared');
      }
      case 'release':
        if (model.held) truth.gone(model.held);
        await licenses.release(VIDEO);
        return model.release();
      case 'purge':
        licenses.purgeExpired();
        return model.purge();
      case 'check-in': {
        // The model first: it is the service, too.
        model.checkIn();
        return stage.checkIn(false);
      }
      case 'revoke': {
        if (model.held) truth.gone(model.held);
        model.checkIn(true);
        return stage.checkIn(true);
      }
      case 'back-up':
        backup = { rows: world.rows(), model: model.backup() };
        return;
      case 'close':
      case 'kill': {
        const isKill = step.do === 'kill';
        await stage.outside.stop(isKill ? 'unsaid' : 'noted');
        if (!isKill) time.close();
        const put = step.restored ? backup : null;
        leaps += put || step.lead !== null ? Infinity : 1;
        if (put) world.put(put.rows);
        // Whoever asks how long the machine has been on has seen it, a kill included.
        const isSeen = tellsSleep && !step.reboots && !put;
        unseen.ms += isSeen ? 2 * SECOND : step.awayMs + (isKill ? 30 * SECOND : 0);
        // "a restore wins no time back where the keyring holds a record": but for what a kill kept out of it.
        if (put && isKill) unseen.ms += Math.min(model.unnoted, Number.MAX_SAFE_INTEGER);
        if ((put && !hasKeyring) || (step.lead ?? 0) > 0) unseen.isBound = false;
        model.restart(isKill, step, put?.model ?? null);
        stage = await world.start(model, keyring);
      }
    }
  }

  async function agree(step: Step, at: number): Promise<void> {
    const { licenses, time } = stage;
    const said = time.now();
    same('time', said, model.ask(said));
    // An honest clock is believed to the millisecond: then all that follows is by true time.
    if (clockIsHonest) same('true time', said, model.real);
    // A verdict alone does not tell what was taken back from what was given back: the one is held, the other asked for anew.
    const [holding] = licenses.holdings();
    same('held', holding?.licenseId ?? null, model.held?.licenseId ?? null);
    same('taken back', holding?.ended?.reason === 'revoked', model.held?.revoked ?? false);
    for (const asks of ['a', at % 2 ? 'b' : null] as const) {
      const expected = model.mayPlay(asks);
      const verdict = licenses.verdict(VIDEO, asks ?? undefined);
      same(`verdict for ${asks ?? 'nobody'}`, verdict.allowed, expected);
      if (verdict.allowed) same('first play', verdict.firstPlayAtMs, model.held?.first ?? null);
      for (const until of verdict.allowed ? [verdict.playableUntilMs, verdict.startByMs] : [])
        if (until !== null && until <= said) throw new Error(`promised until ${until}, and it is ${said}`);
    }
    // One error of the clock is laid at the right door: a first play is then as it really was.
    const { first = null, firstTruly = null } =
      step.do === 'check-in' && leaps <= 1 ? (model.held ?? {}) : {};
    if (first !== null && firstTruly !== null && Math.abs(first - firstTruly) > 5 * MINUTE)
      throw new Error(`first play ${first - firstTruly} ms off after the service was heard`);
    // Bytes are asked for by whoever watches, at an end above all, and after a start: opening a key is most of the cost.
    if (!['watch', 'edge', 'close', 'kill'].includes(step.do)) return;
    const expected = model.mayPlay('a');
    const key = await licenses.contentKey(VIDEO, 'a').catch((thrown: unknown) => {
      if (isLayoverError(thrown)) return null;
      throw thrown;
    });
    same(
      'key',
      key && Buffer.from(key).toString('hex'),
      expected ? Buffer.from(world.contentKey).toString('hex') : null,
    );
    const opened = key && licenses.holdings()[0];
    if (!opened) return;
    const end = truth.end(opened);
    if (end !== null && unseen.isBound && model.real >= end + unseen.ms + 5 * MINUTE)
      throw new Error(
        `a key ${model.real - end} ms behind the end, where only ${unseen.ms} ms were not seen`,
      );
    if (hasKeyring && truth.isGone(opened))
      throw new Error('a key of a license that was given or taken back');
  }

  const all: Step[] = [{ do: 'acquire' }, ...steps];
  for (const [at, step] of all.entries()) {
    try {
      await apply(step);
      await stage.outside.idle();
      if (model.held) truth.saw(model.held);
      await agree(step, at);
    } catch (cause) {
      const message = cause instanceof Error ? cause.message : String(cause);
      throw new Error(`step ${at} (${JSON.stringify(step)}): ${message}`, { cause });
    }
  }
}

function idOf({ licenses }: Stage): string {
  return licenses.holdings()[0]?.licenseId ?? '';
}

async function refusalOf(work: Promise<unknown>): Promise<string | null> {
  try {
    await work;
    return null;
  } catch (thrown) {
    if (isLayoverError(thrown)) return thrown.code;
    throw thrown;
  }
}

function same(what: string, found: unknown, expected: unknown): void {
  if (found !== expected)
    throw new Error(`${what}: ${String(found)}, and the model says ${String(expected)}`);
}
