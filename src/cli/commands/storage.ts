import { z } from 'zod';
import type { StoragePlace, StorageView } from '../../shared/downloads.ts';
import type { Settings } from '../../shared/settings.ts';
import type { Bytes } from '../../shared/units.ts';
import { momentInWords, sizeInWords, table } from '../output.ts';
import type { Session } from '../run.ts';
import { parseOptions } from '../usage.ts';

const units: Readonly<Record<string, number>> = { b: 1, kb: 1e3, mb: 1e6, gb: 1e9, tb: 1e12 };

const Size = z.string().transform((text, context): Bytes => {
  const [, number = '', unit = 'b'] = /^(\d+(?:\.\d+)?)\s*([kmgt]?b)?$/i.exec(text.trim()) ?? [];
  const bytes = Math.round(Number(number) * (units[unit.toLowerCase()] ?? 1));
  if (number === '' || !Number.isSafeInteger(bytes))
    context.addIssue({ code: 'custom', message: `${text} is no size such as 20GB or 500MB` });
  return bytes;
});

const Limits = z.object({
  /** null: none. */
  budget: z
    .string()
    .transform((text) => (text === 'none' ? null : text))
    .pipe(Size.nullable())
    .refine((bytes) => bytes !== 0, 'say none for no limit')
    .optional(),
  floor: Size.optional(),
});

/** Where downloads lie, how full it is, and the drives that they could lie on. */
export async function storage({ engine, output }: Session): Promise<void> {
  const { client } = engine;
  const [view, places, settings] = await Promise.all([
    client.storage.read(),
    client.storage.places(),
    client.settings.read(),
  ]);
  const { budgetBytes, freeSpaceFloorBytes } = settings.downloads;
  output.answer({ storage: view, places, limits: { budgetBytes, freeSpaceFloorBytes } }, () =>
    [
      storageInWords(view),
      limitsInWords(settings.downloads),
      lastCheckInWords(view),
      ...(places.length > 1 ? [`Places:\n${table(places.map(placeInWords))}`] : []),
    ].join('\n'),
  );
}

/** `storage limits [--budget 50GB|none] [--floor 2GB]`; without options, what they are. */
export async function limits({ engine, output }: Session, raw: unknown): Promise<void> {
  const { budget, floor } = parseOptions(Limits, raw);
  const { client } = engine;
  const before = (await client.settings.read()).downloads;
  const downloads = {
    ...before,
    ...(budget === undefined ? {} : { budgetBytes: budget }),
    ...(floor === undefined ? {} : { freeSpaceFloorBytes: floor }),
  };
  const written = (await client.settings.write({ downloads })).downloads;
  output.answer({ budgetBytes: written.budgetBytes, freeSpaceFloorBytes: written.freeSpaceFloorBytes }, () =>
    limitsInWords(written),
  );
}

export function storageInWords(view: StorageView): string {
  if (!view.isPresent) return `${view.folder}: the drive is not there. Nothing is lost.`;
  const [used, reserved, free] = [view.usedBytes, view.reservedBytes, view.freeBytes].map(sizeInWords);
  const parts = [`${used} used`, `${reserved} still to come`, `${free} free`];
  return `${view.folder}: ${parts.join(', ')}.`;
}

function limitsInWords({ budgetBytes, freeSpaceFloorBytes }: Settings['downloads']): string {
  const floor = sizeInWords(freeSpaceFloorBytes);
  return budgetBytes === null
    ? `Downloads may fill the disk, all but ${floor}.`
    : `Downloads may take ${sizeInWords(budgetBytes)}, and leave ${floor} of the disk free.`;
}

function lastCheckInWords({ lastCheck }: StorageView): string {
  if (!lastCheck) return 'Never checked as a whole.';
  const { finishedAtMs, damagedSegments } = lastCheck;
  return `Checked ${momentInWords(finishedAtMs)}: ${damagedSegments} segments were damaged.`;
}

function placeInWords({ folder, freeBytes, isCurrent, problem }: StoragePlace): string[] {
  const note = isCurrent ? 'in use' : (problem?.code ?? '');
  return [`  ${folder}`, `${sizeInWords(freeBytes)} free`, note];
}
