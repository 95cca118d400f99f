import type { Steering } from '../cdn/types.ts';
import type { WatchedIn } from '../license/types.ts';
import type { PlaybackStats } from '../shared/contract.ts';
import type { LicensePurpose } from '../shared/license.ts';
import type { ErrorValue } from '../shared/errors.ts';
import { INIT_INDEX, renditionsOf } from '../shared/presentation.ts';
import type { Presentation, Rendition, Segment } from '../shared/presentation.ts';
import type { HandedOut } from './handed-out.ts';
import type { SegmentSample } from './types.ts';

export interface Session {
  readonly sessionId: string;
  readonly videoId: string;
  /** Its files may lie elsewhere than when the session began, where signatures in their addresses age. */
  presentation: Presentation;
  /** Asks where the files lie now; null: where they always did. */
  readonly renew: ((signal?: AbortSignal) => Promise<void>) | null;
  /** Asks how the video is encoded now; null: nobody can say. */
  readonly renewEncoding: (() => Promise<void>) | null;
  /** null: none, or what it holds is of another encoding. */
  downloadId: string | null;
  /** Which license, where there are two: see `WatchedIn`. */
  licensedBy: LicensePurpose | undefined;
  /** null: nothing but the store. */
  readonly steering: Steering | null;
  /** Its end is the end of everything that is fetched for it. */
  readonly ending: AbortController;
  readonly samples: SegmentSample[];
  readonly counts: Map<string, { segments: number; bytes: number }>;
  readonly handedOut: HandedOut;
  lastError: ErrorValue | null;
  /** The refusal was told already. */
  isRefused: boolean;
}

const SAMPLES_KEPT = 64;

export function renditionOf(session: Session, renditionId: string): Rendition | undefined {
  return renditionsOf(session.presentation).find(({ id }) => id === renditionId);
}

export function segmentOf(rendition: Rendition, index: number): Segment | undefined {
  if (index === INIT_INDEX) return rendition.init;
  const some = index < 0 ? rendition.laterInits : rendition.segments;
  return some?.find((segment) => segment.index === index && !segment.isGap);
}

/** Who watches, as license/ knows it. */
export function viewingOf({ sessionId, presentation, licensedBy }: Session): WatchedIn {
  return { viewingId: sessionId, durationSeconds: presentation.durationSeconds, licensedBy };
}

export function trackIdOf(session: Session, renditionId: string): string | null {
  return session.downloadId && `${session.downloadId}.${renditionId}`;
}

/** Bytes that reached the player, and whether a segment ended with them. */
export function count(session: Session, source: string, bytes: number, segments: 0 | 1): void {
  const counted = session.counts.get(source) ?? { segments: 0, bytes: 0 };
  session.counts.set(source, { segments: counted.segments + segments, bytes: counted.bytes + bytes });
}

export function remember(session: Session, sample: SegmentSample): void {
  session.samples.push(sample);
  if (session.samples.length > SAMPLES_KEPT) session.samples.shift();
}

export function statsOf(session: Session): PlaybackStats {
  return {
    bySource: [...session.counts].map(([source, counted]) => ({ source, ...counted })),
    ocas: session.steering?.health() ?? [],
    lastError: session.lastError,
  };
}
