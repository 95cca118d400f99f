import type { LicenseClock } from '../../shared/contract.ts';
import { MINUTE_MS } from '../../shared/units.ts';
import type { Ms } from '../../shared/units.ts';
import { durationInWords, momentInWords } from '../output.ts';
import type { Session } from '../run.ts';

/** `license clock`: the time by which windows are measured, and how far this computer's clock is believed. */
export async function licenseClock({ engine, output }: Session): Promise<void> {
  const clock = await engine.client.licenses.clock();
  const words = clockInWords(clock);
  output.answer({ ...clock, words }, () => words);
}

export function clockInWords({ nowMs, machineMs, driftMs, lastHeardAtMs, state }: LicenseClock): string {
  const heard =
    lastHeardAtMs === null
      ? 'The service was never heard on it under this account.'
      : `The service was last heard on it on ${momentInWords(lastHeardAtMs)}.`;
  return [
    `Licenses go by ${momentInWords(nowMs)}.`,
    `This computer’s clock says ${momentInWords(machineMs)}: ${differenceInWords(driftMs)}.`,
    heard,
    inWords[state],
  ].join('\n');
}

const inWords: Record<LicenseClock['state'], string> = {
  agrees: 'They agree.',
  behind:
    'The clock is behind what was seen before, so what runs out is locked. Set the clock, or go online.',
  corrected: 'The clock is wrong by the service’s word, and is read with that error taken off. Set it.',
  unheard: 'Nobody but this clock has said what time it is.',
};

function differenceInWords(driftMs: Ms): string {
  if (Math.abs(driftMs) < MINUTE_MS) return 'the same within a minute';
  return `${durationInWords(Math.abs(driftMs) / 1000)} ${driftMs < 0 ? 'behind' : 'ahead'}`;
}
