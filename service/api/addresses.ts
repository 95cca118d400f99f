import { makeBaseUrl } from '../oca/address.ts';
import { SECOND_MS } from '../../src/shared/units.ts';
import type { Ms } from '../../src/shared/units.ts';
import type { Oca } from '../../src/shared/service-api.ts';
import type { ApiContext } from './context.ts';
import type { Session } from './session.ts';
import { Problem } from './problem.ts';

const MOST_OCAS = 10;
const LONGEST_STEP_SECONDS = 600;

/**
 * When addresses given out now expire. In steps (of ten minutes, or a tenth of a short validity), so that a
 * device which starts the same video twice gets the same addresses both times.
 */
export function newExpiry(nowMs: Ms, validMs: Ms): Ms {
  const stepSeconds = Math.max(1, Math.min(LONGEST_STEP_SECONDS, Math.floor(validMs / SECOND_MS / 10)));
  const stepMs = stepSeconds * SECOND_MS;
  return Math.ceil((nowMs + validMs) / stepMs) * stepMs;
}

/** Up to ten OCAs that hold the video, nearest first, with signed addresses. 503 no-oca. */
export function ocasFor({ ocas, ocaSecret }: ApiContext, videoId: string, expiresAtMs: Ms): Oca[] {
  const expiresAtSeconds = expiresAtMs / SECOND_MS;
  const holders = ocas()
    .filter((oca) => oca.holds(videoId))
    .sort((a, b) => a.distance - b.distance || a.ocaId.localeCompare(b.ocaId))
    .slice(0, MOST_OCAS);
  if (holders.length === 0) throw new Problem('no-oca');
  return holders.map(({ ocaId, url, size }) => ({
    ocaId,
    size,
    baseUrl: makeBaseUrl(url, { ocaId, videoId, expiresAtSeconds }, ocaSecret),
  }));
}

/**
 * The OCAs for a manifest: the very addresses that the device was given at its latest start of the video, so
 * that it knows them again; fresh ones when these are over or it never started.
 */
export async function ocasForManifest(
  context: ApiContext,
  session: Session,
  videoId: string,
): Promise<Oca[]> {
  const { database, clock, addressValidMs } = context;
  const { accountId } = session.account;
  const given = await database.playbacks.latestExpiry(accountId, session.deviceId, videoId);
  const nowMs = clock.now();
  const isGood = given !== undefined && given > nowMs;
  return ocasFor(context, videoId, isGood ? given : newExpiry(nowMs, addressValidMs));
}
