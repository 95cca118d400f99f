import type { Database } from './db/database.ts';
import type { Account, ProfileRecord } from './db/accounts.ts';
import { hashSecret } from './passwords.ts';

const PASSWORD = 'layover-demo';
const PIN = '1234';

type SeedProfile = Omit<ProfileRecord, 'pinHash'> & { hasPin?: boolean };
const adult = { isKids: false, language: 'en', maturityLimit: '18' } as const;

/** The demo account, and one for each refusal that somebody may want to see. README.md lists them. */
const seeds: (Account & { profiles: SeedProfile[] })[] = [
  {
    accountId: 'account-traveler',
    email: 'traveler@layover.example',
    plan: 'premium',
    status: 'active',
    country: 'DE',
    profiles: [
      { profileId: 'profile-ana', name: 'Ana', avatar: 'sunrise', ...adult },
      { profileId: 'profile-ben', name: 'Ben', avatar: 'mountain', ...adult, hasPin: true },
      {
        profileId: 'profile-kim',
        name: 'Kim',
        avatar: 'whale',
        isKids: true,
        language: 'en',
        maturityLimit: '7',
      },
    ],
  },
  {
    accountId: 'account-basic',
    email: 'basic@layover.example',
    plan: 'basic',
    status: 'active',
    country: 'DE',
    profiles: [{ profileId: 'profile-basic', name: 'Bo', avatar: 'sunrise', ...adult }],
  },
  {
    accountId: 'account-lapsed',
    email: 'lapsed@layover.example',
    plan: 'standard',
    status: 'inactive',
    country: 'DE',
    profiles: [{ profileId: 'profile-lapsed', name: 'Lea', avatar: 'sunrise', ...adult }],
  },
  {
    accountId: 'account-abroad',
    email: 'abroad@layover.example',
    plan: 'premium',
    status: 'active',
    country: 'US',
    profiles: [{ profileId: 'profile-abroad', name: 'Al', avatar: 'mountain', ...adult }],
  },
];

/** Fills an empty database with the demo accounts; leaves any other alone. */
export async function seedAccounts({ accounts }: Database): Promise<void> {
  if (!(await accounts.isEmpty())) return;
  const pinHash = await hashSecret(PIN);
  for (const { profiles, ...account } of seeds) {
    await accounts.add({
      ...account,
      passwordHash: await hashSecret(PASSWORD),
      profiles: profiles.map(({ hasPin, ...profile }) => ({ ...profile, pinHash: hasPin ? pinHash : null })),
    });
  }
}
