import { expect, test } from 'vitest';
import { LayoverError } from '../shared/errors.ts';
import { hear } from './check-in.ts';
import type { Session } from './run.ts';

function session(
  checkIn: () => Promise<unknown>,
  mustSignInAgain = false,
  signal = new AbortController().signal,
) {
  const client = { app: { status: async () => ({ account: { mustSignInAgain } }) }, licenses: { checkIn } };
  return { engine: { client }, signal } as unknown as Session;
}
const never = () => new Promise(() => undefined);

test('waits until the word was heard', async () => {
  expect(await hear(session(async () => ({})))).toBe(true);
});

test('no word is no failure: the service is away, does not answer in time, or does not know the sign-in', async () => {
  const away = async () => {
    throw new LayoverError('service/unreachable');
  };
  expect(await hear(session(away))).toBe(false);
  expect(await hear(session(never), 1)).toBe(false);
  expect(await hear(session(never, true))).toBe(false);
});

test('Ctrl-C ends the wait', async () => {
  const stop = new AbortController();
  const heard = hear(session(never, false, stop.signal));
  stop.abort();
  await expect(heard).rejects.toThrow();
});
