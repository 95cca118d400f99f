import type { DownloadOptions, DownloadView } from '../../shared/downloads.ts';
import { asLayoverError } from '../../shared/errors.ts';
import type { RenditionSummary } from '../../shared/presentation.ts';
import type { Selection } from '../../shared/selection.ts';
import type { Session } from '../run.ts';
import { usageError } from '../usage.ts';
import { titleInWords } from '../words.ts';
import { isChosen, preferencesOf } from './choice.ts';
import type { Choice } from './choice.ts';

/**
 * Throws `cli/usage` for a rendition that there is not, and for a choice that is another than what is downloaded
 * already: what is stored is not exchanged, and a choice is not to be ignored. Says so when the service, which knows
 * what there is to choose, cannot be asked: then the download goes on as it was chosen.
 */
export async function demandChoice(
  { engine, output }: Session,
  videoId: string,
  choice: Choice,
  before: DownloadView | undefined,
): Promise<void> {
  const { rendition } = choice;
  const rest = { ...choice, rendition: undefined };
  const taken = before?.selection.renditions.find(({ kind }) => kind === 'video')?.renditionId;
  const isOtherRendition = rendition !== undefined && rendition !== taken;
  if (!isOtherRendition && !(before && isChosen(rest))) return;
  // Without the rendition: one that there is not would be refused without a word on those that there are.
  const preferences = preferencesOf(rest);
  const options = await engine.client.downloads.options({ videoId, preferences }).catch((thrown: unknown) => {
    if (!before) throw thrown;
    return asLayoverError(thrown);
  });
  const there = 'renditions' in options ? options.renditions.map((one) => one.rendition) : undefined;
  if (isOtherRendition)
    judgeRendition(
      rendition,
      there?.flatMap(({ kind, id }) => (kind === 'video' ? [id] : [])),
      before && { title: titleInWords(before), taken },
    );
  if (!before) return;
  if (!('renditions' in options))
    return output.note(
      `${titleInWords(before)} goes on as it was chosen: what there is to choose could not be asked (${options.code}).`,
    );
  const parting = partingOf(options, before.selection, choice);
  if (parting)
    throw usageError(
      `${parting.option}: ${titleInWords(before)} is downloaded with ${parting.taken} already; remove it first to have it with ${parting.wished}`,
    );
}

/** Throws `cli/usage` for a rendition that there is not, or that a download which there is already does not take. */
export function judgeRendition(
  wanted: string,
  there: readonly string[] | undefined,
  before: { readonly title: string; readonly taken: string | undefined } | undefined,
): void {
  if (there && !there.includes(wanted))
    throw usageError(`--rendition: there is no ${wanted}; there are ${there.join(', ') || 'none'}`);
  if (!before || before.taken === wanted) return;
  const taken = before.taken ?? 'sound alone';
  throw usageError(
    `--rendition: ${before.title} is downloaded as ${taken} already; remove it first to take ${wanted}`,
  );
}

interface Parting {
  readonly option: string;
  readonly taken: string;
  readonly wished: string;
}

/**
 * The first of the options given by which these would now be other renditions than those taken; null when all agree.
 * `options`: of the same preferences. Sound and subtitles are compared by language: of two tracks in one, a rule takes
 * either. What is not there any more is not compared: the service has replaced the video, and the download says so.
 */
export function partingOf(
  { proposal, renditions }: Pick<DownloadOptions, 'proposal' | 'renditions'>,
  before: Selection,
  choice: Choice,
): Parting | null {
  const byId = new Map(renditions.map(({ rendition }) => [rendition.id, rendition]));
  const known = ({ renditions: some }: Selection) =>
    some.flatMap(({ renditionId }) => byId.get(renditionId) ?? []);
  if (known(before).length < before.renditions.length) return null;
  for (const [kind, option] of optionsGiven(choice)) {
    const names = (selection: Selection) =>
      [...new Set(known(selection).flatMap((one) => (one.kind === kind ? [nameOf(one)] : [])))].sort();
    const [taken, wished] = [names(before), names(proposal)];
    const isSame =
      option === '--audio-description'
        ? taken.some(describes) || !wished.some(describes)
        : taken.join() === wished.join();
    if (!isSame)
      return { option, taken: taken.join(', ') || nothing[kind], wished: wished.join(', ') || nothing[kind] };
  }
  return null;
}

const DESCRIBED = ' described';
const describes = (name: string) => name.endsWith(DESCRIBED);
const nothing = { video: 'sound alone', audio: 'no sound', subtitles: 'no subtitles' } as const;

function nameOf(rendition: RenditionSummary): string {
  if (rendition.kind === 'video') return rendition.id;
  const isDescribed = rendition.kind === 'audio' && rendition.isAudioDescription;
  return `${rendition.language}${isDescribed ? DESCRIBED : ''}`;
}

/** A rendition that is named goes before every rule for the picture. */
function optionsGiven(choice: Choice): [kind: RenditionSummary['kind'], option: string][] {
  const isByRule = choice.rendition === undefined;
  const given: [RenditionSummary['kind'], string, boolean][] = [
    ['video', '--max-height', isByRule && choice.maxHeight !== undefined],
    ['video', '--max-gb-per-hour', isByRule && choice.maxGbPerHour !== undefined],
    ['video', '--data-saver', isByRule && choice.dataSaver],
    ['audio', '--audio', choice.audio !== undefined],
    ['audio', '--audio-description', choice.audioDescription],
    ['subtitles', '--subtitles', choice.subtitles !== undefined],
  ];
  return given.flatMap(([kind, option, isGiven]) => (isGiven ? [[kind, option]] : []));
}
