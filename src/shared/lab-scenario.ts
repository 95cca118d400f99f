import { z } from 'zod';
import { Id } from './catalog.ts';
import { errorCodes } from './errors.ts';
import { LicensePolicy, RefusalReason, Verdict, VerdictLimit } from './license.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from './units.ts';
import type { Ms } from './units.ts';

/**
 * A scenario of the license lab: what is licensed, what happens when, and what the verdict must be. Documented
 * in docs/license-scenarios.md. No release build holds this file.
 */

const units: Record<string, Ms> = { d: DAY_MS, h: HOUR_MS, m: MINUTE_MS, s: SECOND_MS, ms: 1 };
const DURATION = /^(-?)((?:\d+(?:ms|[dhms])(?: (?!$)|$))+)$/;

/** "30d", "1d 8h", "59m 59s 999ms", "-2d": in ms, or null where the text is none. */
export function parseDuration(text: string): Ms | null {
  const parts = DURATION.exec(text);
  if (!parts) return null;
  const ms = (parts[2] ?? '').split(' ').reduce((sum, part) => {
    const [, count, unit] = /^(\d+)(\w+)$/.exec(part) ?? [];
    return sum + Number(count) * (units[unit ?? ''] ?? 0);
  }, 0);
  return Number.isSafeInteger(ms) ? (parts[1] ? -ms || 0 : ms) : null;
}

/** The same text again, in its shortest form. */
export function durationText(ms: Ms): string {
  let left = Math.abs(Math.round(ms));
  const parts = Object.entries(units).flatMap(([unit, size]) => {
    const count = Math.floor(left / size);
    left -= count * size;
    return count > 0 ? [`${count}${unit}`] : [];
  });
  return parts.length === 0 ? '0s' : `${ms < 0 ? '-' : ''}${parts.join(' ')}`;
}

const AnyDuration = z.string().refine((text) => parseDuration(text) !== null, {
  error: 'not a duration: write it as 30d, 1d 8h, 59m 59s 999ms or -2d',
});
const Duration = AnyDuration.refine((text) => !text.startsWith('-'), { error: 'no time before zero' });
/** Since the scenario's start by true time ("30d"), or a date and time with its zone. */
const Moment = z.union([Duration, z.iso.datetime({ offset: true })]);

/** What must be as it says; what is not named may be anything. */
export const ExpectedVerdict = z.strictObject({
  allowed: z.boolean(),
  reason: RefusalReason.optional(),
  since: Moment.nullable().optional(),
  startsAt: Moment.optional(),
  limitedBy: VerdictLimit.optional(),
  startBy: Moment.nullable().optional(),
  playableUntil: Moment.nullable().optional(),
  finishWithin: Duration.nullable().optional(),
  firstPlayAt: Moment.nullable().optional(),
  canRenew: z.boolean().optional(),
});
export type ExpectedVerdict = z.infer<typeof ExpectedVerdict>;

const video = Id.default('film');
const viewing = Id.default('main');
/** The code of the error with which it must fail; without: it must not. */
const fails = z.enum(errorCodes).optional();
const name = z.string().min(1).max(60);
/** The machine as well; else it stayed on, which tells how much time passed. */
const reboots = z.boolean().default(true);

const actions = {
  // The viewer's.
  acquire: { video, fails },
  renew: { video, fails, firstPlay: z.enum(['cleared', 'kept']).default('cleared') },
  release: { video },
  watch: { video, viewing, for: Duration },
  pause: { video, viewing, for: Duration.default('0s') },
  seek: { video, viewing },
  stop: { video, viewing },
  /** What the player tells, while no time passes. */
  watched: { video, viewing, for: Duration },
  // The machine's.
  pass: { for: Duration },
  sleep: { for: Duration },
  'set-clock': { to: Moment.optional(), by: AnyDuration.optional() },
  'clock-rate': { rate: z.number().min(0).max(100) },
  /** How fast all time goes for whoever looks on: a run waits for nothing, a scenario that was left in the lab goes on so. */
  rate: { rate: z.number().min(0).max(100_000) },
  restart: { off: Duration.default('0s'), reboots },
  kill: { off: Duration.default('0s'), reboots },
  'lose-keychain': {},
  backup: { name: name.default('backup') },
  restore: { name: name.default('backup') },
  'move-to-another-computer': {},
  // The network's and the service's.
  offline: {},
  online: {},
  'service-time': { wrongBy: AnyDuration },
  'refuse-renewals': { refuse: z.boolean().default(true) },
  revoke: { video, lifted: z.boolean().default(false) },
  'check-in': {},
  'set-policy': { video, policy: LicensePolicy.partial() },
  // What must be.
  expect: { video, viewing: Id.optional(), verdict: ExpectedVerdict },
  'expect-released': { count: z.int().nonnegative() },
} as const;

