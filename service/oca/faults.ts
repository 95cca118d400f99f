import { z } from 'zod';

/** How an OCA can be told to misbehave, so that clients can be tested against what servers really do. */
export const Fault = z.discriminatedUnion('kind', [
  /** Waits before it answers. */
  z.object({ kind: z.literal('latency'), ms: z.int().nonnegative().max(600_000) }),
  /** A cap on all answers together that the rule matches. */
  z.object({ kind: z.literal('bandwidth'), bytesPerSecond: z.int().positive() }),
  z.object({
    kind: z.literal('status'),
    code: z.int().min(400).max(599),
    retryAfterSeconds: z.int().nonnegative().optional(),
  }),
  /** Promises everything and closes the connection after so many bytes of the body. */
  z.object({ kind: z.literal('truncate'), afterBytes: z.int().nonnegative() }),
  /** Whole body, of the length that the file has, and then so many bytes more. No length is stated. */
  z.object({ kind: z.literal('excess'), bytes: z.int().positive().max(1_000_000) }),
  /** Another file than it should be: so many bytes of its end are missing, and the headers agree. */
  z.object({ kind: z.literal('wrong-length'), missingBytes: z.int().positive() }),
  /** Flips a bit of one byte in the middle of the body: only a digest notices. */
  z.object({ kind: z.literal('corrupt') }),
  /** Accepts the request and then says nothing more, before the headers or after half of the body. */
  z.object({ kind: z.literal('hang'), where: z.enum(['before', 'body']) }),
  /** TCP reset; absent: at once. */
  z.object({ kind: z.literal('reset'), afterBytes: z.int().nonnegative().optional() }),
  /** Sends the client to the same address, for ever. */
  z.object({ kind: z.literal('redirect') }),
  /** Calls every address expired, as an OCA does whose clock is ahead. */
  z.object({ kind: z.literal('expired') }),
  /** What a hotel's sign-in page does: 200, and HTML. */
  z.object({ kind: z.literal('html') }),
]);
export type Fault = z.infer<typeof Fault>;

export const FaultRule = z.object({
  /** A regular expression on the OCA-relative path; absent: every path. */
  match: z.string().refine(isRegExp, { message: 'is not a regular expression' }).optional(),
  /** How many requests it strikes; absent: all. */
  times: z.int().positive().optional(),
  fault: Fault,
});
export type FaultRule = z.infer<typeof FaultRule>;

/** Body and answer of /control/faults. PUT replaces all rules. */
export const FaultRules = z.object({ rules: z.array(FaultRule).max(100) });
export type FaultRules = z.infer<typeof FaultRules>;

/** Resolves after a time; rejects once the signal aborts. */
export type Sleep = (ms: number, signal: AbortSignal) => Promise<void>;

/** What strikes one request: every matching rule that is not used up, in order. */
export interface Strike {
  readonly latencyMs: number;
  readonly caps: readonly RateCap[];
  /** The first matching fault that decides the answer. */
  readonly decisive: Exclude<Fault, { kind: 'latency' | 'bandwidth' }> | undefined;
  readonly kinds: readonly Fault['kind'][];
}

export const noStrike: Strike = { latencyMs: 0, caps: [], decisive: undefined, kinds: [] };

export interface FaultBook {
  /** Caps of the rules before hold nothing back any more, answers under way included. */
  replace(rules: FaultRules): void;
  /** The rules as they stand, `times` counted down, those used up gone. */
  list(): FaultRules;
  strike(path: string): Strike;
}

export function createFaultBook(): FaultBook {
  let entries: { rule: FaultRule; pattern: RegExp; left: number; cap: LiftableCap | undefined }[] = [];
  return {
    replace({ rules }) {
      for (const { cap } of entries) cap?.lift();
      entries = rules.map((rule) => ({
        rule,
        pattern: new RegExp(rule.match ?? ''),
        left: rule.times ?? Infinity,
        cap: rule.fault.kind === 'bandwidth' ? createRateCap(rule.fault.bytesPerSecond) : undefined,
      }));
    },
    list() {
      const rules = entries
        .filter(({ left }) => left > 0)
        .map(({ rule, left }) => (left === Infinity ? rule : { ...rule, times: left }));
      return { rules };
    },
    strike(path) {
      const struck = entries.filter(({ pattern, left }) => left > 0 && pattern.test(path));
      for (const entry of struck) entry.left -= 1;
      const faults = struck.map(({ rule }) => rule.fault);
      return {
        latencyMs: faults.reduce((sum, fault) => sum + (fault.kind === 'latency' ? fault.ms : 0), 0),
        caps: struck.flatMap(({ cap }) => (cap ? [cap] : [])),
        decisive: faults.find((fault) => fault.kind !== 'latency' && fault.kind !== 'bandwidth'),
        kinds: faults.map(({ kind }) => kind),
      };
    },
  };
}

export interface RateCap {
  readonly chunkBytes: number;
  /** Says how long to wait before sending so many bytes, and books them. */
  book(bytes: number, nowMs: number): number;
}

interface LiftableCap extends RateCap {
  lift(): void;
}

function createRateCap(bytesPerSecond: number): LiftableCap {
  let freeAtMs = 0;
  let isLifted = false;
  return {
    get chunkBytes() {
      return isLifted ? Infinity : Math.max(1, Math.floor(bytesPerSecond / 20));
    },
    book(bytes, nowMs) {
      if (isLifted) return 0;
      const startMs = Math.max(freeAtMs, nowMs);
      freeAtMs = startMs + (bytes * 1000) / bytesPerSecond;
      return freeAtMs - nowMs;
    },
    lift() {
      isLifted = true;
    },
  };
}

function isRegExp(source: string): boolean {
  try {
    new RegExp(source);
    return true;
  } catch {
    return false;
  }
}
