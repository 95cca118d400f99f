import type { Clock, Log, NetworkSignal } from '../shared/platform.ts';
import type { ContentSteering, Pathway } from '../shared/presentation.ts';
import { SECOND_MS } from '../shared/units.ts';
import type { BitsPerSecond, Bytes, Ms } from '../shared/units.ts';
import { retryAfter } from './answer.ts';
import { parseSteeringManifest, USUAL_TTL_MS, withClones } from './steering-manifest.ts';
import type { SteeredPathway, SteeringManifest } from './steering-manifest.ts';

/** The order that a steering server gives the pathways of one session, as it is just now. */
export interface PathwayOrder {
  /**
   * Asks the server, where it was not asked yet or its last word has aged; never throws. Nobody need wait for it:
   * playing goes on by the order that is known. A promise only where the manifest wants the first to be awaited.
   */
  refresh(session: { pathwayId: string | null; throughputBitsPerSecond: BitsPerSecond | null }): Promise<void> | undefined;
  /** 0: best; those that it does not name come after all that it names. */
  placeOf(pathwayId: string): number;
  /** With the clones that it makes. */
  among(pathways: readonly Pathway[]): readonly SteeredPathway[];
} // prettier-ignore

export interface PathwayOrderDeps {
  readonly fetch: typeof globalThis.fetch;
  readonly clock: Clock;
  readonly network: NetworkSignal;
  readonly log: Log;
}

const ANSWER_WITHIN_MS: Ms = 4 * SECOND_MS;
const MOST_BYTES: Bytes = 64 * 1024;

type Answer =
  | { kind: 'manifest'; manifest: SteeringManifest }
  /** RFC 8216bis section 7.2: 410 ends it for good; 429 says when to come again. */
  | { kind: 'over' }
  | { kind: 'later'; afterMs: Ms | undefined };

/** Content steering of one session (RFC 8216bis section 7; ETSI TS 103 998). It alone asks the steering server. */
export function createPathwayOrder(deps: PathwayOrderDeps, steering: ContentSteering): PathwayOrder {
  const { clock, network, log } = deps;
  const isDash = steering.isDash === true;
  let url = steering.serverUri;
  let known: SteeringManifest | undefined;
  let priority: readonly string[] = steering.pathwayId === undefined ? [] : [steering.pathwayId];
  let dueAtMs: Ms = -Infinity;
  let isOver = false;
  let asking: Promise<void> | undefined;
  let isFirst = true;
  let cloned: { of: readonly Pathway[]; by: SteeringManifest; all: SteeredPathway[] } | undefined;

  async function ask(asked: string): Promise<Answer> {
    const over = new AbortController();
    const done = new AbortController();
    clock.sleep(ANSWER_WITHIN_MS, done.signal).then(
      () => over.abort(),
      () => {},
    );
    try {
      const response = await deps.fetch(asked, {
        signal: over.signal,
        credentials: 'omit',
        cache: 'no-store',
      });
      if (!response.ok) {
        response.body?.cancel().catch(() => {});
        if (response.status === 410) return { kind: 'over' };
        return { kind: 'later', afterMs: retryAfter(response.headers, clock.now()) };
      }
      const manifest = parseSteeringManifest(await textOf(response), response.url || asked);
      return manifest ? { kind: 'manifest', manifest } : { kind: 'later', afterMs: undefined };
    } catch {
      return { kind: 'later', afterMs: undefined };
    } finally {
      done.abort();
    }
  }

  async function reload(asked: string): Promise<void> {
    const answer = await ask(asked);
    if (answer.kind === 'manifest') {
      const { manifest } = answer;
      known = manifest;
      url = manifest.reloadUrl ?? url;
      if (manifest.priority.join() !== priority.join())
        log.info('cdn.steered', { priority: manifest.priority.join(' ') });
      ({ priority } = manifest);
      dueAtMs = clock.monotonic() + manifest.ttlMs;
      return;
    }
    // What it said last stays in force.
    isOver = answer.kind === 'over';
    const afterMs = answer.kind === 'later' ? answer.afterMs : undefined;
    dueAtMs = clock.monotonic() + (afterMs ?? known?.ttlMs ?? USUAL_TTL_MS);
    log.warn('cdn.steering-failed', { isOver });
  }

  return {
    refresh({ pathwayId, throughputBitsPerSecond }) {
      if (!asking && (isOver || clock.monotonic() < dueAtMs || !network.isOnline())) return undefined;
      const mustWait = isFirst && steering.queryBeforeStart === true;
      asking ??= reload(asAsked(url, isDash, pathwayId, throughputBitsPerSecond)).finally(() => {
        asking = undefined;
        isFirst = false;
      });
      return mustWait ? asking : undefined;
    },
    placeOf(pathwayId) {
      // "." is the pathway of what names none (RFC 8216bis section 4.4.6.2).
      const place = priority.findIndex((id) => (id === '.' ? 'origin' : id) === pathwayId);
      return place < 0 ? priority.length : place;
    },
    among(pathways) {
      if (!known || known.clones.length === 0) return pathways;
      // The same objects while nothing changes: it is asked for each segment.
      if (cloned?.of !== pathways || cloned.by !== known)
        cloned = { of: pathways, by: known, all: withClones(pathways, known.clones, isDash) };
      return cloned.all;
    },
  };
}

/** Its own query stays as it is, to the letter: it may be signed. */
function asAsked(
  url: string,
  isDash: boolean,
  pathwayId: string | null,
  throughputBitsPerSecond: BitsPerSecond | null,
): string {
  const prefix = isDash ? '_DASH' : '_HLS';
  // DASH has them in quotation marks.
  const told = pathwayId !== null && isDash ? `"${pathwayId}"` : pathwayId;
  const parameters = [
    ...(told === null ? [] : [`${prefix}_pathway=${encodeURIComponent(told)}`]),
    ...(throughputBitsPerSecond === null ? [] : [`${prefix}_throughput=${Math.round(throughputBitsPerSecond)}`]),
  ].join('&');
  if (parameters === '') return url;
  return `${url}${url.includes('?') ? '&' : '?'}${parameters}`;
} // prettier-ignore

async function textOf(response: Response): Promise<string> {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    bytes += piece.byteLength;
    if (bytes > MOST_BYTES) return '';
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString('utf8');
}