type Shapes = typeof actions;
export type ActionName = keyof Shapes;
export const actionNames = Object.keys(actions) as ActionName[];

const common = {
  /** When, by true time since the start; without: at once. */
  at: Duration.optional(),
  note: z.string().max(200).optional(),
};
function action<Name extends ActionName>(name: Name) {
  return z.strictObject({ do: z.literal(name), ...common, ...actions[name] });
}
export type Action<Name extends ActionName> = z.infer<ReturnType<typeof action<Name>>>;

export const ScenarioStep = z.discriminatedUnion('do', [
  action('acquire'), action('renew'), action('release'), action('watch'), action('watched'), action('check-in'), action('pause'), action('seek'),
  action('stop'), action('pass'), action('sleep'), action('set-clock'), action('clock-rate'), action('rate'), action('restart'),
  action('kill'), action('lose-keychain'), action('backup'), action('restore'),
  action('move-to-another-computer'), action('offline'), action('online'), action('service-time'),
  action('refuse-renewals'), action('revoke'), action('set-policy'), action('expect'), action('expect-released'),
]); // prettier-ignore
export type ScenarioStep = z.infer<typeof ScenarioStep>;

export const Scenario = z
  .strictObject({
    version: z.literal(1),
    title: z.string().min(1).max(120),
    /** What is shown by it, in a sentence or two. */
    description: z.string().max(1000).default(''),
    startsAt: z.iso.datetime({ offset: true }).default('2026-01-05T12:00:00Z'),
    /** Whether the machine has a keyring that can hold a record outside the user folder. */
    keyring: z.boolean().default(true),
    /** When the service is heard: whenever it can be reached, or only where a step says so. */
    contact: z.enum(['always', 'steps']).default('always'),
    /** By video: what the service grants for it. Fields that are not named are those of the usual download. */
    grants: z
      .record(
        Id,
        z.strictObject({
          policy: LicensePolicy.partial().default({}),
          notBefore: Moment.optional(),
          /** How long the video lasts. */
          duration: Duration.default('1h 30m'),
        }),
      )
      .default({ film: { policy: {}, duration: '1h 30m' } }),
    steps: z.array(ScenarioStep).min(1).max(500),
  })
  .superRefine(({ grants, steps }, context) => {
    for (const [index, step] of steps.entries())
      if ('video' in step && !Object.hasOwn(grants, step.video))
        context.addIssue({
          code: 'custom',
          path: ['steps', index, 'video'],
          message: `no grant for ${step.video}`,
        });
  });
export type Scenario = z.infer<typeof Scenario>;

/** A change of what may be played, as a run of a scenario tells it. */
export const VerdictChange = z.object({
  /** True time since the start, as a duration. */
  at: z.string(),
  atMs: z.int(),
  /** What the engine takes the time for. */
  trustedMs: z.int(),
  video: Id,
  /** The viewing for which it is so; null: for whoever would begin to play. */
  viewing: Id.nullable(),
  /** Time passed, the service was heard, or the step that brought it about, counted from 1. */
  cause: z.union([z.enum(['time', 'service']), z.object({ step: z.int().positive(), do: z.string() })]),
  verdict: Verdict,
});
export type VerdictChange = z.infer<typeof VerdictChange>;

export const ScenarioFailure = z.object({
  step: z.int().positive(),
  at: z.string(),
  /** Line by line: what was expected and what was. */
  message: z.string(),
});
export type ScenarioFailure = z.infer<typeof ScenarioFailure>;

export const ScenarioResult = z.object({
  ok: z.boolean(),
  title: z.string(),
  expectations: z.int().nonnegative(),
  changes: z.array(VerdictChange),
  failures: z.array(ScenarioFailure),
});
export type ScenarioResult = z.infer<typeof ScenarioResult>;
