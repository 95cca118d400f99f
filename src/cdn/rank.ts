import { SECOND_MS } from '../shared/units.ts';
import type { Ms } from '../shared/units.ts';
import type { OcaRecord } from './health.ts';
import type { SteeredPathway } from './steering-manifest.ts';

/** What is expected of an OCA that was not measured: 10 Mbit/s and 40 ms, a little worse for each nearer one. */
const EXPECTED_BITS_PER_SECOND = 10_000_000;
const EXPECTED_LATENCY_MS = 40;
const FARTHER = 0.9;
/** OCAs are compared by how long they would take for this much: four seconds at 3 Mbit/s. */
const TYPICAL_BITS = 12_000_000;
/** Another OCA has to be this much better before a session moves to it of its own will. */
const STAY = 0.8;
/** An OCA that gives less than this part of what the best gives is called slow. */
export const SLOW_PART = 0.25;

export interface RankInput {
  /** Nearest first, as the control plane sent them. */
  readonly pathways: readonly SteeredPathway[];
  readonly record: (ocaId: string) => OcaRecord;
  readonly nowMs: Ms;
  /** The OCA of the last good transfer. */
  readonly current: string | null;
  /** What a steering server says: 0 is best; the same for all where there is none. */
  readonly placeOf?: ((ocaId: string) => number) | undefined;
  /** OCAs that probably do not hold what is asked for. */
  readonly unlikely: ReadonlySet<string>;
}

/**
 * Best first; those that asked to be left alone are not in it. Penalized ones come last but stay: a doubtful
 * OCA is better than none. A steering server's order counts before our own measure, but not for one that is
 * penalized, or that gives less than a quarter of what another gives. Pure.
 */
export function rank(input: RankInput): SteeredPathway[] {
  const { pathways, record, nowMs, unlikely, placeOf } = input;
  const best = Math.max(0, ...pathways.map(({ id }) => record(id).throughputBitsPerSecond ?? 0));
  const isSlow = (id: string) => (record(id).throughputBitsPerSecond ?? best) < best * SLOW_PART;
  return pathways
    .map((pathway, place) => ({
      pathway,
      group:
        Number(record(pathway.id).penalizedUntilMs > nowMs) +
        Number(unlikely.has(pathway.id)) +
        Number(placeOf !== undefined && isSlow(pathway.id)),
      steered: placeOf?.(pathway.id) ?? 0,
      costMs: expectedMs(record(pathway.id), place) * (pathway.id === input.current ? STAY : 1),
    }))
    .filter(({ pathway }) => record(pathway.id).setAsideUntilMs <= nowMs)
    .sort((a, b) => a.group - b.group || a.steered - b.steered || a.costMs - b.costMs)
    .map(({ pathway }) => pathway);
}

function expectedMs(record: OcaRecord, place: number): Ms {
  const latencyMs = record.latencyMs ?? EXPECTED_LATENCY_MS / FARTHER ** place;
  const bitsPerSecond = record.throughputBitsPerSecond ?? EXPECTED_BITS_PER_SECOND * FARTHER ** place;
  return (latencyMs + (TYPICAL_BITS / bitsPerSecond) * SECOND_MS) / Math.max(0.05, record.reliability);
}
