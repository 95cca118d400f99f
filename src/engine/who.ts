import { isLayoverError, LayoverError } from '../shared/errors.ts';
import type { ErrorCode } from '../shared/errors.ts';
import { isAddressId } from '../shared/catalog.ts';
import type { Profile } from '../shared/catalog.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { ServiceClient } from '../service/service-client.ts';
import type { AccountKeeper } from './account.ts';
import type { createPins } from './pins.ts';

const outages: readonly ErrorCode[] = [
  'network/offline',
  'network/unreachable',
  'network/captive-portal',
  'service/unreachable',
  'service/bad-answer',
];

/** Whoever sits here while nobody is signed in: sees what was opened from addresses then, and nothing else. */
const guest: Profile = {
  profileId: 'guest',
  name: 'Guest',
  avatar: 'moon',
  isKids: false,
  language: 'en',
  maturityLimit: '18',
  hasPin: false,
};

export type Who = ReturnType<typeof createWho>;

/** Who is watching: the chosen profile, behind its PIN. */
export function createWho(parts: {
  account: AccountKeeper;
  catalog: Catalog;
  pins: ReturnType<typeof createPins>;
  service: ServiceClient;
}) {
  const { account, catalog, pins, service } = parts;

  /** The service's word where it can be had; else what it said the last time. */
  async function unlock(profileId: string, pin: string): Promise<void> {
    try {
      await service.unlockProfile(profileId, pin);
      await pins.remember(profileId, pin);
    } catch (thrown) {
      // Too many wrong ones is an answer, not an outage: else one could go on guessing here.
      if (!isLayoverError(thrown, ...outages)) throw thrown;
      const matches = await pins.matches(profileId, pin);
      if (matches === undefined) throw thrown;
      if (!matches) throw new LayoverError('profile/wrong-pin');
    }
  }

  function current(): Profile | null {
    const profileId = account.current()?.profileId;
    return profileId ? (catalog.profile(profileId) ?? null) : null;
  }

  /** Throws `auth/signed-out`, `profile/not-chosen`. */
  function required(): Profile {
    if (!account.current()) throw new LayoverError('auth/signed-out');
    const profile = current();
    if (!profile) throw new LayoverError('profile/not-chosen');
    return profile;
  }

  return {
    current,
    /** Who sees what is on the screen: the guest while nobody is signed in. */
    viewer: (): Profile | null => (account.current() ? current() : guest),
    /**
     * Who asks for a title or video: for what was opened from an address nobody need be signed in. Throws
     * `auth/signed-out`, `profile/not-chosen`.
     */
    viewerOf(id: string): Profile {
      return isAddressId(id) && !account.current() ? guest : required();
    },
    required,
    /** Throws `profile/unknown`, `profile/wrong-pin`. */
    async choose(profileId: string, pin: string | undefined): Promise<void> {
      const profile = catalog.profile(profileId);
      if (!profile) throw new LayoverError('profile/unknown');
      if (profile.hasPin) {
        if (pin === undefined) throw new LayoverError('profile/wrong-pin');
        await unlock(profileId, pin);
      }
      account.chooseProfile(profileId);
    },
    /** At start: a profile behind a PIN is asked for again. */
    forgetLocked(): void {
      if (current()?.hasPin) account.chooseProfile(null);
    },
  };
}
