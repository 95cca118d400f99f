import { z } from 'zod';
import type { AppStatus } from '../../shared/contract.ts';
import type { DownloadView } from '../../shared/downloads.ts';
import type { ErrorValue } from '../../shared/errors.ts';
import { renewAgain, Trip, tripGroupOf, tripGroups } from '../../shared/trip.ts';
import type { TripGroup, TripItem, TripRenewal, TripReport } from '../../shared/trip.ts';
import { tripWords } from '../../shared/words/trip-words.ts';
import { english } from '../license-words.ts';
import { spanInWords, momentInWords, sizeInWords } from '../output.ts';
import { withProfile } from '../run.ts';
import type { Session } from '../run.ts';
import { stayWith } from '../staying.ts';
import { parseOptions, usageError } from '../usage.ts';
import { barInWords, titleInWords } from '../words.ts';

const Options = z.object({
  from: z.string(),
  to: z.string(),
  hoursPerDay: z.coerce.number().pipe(Trip.shape.hoursPerDay),
  renew: z.boolean().default(false),
  download: z.boolean().default(false),
});

const headings: Record<TripGroup, string> = {
  renew: 'To renew before you leave',
  lost: 'Does not play all the time',
  incomplete: 'Not complete yet',
  ready: 'Plays on the whole trip',
};

/** `trip --from … --to …`: the report; with `--renew` and `--download`, as it is after that. */
export async function trip(session: Session, raw: unknown): Promise<void> {
  const { engine, output } = session;
  const { client } = engine;
  const options = parseOptions(Options, raw);
  await withProfile(session);
  if (options.renew || options.download) await client.app.probe();
  const status = await client.app.status();
  const asked: Trip = {
    fromMs: momentOf('--from', options.from, status.nowMs),
    toMs: momentOf('--to', options.to, status.nowMs),
    hoursPerDay: options.hoursPerDay,
  };
  let report = await client.trip.check(asked);
  const renewal = options.renew ? await renewed(session, report) : null;
  const downloads = options.download ? await downloaded(session, report) : null;
  if (renewal || downloads) report = await client.trip.check(asked);
  if (renewal && renewal.failed.length > 0) process.exitCode = 1;
  output.answer({ ...report, renewal, downloads }, () => inWords(report, status, renewal));
}

/** ISO 8601; without an offset by this computer's own clock and zone. */
function momentOf(option: string, words: string, nowMs: number): number {
  const ms = words === 'now' ? nowMs : Date.parse(words);
  if (Number.isNaN(ms) || ms < 0) throw usageError(`${option}: a time is written 2026-12-01T08:00`);
  return ms;
}

async function renewed({ engine, output, signal }: Session, report: TripReport): Promise<TripRenewal | null> {
  const downloadIds = report.items.filter(({ renewNow }) => renewNow).map(({ downloadId }) => downloadId);
  if (downloadIds.length === 0) return null;
  let last: TripRenewal | null = null;
  for await (const renewal of await engine.client.trip.renew({ downloadIds }, { signal })) {
    last = renewal;
    const { done, total } = renewal;
    output.progress(renewal, () => `${barInWords(done, total)} ${done} of ${total} renewed`);
  }
  return last;
}

interface Downloaded {
  readonly added: readonly DownloadView[];
  readonly refused: readonly { readonly videoId: string; readonly error: ErrorValue }[];
}

async function downloaded(session: Session, { suggestions }: TripReport): Promise<Downloaded | null> {
  const { client } = session.engine;
  const videoIds = suggestions.filter(({ isChosen }) => isChosen).map(({ videoId }) => videoId);
  if (videoIds.length === 0) return null;
  const { downloadPreferences: preferences } = await client.settings.read();
  let refused: Downloaded['refused'] = [];
  const added = await stayWith(session, async () => {
    const answer = await client.downloads.addMany({ videoIds, preferences });
    refused = answer.refused;
    return answer.added;
  });
  return { added, refused };
}

function inWords(report: TripReport, status: AppStatus, renewal: TripRenewal | null): string {
  const { trip: asked, items, watch, space, suggestions, nowMs } = report;
  const reader = { ...english, nowMs, isOnline: status.connection !== 'offline' };
  const groups = Map.groupBy(items, tripGroupOf);
  const line = (item: TripItem) => {
    const { words, help } = tripWords(item, reader);
    return `  ${titleInWords(item)}: ${words}.${help ? ` ${help}` : ''}`;
  };
  const enough = watch.missingSeconds === 0 ? 'enough' : `${spanInWords(watch.missingSeconds)} too little`;
  const more = suggestions.filter(({ isChosen }) => isChosen);
  const picks = suggestions.filter(({ why }) => why === 'for-you');
  return [
    `Offline from ${momentInWords(asked.fromMs)} to ${momentInWords(asked.toMs)}`,
    ...tripGroups.flatMap((group) => {
      const those = groups.get(group) ?? [];
      return those.length === 0 ? [] : ['', `${headings[group]}:`, ...those.map(line)];
    }),
    '',
    `To watch: ${spanInWords(watch.storedSeconds)} of ${spanInWords(watch.wantedSeconds)}, ${spanInWords(watch.comingSeconds)} coming; ${enough}.`,
    watch.missingSeconds === 0
      ? `Space: ${sizeInWords(space.availableBytes)} for downloads.`
      : `Space: about ${sizeInWords(space.neededBytes)} needed, ${sizeInWords(space.availableBytes)} for downloads.`,
    ...(more.length === 0
      ? []
      : [
          'Could come along (--download):',
          ...more.map((one) => `  ${titleInWords(one)}, about ${sizeInWords(one.size.bytes)}`),
        ]),
    ...(picks.length === 0
      ? []
      : [
          'Picks for you (`layover download VIDEO`):',
          ...picks.map(
            (one) => `  ${one.videoId}  ${titleInWords(one)}, about ${sizeInWords(one.size.bytes)}`,
          ),
        ]),
    ...(renewal ? renewalInWords(renewal, items) : []),
  ].join('\n');
}

/** What was renewed, what was not and why, and what has to be renewed again before the trip. */
function renewalInWords({ renewed: done, failed }: TripRenewal, items: readonly TripItem[]): string[] {
  const { later, leaving } = renewAgain(items);
  const why = [...new Set(failed.map(({ error }) => error.code))].join(', ');
  return [
    `${done.length} renewed${failed.length > 0 ? `, ${failed.length} not (${why})` : ''}.`,
    ...(later.length > 0
      ? [`To be renewed again later, on the date above: ${later.map(titleInWords).join(', ')}.`]
      : []),
    ...(leaving.length > 0
      ? [`To be renewed again right before you leave: ${leaving.map(titleInWords).join(', ')}.`]
      : []),
  ];
}
