import { z } from 'zod';
import { LayoverError } from '../shared/errors.ts';
import type { Platform } from '../shared/platform.ts';
import { SignInAnswer } from '../shared/service-api.ts';
import type { Database, Migration } from '../database/types.ts';

export const accountMigrations: Migration[] = [
  {
    id: 'engine/001-account',
    up: (sql) =>
      sql.exec(`
        CREATE TABLE engine_account (
          only INTEGER PRIMARY KEY CHECK (only = 1),
          json TEXT NOT NULL,
          sealedToken BLOB
        ) STRICT;
        CREATE TABLE engine_pin (
          profileId TEXT PRIMARY KEY,
          salt BLOB NOT NULL,
          hash BLOB NOT NULL
        ) STRICT;
      `),
  },
];

const Account = SignInAnswer.pick({ accountId: true, email: true, plan: true, licenseKeys: true }).extend({
  serviceUrl: z.url(),
  /** Who was watching last; null: ask. */
  profileId: z.string().nullable(),
});
export type Account = z.infer<typeof Account>;

const MOST_KEYS = 100;

export type AccountKeeper = Awaited<ReturnType<typeof createAccountKeeper>>;

/**
 * Who is signed in. The token is sealed by the Platform and opened once, at start; after signing out the
 * account's address and license keys stay: they are what its downloads are checked with once it is back.
 */
export async function createAccountKeeper(database: Database, platform: Pick<Platform, 'secrets' | 'log'>) {
  const { sql } = database;
  const put = sql.prepare('INSERT OR REPLACE INTO engine_account VALUES (1, ?, ?)');
  const row = sql
    .prepare<[], { json: string; sealedToken: Buffer | null }>('SELECT json, sealedToken FROM engine_account')
    .get();
  let account = row ? parsed(row.json) : undefined;
  let token = account && row?.sealedToken ? await opened(row.sealedToken) : undefined;
  // Kept though it cannot be opened: the keychain may come back, and who signed out has none.
  let sealedToken: Uint8Array | null = account ? (row?.sealedToken ?? null) : null;
  let isOver = false;
  const isSignedIn = () => account !== undefined && sealedToken !== null;

  async function opened(sealed: Uint8Array): Promise<string | undefined> {
    try {
      return Buffer.from(await platform.secrets.open(sealed)).toString('utf8');
    } catch (cause) {
      // The keychain lost the key: signing in again gives a new token, and nothing else depends on this one. Who is
      // signed in stays so: else somebody who is offline would see no download of theirs, and not why.
      platform.log.warn('account.token-unreadable', { cause: String(cause) });
      return undefined;
    }
  }

  function save(): void {
    if (account) put.run(JSON.stringify(account), sealedToken ? Buffer.from(sealedToken) : null);
  }

  return {
    current: (): Account | null => (isSignedIn() ? (account ?? null) : null),
    accessToken: (): string | null => token ?? null,
    /**
     * The service took the token for a valid one, or did not. Signing in again is all that is lost: whoever was
     * signed in stays so, because downloads are theirs. Gives whether that changed.
     */
    tokenUsed(used: string, isValid: boolean): boolean {
      if (used !== token || isOver !== isValid) return false;
      isOver = !isValid;
      return true;
    },
    /** Nothing can be asked of the service any more until somebody signs in again. */
    mustSignInAgain: (): boolean => isSignedIn() && (token === undefined || isOver),
    /** The keychain lost it: signed in, with nothing to show for it. */
    hasLostToken: (): boolean => isSignedIn() && token === undefined,
    /** Those of the last account stay known after signing out. */
    licenseKeys: (): Account['licenseKeys'] => account?.licenseKeys ?? [],
    serviceUrl: (): string | null => account?.serviceUrl ?? null,

    /** As the service names them now, and those that licenses here still need. */
    keepLicenseKeys(licenseKeys: Account['licenseKeys']): void {
      if (!account) return;
      account = { ...account, licenseKeys };
      save();
    },

    /** `isAnother`: than the last one. */
    async signedIn(answer: SignInAnswer, serviceUrl: string): Promise<{ isAnother: boolean }> {
      const sealed = await platform.secrets.seal(Buffer.from(answer.accessToken, 'utf8'));
      const { accountId, email, plan } = answer;
      // Those that are known already stay: licenses here may be signed with keys that are retired by now.
      const named = new Set(answer.licenseKeys.map(({ kid }) => kid));
      const before = account?.licenseKeys.filter(({ kid }) => !named.has(kid)) ?? [];
      const licenseKeys = [...answer.licenseKeys, ...before].slice(0, MOST_KEYS);
      const isAnother = account !== undefined && account.accountId !== accountId;
      const profileId = account && !isAnother ? account.profileId : null;
      account = { accountId, email, plan, licenseKeys, serviceUrl, profileId };
      token = answer.accessToken;
      isOver = false;
      sealedToken = sealed;
      save();
      return { isAnother };
    },
    /** Keys that the service named since: what is known under a name stays what it was. */
    learnKeys(keys: Account['licenseKeys']): void {
      if (!account) return;
      const known = new Set(account.licenseKeys.map(({ kid }) => kid));
      const fresh = keys.filter(({ kid }) => !known.has(kid));
      account = { ...account, licenseKeys: [...account.licenseKeys, ...fresh] };
      save();
    },
    signedOut(): void {
      token = undefined;
      sealedToken = null;
      if (account) account = { ...account, profileId: null };
      save();
    },
    chooseProfile(profileId: string | null): void {
      if (!account || !isSignedIn()) throw new LayoverError('auth/signed-out');
      account = { ...account, profileId };
      save();
    },
  };
}

function parsed(json: string): Account | undefined {
  try {
    return Account.safeParse(JSON.parse(json)).data;
  } catch {
    return undefined;
  }
}
