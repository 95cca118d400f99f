import { LayoverError } from '../shared/errors.ts';
import type { Clock, Log, NetworkSignal } from '../shared/platform.ts';
import type { Pathway } from '../shared/presentation.ts';
import { SECOND_MS } from '../shared/units.ts';
import type { Addresses } from './addresses.ts';
import type { Assembly } from './assembly.ts';
import type { RetryBudget } from './budget.ts';
import type { Health } from './health.ts';
import type { PathwayOrder } from './pathway-order.ts';
import { rank } from './rank.ts';
import type { SteeredPathway } from './steering-manifest.ts';
import type { Outcome } from './transfer.ts';
import type { SegmentRequest } from './types.ts';

/** What one session learns as it goes. */
export interface Session {
  readonly addresses: Addresses;
  /** The OCA of the last good transfer. */
  current: string | null;
  /** "<ocaId> <folder>": an OCA that lacked one file of a rendition is asked last for the others. */
  readonly lacking: Set<string>;
  readonly budget: RetryBudget;
  /** Of a steering server, where there is one. */
  readonly order: Pick<PathwayOrder, 'placeOf'> | undefined;
}

export interface TourDeps {
  readonly clock: Clock;
  readonly network: NetworkSignal;
  readonly log: Log;
  readonly health: Health;
}

/** The way of one segment from OCA to OCA: who is still worth asking, and what to say when nobody is. */
export interface Tour {
  /** Best first. */
  candidates(): SteeredPathway[];
  leave(pathway: Pathway, outcome: Exclude<Outcome, { kind: 'complete' }>): void;
  /** All bytes have come, and they are wrong: throws them away. */
  mismatched(pathway: Pathway): void;
  succeeded(pathway: Pathway, outcome: Extract<Outcome, { kind: 'complete' }>): void;
  /** Gives those that were left one more chance, if bytes had come since the last round. */
  anotherRound(): boolean;
  /** True once bytes of two OCAs may not be joined any more. */
  readonly isWhole: boolean;
  /** `renewalError`: why no fresh addresses could be had, where they were asked for in vain. */
  error(renewalError?: unknown): unknown;
}

export function createTour(
  { clock, network, log, health }: TourDeps,
  session: Session,
  request: SegmentRequest,
  assembly: Assembly,
): Tour {
  const direct = directPathway(request.path);
  const folder = request.path.slice(0, request.path.lastIndexOf('/') + 1);
  /** By place: left for this round, or for good because the bytes were wrong. */
  const left = new Set<string>();
  const wrong = new Set<string>();
  let departures = 0;
  let portals = 0;
  let expired = 0;
  let roundStartBytes = 0;
  let isWhole = false;

  const pathways = () => (direct ? [direct] : session.addresses.pathways);
  const forget = (ocaId: string) => {
    if (session.current === ocaId) session.current = null;
  };

  return {
    get isWhole() {
      return isWhole;
    },
    candidates() {
      const ids = pathways().map(({ id }) => id);
      const unlikely = new Set(ids.filter((ocaId) => session.lacking.has(`${ocaId} ${folder}`)));
      const nowMs = clock.monotonic();
      return rank({
        pathways: pathways(),
        record: health.of,
        nowMs,
        current: session.current,
        unlikely,
        placeOf: session.order?.placeOf,
      }).filter((pathway) => !left.has(placeOf(pathway)) && !wrong.has(placeOf(pathway)));
    },
    leave(pathway, outcome) {
      const { id } = pathway;
      const reason = outcome.kind === 'failed' ? outcome.reason : outcome.kind;
      log.info('cdn.left', { ocaId: id, reason, path: request.path, reachedBytes: assembly.receivedBytes });
      forget(id);
      if (outcome.kind === 'missing') session.lacking.add(`${id} ${folder}`);
      else if (outcome.kind === 'busy') health.setAside(id, outcome.retryAfterMs);
      else if (outcome.kind === 'slow') health.moved(id, outcome);
      else if (outcome.kind === 'expired') expired += 1;
      else health.failed(id);

      if (outcome.kind === 'wrong-size') {
        wrong.add(placeOf(pathway));
        if (assembly.contributors.includes(id)) assembly.clear();
        return;
      }
      departures += 1;
      if (outcome.kind === 'portal') portals += 1;
      left.add(placeOf(pathway));
    },
    mismatched(pathway) {
      log.warn('cdn.digest-mismatch', { ocaIds: assembly.contributors.join(), path: request.path });
      for (const ocaId of assembly.contributors) health.failed(ocaId);
      // Which of several sent the wrong part cannot be told: from now on one alone sends everything.
      if (assembly.contributors.length > 1) isWhole = true;
      else wrong.add(placeOf(pathway));
      forget(pathway.id);
      assembly.clear();
      roundStartBytes = 0;
    },
    succeeded({ id }, outcome) {
      session.budget.earn(assembly.receivedBytes - roundStartBytes);
      health.answered(id, outcome.latencyMs, outcome);
      session.lacking.delete(`${id} ${folder}`);
      session.current = id;
    },
    anotherRound() {
      // OCAs that failed are asked again only while that brings bytes.
      if (assembly.receivedBytes <= roundStartBytes || !session.budget.spend()) return false;
      session.budget.earn(assembly.receivedBytes - roundStartBytes);
      roundStartBytes = assembly.receivedBytes;
      left.clear();
      return true;
    },
    error(renewalError) {
      if (!network.isOnline()) return new LayoverError('network/offline');
      if (portals > 0 && portals === departures) return new LayoverError('network/captive-portal');
      if (expired > 0 && expired === departures)
        return renewalError ?? new LayoverError('cdn/address-expired', { path: request.path });
      if (wrong.size > 0 && departures === 0)
        return new LayoverError('cdn/digest-mismatch', { path: request.path });
      const asideMs = pathways().map(({ id }) => health.of(id).setAsideUntilMs - clock.monotonic());
      const allAside = asideMs.every((ms) => ms > 0);
      if (!allAside) return new LayoverError('cdn/no-oca', { path: request.path });
      const retryAfterSeconds = Math.ceil(Math.min(...asideMs) / SECOND_MS);
      return new LayoverError('cdn/no-oca', { path: request.path, retryAfterSeconds });
    },
  };
}

/** A restarted OCA may come back under its name at another address: that is another chance. */
function placeOf({ id, baseUrl }: Pathway): string {
  return `${id} ${baseUrl && new URL(baseUrl).origin}`;
}

/** An absolute path is asked as it is, at that host only. */
export function directPathway(path: string): Pathway | undefined {
  return /^https?:\/\//i.test(path) ? { id: new URL(path).host, baseUrl: '' } : undefined;
}
