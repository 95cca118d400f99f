import { oc } from '@orpc/contract';
import type { ContractRouterClient } from '@orpc/contract';
import { z } from 'zod';
import { Id } from './catalog.ts';
import { ErrorValue } from './errors.ts';
import { Scenario, ScenarioResult } from './lab-scenario.ts';
import { LicensePolicy, Verdict, VerdictLimit } from './license.ts';

/** The lab's part of the contract: mounted under `--qa` only, and in no release build. */
const procedure = oc.errors({ LAYOVER: { status: 400, data: ErrorValue } });

export const LabFaults = z.object({
  offline: z.boolean(),
  /** The service answers renewals, and requests for licenses, with a refusal. */
  renewalsRefused: z.boolean(),
  /** What the service says of the time, as if it had signed it; 0: it is right. */
  serviceTimeWrongByMs: z.int(),
  /** From the next start on: nothing opens that was sealed before. */
  keychainLost: z.boolean(),
  /** The charger is pulled out. */
  onBattery: z.boolean(),
});
export type LabFaults = z.infer<typeof LabFaults>;

/** From when to when a window is open; null: it is not known when it ends, or it never does. */
export const LabWindow = z.object({
  limit: VerdictLimit.exclude(['none']),
  fromMs: z.int(),
  untilMs: z.int(),
});

export const LabGrant = z.object({
  videoId: Id,
  licenseId: z.string(),
  issuedAtMs: z.int(),
  notBeforeMs: z.int().nullable(),
  policy: LicensePolicy,
  firstPlayAtMs: z.int().nullable(),
  watchedSeconds: z.number(),
  windows: z.array(LabWindow),
  /** What the verdict will be from each moment on until the next, if nothing is done; the first is the issue. */
  outlook: z.array(z.object({ fromMs: z.int(), verdict: Verdict })),
  /** Now, by trusted time and a clock that may be behind. */
  verdict: Verdict,
});
export type LabGrant = z.infer<typeof LabGrant>;

const LabClock = z.object({
  /** The machine's clock, as the lab has it. */
  wallMs: z.int(),
  /** What the license stage takes the time for: never less than its floor. */
  trustedMs: z.int(),
  isBehind: z.boolean(),
  rate: z.number().nonnegative(),
});
/** An imported scenario's own licenses, on its own clock, which moves when the lab's is moved. */
export const LabScenario = z.object({ title: z.string(), clock: LabClock, grants: z.array(LabGrant) });
export type LabScenario = z.infer<typeof LabScenario>;

export const LabState = z.object({
  clock: LabClock,
  faults: LabFaults,
  grants: z.array(LabGrant),
  scenario: LabScenario.nullable(),
});
export type LabState = z.infer<typeof LabState>;

const longest = 100 * 365 * 86_400_000;
export const ClockMove = z.discriminatedUnion('do', [
  /** Time passes. */
  z.object({ do: z.literal('step'), ms: z.int().nonnegative().max(longest) }),
  /** Somebody sets the clock. */
  z.object({ do: z.literal('set'), wallMs: z.int().nonnegative().max(longest) }),
  /** The machine sleeps. */
  z.object({ do: z.literal('sleep'), ms: z.int().nonnegative().max(longest) }),
  /** 0: it stands still. */
  z.object({ do: z.literal('rate'), rate: z.number().min(0).max(100_000) }),
]);
export type ClockMove = z.infer<typeof ClockMove>;

export const labContract = {
  lab: {
    state: procedure.output(LabState),
    clock: procedure.input(ClockMove).output(LabState),
    faults: procedure.input(LabFaults.partial()).output(LabState),
    /** As the service does it at a check-in. */
    revoke: procedure.input(z.object({ videoId: Id })).output(LabState),
    /** What the license stage would say at that time, if nothing were done until then. */
    verdictAt: procedure
      .input(
        z.object({
          videoId: Id,
          atMs: z.int().nonnegative(),
          of: z.enum(['app', 'scenario']).default('app'),
        }),
      )
      .output(Verdict),
    /** What happened here as a scenario that ends now; run once, so that it holds. */
    exportScenario: procedure.output(Scenario),
    /** Runs it as `layover license simulate` does, and leaves its licenses in the state as its last step left them. */
    importScenario: procedure.input(Scenario).output(ScenarioResult),
    putAway: procedure.output(LabState),
  },
};
export type LabClient = ContractRouterClient<typeof labContract>;
