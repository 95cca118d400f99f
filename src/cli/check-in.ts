import { orAborted } from '../shared/or-aborted.ts';
import { SECOND_MS } from '../shared/units.ts';
import type { Ms } from '../shared/units.ts';
import type { Session } from './run.ts';

/** Long enough for a slow line; whoever waits has asked for something else. */
const AT_MOST_MS: Ms = 20 * SECOND_MS;

/**
 * Hears the service's word on time and licenses. False: it did not come, in time or at all, which is no failure of the command
 * that asks. Throws the reason of Ctrl-C.
 */
export async function hear(
  { engine, signal }: Pick<Session, 'engine' | 'signal'>,
  atMostMs = AT_MOST_MS,
): Promise<boolean> {
  const { account } = await engine.client.app.status();
  if (!account || account.mustSignInAgain) return false;
  const either = AbortSignal.any([signal, AbortSignal.timeout(atMostMs)]);
  const heard = engine.client.licenses.checkIn().then(
    () => true,
    () => false,
  );
  const answer = await orAborted(either, heard).catch(() => false);
  signal.throwIfAborted();
  return answer;
}
