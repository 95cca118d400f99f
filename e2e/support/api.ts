import { z } from 'zod';
import { HomeAnswer, ProfilesAnswer, SyncStateAnswer } from '../../src/shared/service-api.ts';
import { traveler } from './screens.ts';

/** What the service itself says, asked by hand from a device of its own: the app's word alone proves nothing. */
export interface Observer {
  /** Titles in Continue Watching, in its order. */
  watching(): Promise<string[]>;
  state(): Promise<z.infer<typeof SyncStateAnswer>>;
}

export async function observe(apiUrl: string, profileName = 'Ana'): Promise<Observer> {
  const call = async (at: string, init: RequestInit): Promise<unknown> => {
    const answer = await fetch(`${apiUrl}/api/v1${at}`, init);
    if (!answer.ok) throw new Error(`${at}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  };
  const pair = await crypto.subtle.generateKey({ name: 'ECDH', namedCurve: 'P-256' }, true, ['deriveBits']);
  const { kty, crv, x, y } = await crypto.subtle.exportKey('jwk', pair.publicKey);
  const device = { deviceId: 'observer', name: 'Observer', publicKey: { kty, crv, x, y } };
  const signedIn = await call('/auth/sign-in', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...traveler, device }),
  });
  const { accessToken } = z.object({ accessToken: z.string() }).parse(signedIn);
  const headers = { authorization: `Bearer ${accessToken}` };
  const { profiles } = ProfilesAnswer.parse(await call('/profiles', { headers }));
  const profile = profiles.find(({ name }) => name === profileName);
  if (!profile) throw new Error(`no profile ${profileName}`);

  return {
    async watching() {
      const { rows } = HomeAnswer.parse(
        await call(`/browse/home?profileId=${profile.profileId}`, { headers }),
      );
      const row = rows.find(({ kind }) => kind === 'continue-watching');
      return row?.items.map(({ titleId }) => titleId) ?? [];
    },
    state: async () => SyncStateAnswer.parse(await call('/sync/state?since=0', { headers })),
  };
}
