import { asLayoverError, LayoverError } from '../src/shared/errors.ts';
import type { Licenses } from '../src/license/types.ts';
import { playsForEver, refusalErrorCode } from '../src/shared/license.ts';
import type { Verdict } from '../src/shared/license.ts';

type Refusal = Extract<Verdict, { allowed: false }>;

export interface FakeLicenses extends Licenses {
  /** Makes every later verdict this refusal; null: allowed again. */
  refuse(reason: Refusal['reason'] | null, options?: { canRenew?: boolean }): void;
  /** What the service does to `acquire` and `renew`; null: it grants. */
  serviceError: LayoverError | null;
  /** What `maxHeight` says. */
  tallest: number | null;
  readonly calls: string[];
  readonly watched: Map<string, number>;
}

const granted: Verdict = { ...playsForEver, canRenew: true };

/** Licenses without signatures and windows: they refuse when a test says so. Keys go out as copies. */
export function createFakeLicenses(keyOf: (videoId: string) => Uint8Array): FakeLicenses {
  const held = new Map<string, 'stream' | 'offline'>();
  let refusal: Refusal | null = null;

  const verdict = (videoId: string): Verdict =>
    held.has(videoId)
      ? (refusal ?? granted)
      : { allowed: false, reason: 'no-license', sinceMs: null, canRenew: true };
  const ask = async (call: string) => {
    fake.calls.push(call);
    if (fake.serviceError) throw fake.serviceError;
  };

  const fake: FakeLicenses = {
    serviceError: null,
    tallest: null,
    calls: [],
    watched: new Map(),
    refuse(reason, { canRenew = true } = {}) {
      refusal = reason && { allowed: false, reason, sinceMs: null, canRenew };
    },
    verdict,
    outlook: (videoId) =>
      held.get(videoId) === 'offline'
        ? { issuedAtMs: 0, at: () => verdict(videoId), renewedAt: () => fake.outlook(videoId) }
        : null,
    async acquire(videoId, purpose) {
      await ask(`acquire ${videoId} ${purpose}`);
      if (held.get(videoId) !== 'offline') held.set(videoId, purpose);
      return verdict(videoId);
    },
    maxHeight: () => fake.tallest,
    async keyToStore(videoId) {
      const now = verdict(videoId);
      return !now.allowed && now.reason === 'not-yet' ? keyOf(videoId).slice() : fake.contentKey(videoId);
    },
    async contentKey(videoId) {
      const now = verdict(videoId);
      if (!now.allowed) throw new LayoverError(refusalErrorCode[now.reason], { videoId });
      return keyOf(videoId).slice();
    },
    recordWatched(videoId, watchedSeconds) {
      fake.watched.set(videoId, (fake.watched.get(videoId) ?? 0) + watchedSeconds);
      return verdict(videoId);
    },
    viewings: () => [],
    endViewing(videoId, viewingId) {
      fake.calls.push(`endViewing ${videoId} ${viewingId ?? 'everywhere'}`);
    },
    async renew(videoId) {
      await ask(`renew ${videoId}`);
      refusal = null;
      return verdict(videoId);
    },
    async renewMany(videoIds, how) {
      const one = (videoId: string) =>
        fake.renew(videoId, how).then(
          (now) => ({ videoId, verdict: now }),
          (thrown: unknown) => ({ videoId, error: asLayoverError(thrown) }),
        );
      return Promise.all(videoIds.map(one));
    },
    async release(videoId) {
      fake.calls.push(`release ${videoId}`);
      held.delete(videoId);
    },
    takeBack: () => fake.refuse('revoked'),
    flushReleases: async () => 0,
    purgeExpired() {},
    holdings: () => [],
    onChange: () => () => undefined,
    held: () => [...held].filter(([, purpose]) => purpose === 'offline').map(([videoId]) => videoId),
  };
  return fake;
}
