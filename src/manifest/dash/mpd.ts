import type { ContentSteering } from '../../shared/presentation.ts';
import type { Seconds } from '../../shared/units.ts';
import { MAX_RENDITIONS, MAX_TITLE_LENGTH } from '../limits.ts';
import { live, malformed, unsupported } from '../refuse.ts';
import { refuseUnknownEssential } from './descriptors.ts';
import { periodsOf, setsOf } from './periods.ts';
import type { PeriodElement } from './periods.ts';
import { isUsable, representationsOf } from './representation.ts';
import type { Representation } from './representation.ts';
import { childNamed, childrenNamed, parseXml } from './xml.ts';
import type { XmlElement } from './xml.ts';

/** An MPD, with what representations inherit worked in. */
export interface Mpd {
  readonly periods: readonly Period[];
  /** ProgramInformation's Title, in whatever language comes first. */
  readonly title: string | undefined;
  readonly contentSteering: ContentSteering | undefined;
}

/** Never without video or audio. */
export interface Period {
  /** undefined: as long as its segments. */
  readonly durationSeconds: Seconds | undefined;
  /** Those that can be played. */
  readonly representations: readonly Representation[];
}

/** Of all Periods together. */
const MAX_REPRESENTATIONS = 4_096;

/** ISO/IEC 23009-1 section 5. Errors: `manifest/malformed`, `manifest/unsupported`, `manifest/live`. */
export function parseMpd(text: string, url: string): Mpd {
  const root = parseXml(text);
  if (root.name !== 'MPD') throw malformed('not-mpd');
  if (root.attributes.get('type') === 'dynamic') throw live();
  refuseUnknownEssential(root);
  const elements = periodsOf(root);
  checkCounts(elements);
  const periods = elements.map((period) => ({
    durationSeconds: period.durationSeconds,
    representations: playableOf(root, period),
  }));
  return {
    // Time for which the MPD names nothing is not kept: the next period follows at once.
    periods: periods.filter(({ representations }) =>
      representations.some(({ kind }) => kind !== 'subtitles'),
    ),
    title: titleOf(root),
    contentSteering: steeringOf(root, url),
  };
}

function checkCounts(periods: readonly PeriodElement[]): void {
  const counts = periods.map((period) =>
    setsOf(period).reduce((sum, set) => sum + childrenNamed(set, 'Representation').length, 0),
  );
  if (counts.some((count) => count > MAX_RENDITIONS))
    throw unsupported('too-many-renditions', { most: MAX_RENDITIONS });
  if (counts.reduce((sum, count) => sum + count, 0) > MAX_REPRESENTATIONS)
    throw unsupported('too-much-of-periods');
}

/**
 * What can be played of a Period. Leaving out all video, or all sound, would make another thing of it: then
 * it is refused, with the reason. Other views of the same (sign language, other angles) are no rungs of the
 * ladder, and are left out where there is a ladder.
 */
function playableOf(root: XmlElement, period: PeriodElement): Representation[] {
  const all = setsOf(period).flatMap((set) => representationsOf({ root, period: period.element, set }));
  const usable = all.filter(isUsable);
  for (const kind of ['video', 'audio'] as const) {
    const left = all.find((one) => one.kind === kind && !isUsable(one));
    if (left && !isUsable(left) && !usable.some((one) => one.kind === kind)) throw left.reason;
  }
  const video = usable.filter((one) => one.kind === 'video');
  const hasLadder = video.some((one) => !one.isSecondary);
  return usable.filter((one) => one.kind !== 'video' || !hasLadder || !one.isSecondary);
}

function titleOf(root: XmlElement): string | undefined {
  const information = childNamed(root, 'ProgramInformation');
  const title = information && childNamed(information, 'Title');
  return title?.text.trim().slice(0, MAX_TITLE_LENGTH) || undefined;
}

/** DASH-IF content steering (ETSI TS 103 998 section 5). What is no address is not worth a refusal. */
function steeringOf(root: XmlElement, url: string): ContentSteering | undefined {
  const element = childNamed(root, 'ContentSteering');
  if (!element || !URL.canParse(element.text, url) || element.text === '') return undefined;
  const { href, protocol } = new URL(element.text, url);
  if (protocol !== 'https:' && protocol !== 'http:') return undefined;
  const [pathwayId] = (element.attributes.get('defaultServiceLocation') ?? '').trim().split(/\s+/);
  const queryBeforeStart = element.attributes.get('queryBeforeStart') === 'true';
  return {
    serverUri: href,
    isDash: true,
    ...(pathwayId && { pathwayId }),
    ...(queryBeforeStart && { queryBeforeStart }),
  };
}
