import { asLayoverError, isLayoverError, LayoverError } from '../shared/errors.ts';
import type { Verdict } from '../shared/license.ts';
import type { Ms } from '../shared/units.ts';
import { playOf } from './grant-rows.ts';
import type { KeptGrant } from './grant-rows.ts';
import type { LicenseService, Licenses, RenewalOutcome, RenewedHow } from './types.ts';

/** There is no use in asking for the next one, and it is nobody's refusal. */
export const noWay = ['network/offline', 'network/unreachable', 'network/captive-portal'] as const;
/** It may be busy: the next one is spared, this one is counted. */
export const busy = ['service/unreachable', 'service/bad-answer'] as const;

/** What has to be asked for by itself; a service with thousands of clients is not to be asked for twenty things at once by each. */
const AT_ONCE = 4;

interface Answer {
  readonly license: string;
  readonly nowMs: Ms;
}

/** New windows for licenses that are held; how, is what `Licenses.renew` and `renewMany` say. */
export function createRenewing(from: {
  service: Pick<LicenseService, 'acquire' | 'renew' | 'renewMany'>;
  deviceId: string;
  held(videoId: string): KeptGrant | null;
  /** The same with what the disk has not taken yet. */
  current(videoId: string): KeptGrant | null;
  isForeign(grant: KeptGrant): boolean;
  /** How often the viewer released the video. */
  releaseCount(videoId: string): number;
  acquire(videoId: string): Promise<Verdict>;
  /** Checks what the request brings; throws when the video was released since `count`. */
  admit(videoId: string, count: number, ask: () => Promise<Answer>): Promise<KeptGrant>;
  keep(fresh: KeptGrant, before: KeptGrant | null): void;
  verdict(videoId: string): Verdict;
}): Pick<Licenses, 'renew' | 'renewMany'> {
  const { service, deviceId } = from;

  /** The service has ended it, or gave it to an identity that was lost: there is nothing to renew. */
  const isLost = (held: KeptGrant, how: RenewedHow) => how.isGone === true || from.isForeign(held);

  /** The one that is held with new windows, or, where the service has ended it, another one for the video. */
  async function askAnew(
    held: KeptGrant,
    how: RenewedHow,
    renewed: () => Promise<Answer>,
    anew: () => Promise<Answer>,
  ): Promise<Answer> {
    if (isLost(held, how)) return anew();
    try {
      return await renewed();
    } catch (thrown) {
      // Not known there, given back there (the device was removed and has signed in again), or taken back and lifted.
      if (!isLayoverError(thrown, 'license/none', 'license/not-allowed')) throw thrown;
      return anew();
    }
  }

  const acquired = (held: KeptGrant) =>
    service.acquire(held.claims.videoId, deviceId, 'offline', held.claims.licenseId);

  async function renewHeld(
    held: KeptGrant,
    how: RenewedHow,
    count: number,
    ask: { renewed: () => Promise<Answer>; anew: () => Promise<Answer> },
  ): Promise<Verdict> {
    const { videoId, policy } = held.claims;
    if (!policy.can_renew && !isLost(held, how)) throw new LayoverError('license/not-allowed', { videoId });
    const fresh = await from.admit(videoId, count, () => askAnew(held, how, ask.renewed, ask.anew));
    // Another key would leave every stored byte closed, for good: better the old license than that.
    if (fresh.keyFingerprint !== held.keyFingerprint) throw new LayoverError('license/forged', { videoId });
    const before = from.current(videoId);
    from.keep({ ...fresh, ...playOf(how.firstPlay === 'kept' && before ? before : fresh) }, before);
    return from.verdict(videoId);
  }

  /** What the service says to all of these at once; an error where it says nothing. */
  async function askMany(
    licenseIds: readonly string[],
  ): Promise<{ answers: Map<string, Answer | { error: LayoverError }>; unanswered: LayoverError | null }> {
    const answers = new Map<string, Answer | { error: LayoverError }>();
    try {
      const all = licenseIds.length > 0 ? await service.renewMany(licenseIds, deviceId) : [];
      for (const [at, licenseId] of licenseIds.entries())
        answers.set(licenseId, all[at] ?? { error: new LayoverError('service/bad-answer') });
      return { answers, unanswered: null };
    } catch (thrown) {
      return { answers, unanswered: asLayoverError(thrown) };
    }
  }

  return {
    async renew(videoId, how = { firstPlay: 'cleared' }) {
      const held = from.held(videoId);
      if (!held) return from.acquire(videoId);
      return renewHeld(held, how, from.releaseCount(videoId), {
        renewed: () => service.renew(held.claims.licenseId, deviceId),
        anew: () => acquired(held),
      });
    },

    async renewMany(videoIds, how = { firstPlay: 'cleared' }) {
      const asked = videoIds.map((videoId) => {
        return { videoId, held: from.held(videoId), count: from.releaseCount(videoId) };
      });
      const isAsked = (held: KeptGrant) => held.claims.policy.can_renew && !isLost(held, how);
      const ids = asked.flatMap(({ held }) => (held && isAsked(held) ? held.claims.licenseId : []));
      const { answers, unanswered } = await askMany([...new Set(ids)]);
      let silent = unanswered;
      /** What has to be asked for by itself; not any more once the service does not answer. */
      async function byItself<T>(ask: () => Promise<T>): Promise<T> {
        if (silent) throw silent;
        try {
          return await ask();
        } catch (thrown) {
          if (isLayoverError(thrown, ...noWay, ...busy, 'auth/signed-out')) silent = thrown;
          throw thrown;
        }
      }
      async function outcomeOf({ videoId, held, count }: (typeof asked)[number]): Promise<RenewalOutcome> {
        const renewed = async () => {
          const answer = held && answers.get(held.claims.licenseId);
          if (!answer) throw silent ?? new LayoverError('service/bad-answer');
          if ('error' in answer) throw answer.error;
          return answer;
        };
        try {
          const verdict = held
            ? await renewHeld(held, how, count, { renewed, anew: () => byItself(() => acquired(held)) })
            : await byItself(() => from.acquire(videoId));
          return { videoId, verdict };
        } catch (thrown) {
          return { videoId, error: asLayoverError(thrown) };
        }
      }
      const outcomes: RenewalOutcome[] = [];
      const waiting = asked.entries();
      const one = async () => {
        for (const [at, which] of waiting) outcomes[at] = await outcomeOf(which);
      };
      await Promise.all(Array.from({ length: AT_ONCE }, one));
      return outcomes;
    },
  };
}
