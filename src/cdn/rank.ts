import type { Pathway } from '../shared/presentation.ts';
import { SECOND_MS } from '../shared/units.ts';
import type { Ms } from '../shared/units.ts';
import type { OcaRecord } from './health.ts';

/** What is expected of an OCA that was not measured: 10 Mbit/s and 40 ms, a little worse for each nearer one. */
const EXPECTED_BITS_PER_SECOND = 10_000_000;
const EXPECTED_LATENCY_MS = 40;
const FARTHER = 0.9;
/** OCAs are compared by how long they would take for this much: four seconds at 3 Mbit/s. */
const TYPICAL_BITS = 12_000_000;
/** Another OCA has to be this much better before a session moves to it of its own will. */
const STAY = 0.8;

export interface RankInput {
  /** Nearest first, as the control plane sent them. */
  readonly pathways: readonly Pathway[];
  readonly record: (ocaId: string) => OcaRecord;
  readonly nowMs: Ms;
  /** The OCA of the last good transfer. */
  readonly current: string | null;
  /** OCAs that probably do not hold what is asked for. */
  readonly unlikely: ReadonlySet<string>;
}

/**
 * Best first; those that asked to be left alone are not in it. Penalized ones come last but stay: a doubtful
 * OCA is better than none. Pure.
 */
export function rank(input: RankInput): Pathway[] {
  const { pathways, record, nowMs, unlikely } = input;
  return pathways
    .map((pathway, place) => ({
      pathway,
      group: Number(record(pathway.id).penalizedUntilMs > nowMs) + Number(unlikely.has(pathway.id)),
      costMs: expectedMs(record(pathway.id), place) * (pathway.id === input.current ? STAY : 1),
    }))
    .filter(({ pathway }) => record(pathway.id).setAsideUntilMs <= nowMs)
    .sort((a, b) => a.group - b.group || a.costMs - b.costMs)
    .map(({ pathway }) => pathway);
}

function expectedMs(record: OcaRecord, place: number): Ms {
  const latencyMs = record.latencyMs ?? EXPECTED_LATENCY_MS / FARTHER ** place;
  const bitsPerSecond = record.throughputBitsPerSecond ?? EXPECTED_BITS_PER_SECOND * FARTHER ** place;
  return (latencyMs + (TYPICAL_BITS / bitsPerSecond) * SECOND_MS) / Math.max(0.05, record.reliability);
}
