import { readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { planHoldings } from './holdings.ts';
import type { Appliance } from './holdings.ts';
import { writeWhole } from './state-file.ts';

const Held = z.array(z.string());

/** What each small OCA holds, kept in files that the OCAs read: DATA/ocas/<ocaId>.holds.json. */
export interface HoldsFiles {
  /** undefined: a large one, which holds everything. */
  fileOf(appliance: Appliance): string | undefined;
  holds(ocaId: string, videoId: string): boolean;
  /** Decides anew for the videos that there are, in the order in which they came. */
  fill(videoIds: readonly string[]): void;
}

/** Goes on from the files of an earlier run. */
export function openHoldsFiles(dataDir: string, appliances: readonly Appliance[]): HoldsFiles {
  const file = (ocaId: string): string => path.join(dataDir, 'ocas', `${ocaId}.holds.json`);
  const small = appliances.filter(({ size }) => size === 'small');
  let holdings = new Map(small.map(({ ocaId }) => [ocaId, readHeld(file(ocaId))]));
  const write = () => {
    for (const [ocaId, held] of holdings) writeWhole(file(ocaId), held);
  };
  write();
  return {
    fileOf: ({ ocaId }) => (holdings.has(ocaId) ? file(ocaId) : undefined),
    holds: (ocaId, videoId) => holdings.get(ocaId)?.includes(videoId) ?? true,
    fill(videoIds) {
      holdings = planHoldings(appliances, videoIds, holdings);
      write();
    },
  };
}

function readHeld(file: string): string[] {
  try {
    return Held.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return [];
  }
}
