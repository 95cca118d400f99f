import type { TripItem } from '../trip.ts';
import { SECOND_MS } from '../units.ts';
import type { Ms } from '../units.ts';
import { endOf, licenseWords } from './license-words.ts';
import type { LicenseReader } from './license-words.ts';
import { formatDeadline, formatRemaining } from './moments.ts';

export interface TripWords {
  /** Whether and when it plays on the trip. */
  readonly words: string;
  /** What to know or to do about it; null: nothing. */
  readonly help: string | null;
}

/** The one wording of a download's place in a trip, for the screen and the command line. */
export function tripWords(item: TripItem, reader: LicenseReader): TripWords {
  const { plays } = item;
  const words = plays === 'whole' ? wholeWords(item, reader) : plays === 'part' ? partWords(item, reader) : noWords(item, reader); // prettier-ignore
  const help = [remedyWords(item, reader), plays === 'whole' ? earlyWords(item, reader) : null];
  return { words, help: help.filter(Boolean).join(' ') || null };
}

const at = (reader: LicenseReader, ms: Ms) => formatDeadline(reader, ms, reader.nowMs);

function wholeWords({ verdict }: TripItem, reader: LicenseReader): string {
  const seconds = verdict.allowed && verdict.firstPlayAtMs === null ? verdict.finishWithinSeconds : null;
  if (seconds === null) return reader.text('trip.item.whole');
  return reader.text('trip.item.wholeStart', { time: formatRemaining(reader.locale, seconds * SECOND_MS) });
}

/** To begin before the trip may waste it. */
function earlyWords({ startedNow }: TripItem, reader: LicenseReader): string | null {
  if (!startedNow || startedNow.plays === 'whole') return null;
  if (startedNow.plays === 'no' || startedNow.playsUntilMs === null) return reader.text('trip.item.early');
  return reader.text('trip.item.earlyUntil', { when: at(reader, startedNow.playsUntilMs) });
}

function partWords({ playsFromMs, playsUntilMs, verdict }: TripItem, reader: LicenseReader): string {
  const { text } = reader;
  if (playsFromMs !== null && playsUntilMs !== null)
    return text('trip.item.fromUntil', { from: at(reader, playsFromMs), until: at(reader, playsUntilMs) });
  if (playsFromMs !== null) return text('license.playsFrom', { when: at(reader, playsFromMs) });
  if (playsUntilMs === null) return text('trip.item.part');
  const isStarted = verdict.allowed && verdict.firstPlayAtMs !== null;
  return text(isStarted ? 'trip.item.until' : 'trip.item.startUntil', { when: at(reader, playsUntilMs) });
}

function noWords({ verdict }: TripItem, reader: LicenseReader): string {
  const endMs = endOf(verdict);
  if (verdict.allowed && endMs !== null) return reader.text('trip.item.endsBefore', { when: at(reader, endMs) });
  return licenseWords(verdict, reader).words;
} // prettier-ignore

function remedyWords({ remedy, renewFromMs, why }: TripItem, reader: LicenseReader): string | null {
  const { text } = reader;
  switch (remedy) {
    case 'not-needed':
      return null;
    case 'renew':
      return text('trip.item.renew');
    case 'renew-later':
      return text('trip.item.renewLater', { when: at(reader, renewFromMs ?? reader.nowMs) });
    case 'renew-longer':
      return text('trip.item.renewLonger');
    case 'set-clock':
      return text('license.help.set-clock');
    case 'none':
      return text(why === 'not-yet' ? 'trip.item.notYet' : 'trip.item.lost');
  }
}
