import type { Fault, FaultRule } from '../../service/oca/faults.ts';
import type { ErrorCode } from '../../src/shared/errors.ts';
import type { Random } from '../rig/random.ts';

/** One way in which an OCA fails, and what a viewer must be told when no other OCA is left. */
export interface Mishap {
  readonly name: string;
  fault(random: Random): Fault;
  /** `completed`: enough comes, sooner or later, that nothing has to be told. */
  readonly alone: readonly (ErrorCode | 'completed')[];
}

const somewhere = (random: Random) => random.between(1, 60_000);
const status = (code: number, alone: ErrorCode, retryAfterSeconds?: number): Mishap => ({
  name: retryAfterSeconds === undefined ? `${code}` : `${code} with Retry-After`,
  fault: () => ({ kind: 'status', code, retryAfterSeconds }),
  alone: [alone],
});

export const mishaps: readonly [Mishap, ...Mishap[]] = [
  {
    name: 'slow',
    fault: (random) => ({ kind: 'bandwidth', bytesPerSecond: random.between(3_000, 30_000) }),
    alone: ['completed'],
  },
  {
    name: 'late',
    fault: (random) => ({ kind: 'latency', ms: random.between(100, 3_000) }),
    alone: ['completed'],
  },
  { name: 'much too late', fault: () => ({ kind: 'latency', ms: 600_000 }), alone: ['cdn/no-oca'] },
  { name: 'hangs before', fault: () => ({ kind: 'hang', where: 'before' }), alone: ['cdn/no-oca'] },
  { name: 'hangs in the body', fault: () => ({ kind: 'hang', where: 'body' }), alone: ['cdn/no-oca'] },
  { name: 'reset at once', fault: () => ({ kind: 'reset' }), alone: ['cdn/no-oca'] },
  {
    name: 'reset in the body',
    fault: (random) => ({ kind: 'reset', afterBytes: somewhere(random) }),
    alone: ['cdn/no-oca', 'completed'],
  },
  {
    name: 'short body',
    fault: (random) => ({ kind: 'truncate', afterBytes: somewhere(random) }),
    alone: ['cdn/no-oca', 'completed'],
  },
  {
    name: 'long body',
    fault: (random) => ({ kind: 'excess', bytes: random.between(1, 9_000) }),
    alone: ['cdn/digest-mismatch'],
  },
  { name: 'wrong bytes', fault: () => ({ kind: 'corrupt' }), alone: ['cdn/digest-mismatch'] },
  {
    name: 'wrong length',
    fault: (random) => ({ kind: 'wrong-length', missingBytes: random.between(1, 500) }),
    alone: ['cdn/digest-mismatch'],
  },
  status(403, 'cdn/address-expired'),
  status(404, 'cdn/no-oca'),
  status(410, 'cdn/address-expired'),
  status(429, 'cdn/no-oca'),
  status(429, 'cdn/no-oca', 30),
  status(500, 'cdn/no-oca'),
  status(502, 'cdn/no-oca'),
  status(503, 'cdn/no-oca'),
  status(503, 'cdn/no-oca', 20),
  { name: 'redirect loop', fault: () => ({ kind: 'redirect' }), alone: ['cdn/no-oca'] },
  { name: 'sign-in page', fault: () => ({ kind: 'html' }), alone: ['network/captive-portal'] },
  { name: 'expired address', fault: () => ({ kind: 'expired' }), alone: ['cdn/address-expired'] },
];

const lengthy = new Set(['slow', 'late', 'much too late']);

/** Those that take no minutes of real time. */
export const briefMishaps: readonly [Mishap, ...Mishap[]] = [
  {
    name: 'not so fast',
    fault: (random) => ({ kind: 'bandwidth', bytesPerSecond: random.between(300_000, 1_000_000) }),
    alone: ['completed'],
  },
  {
    name: 'a little late',
    fault: (random) => ({ kind: 'latency', ms: random.between(20, 300) }),
    alone: ['completed'],
  },
  ...mishaps.filter(({ name }) => !lengthy.has(name)),
];

/** Of some files, or so often, or both. */
export function passing(random: Random, mishap: Mishap): FaultRule {
  return {
    fault: mishap.fault(random),
    match: random.pick([undefined, 'v-240p/', 'a-en/', 's-en/', 'init', '[02468]\\.m4s$']),
    times: random.chance(0.6) ? random.between(1, 12) : undefined,
  };
}

export const lasting = (random: Random, mishap: Mishap): FaultRule => ({ fault: mishap.fault(random) });
