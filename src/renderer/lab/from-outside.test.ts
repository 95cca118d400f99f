import { expect, test } from 'vitest';
import type { Client } from '../../shared/contract.ts';
import { ANSWERED, openToOutside } from './from-outside.ts';

test('a call from outside is the window’s own, and each is heard once it is answered, or refused', async () => {
  const page = new EventTarget() as EventTarget & { layoverLab?: Client };
  const heard: unknown[] = [];
  page.addEventListener(ANSWERED, (event) => heard.push((event as CustomEvent).detail));
  const refusal = new Error('no');
  const client = {
    playback: {
      tick: (input: object) => Promise.resolve({ told: input }),
      stop: () => Promise.reject(refusal),
    },
  } as unknown as Client;
  const own = openToOutside(client, page) as unknown as {
    playback: { tick(input: object): Promise<object>; stop(): Promise<void> };
  };
  expect(page.layoverLab).toBe(own);
  const answer = own.playback.tick({ watchedSeconds: 5 });
  expect(heard).toEqual([]);
  expect(await answer).toEqual({ told: { watchedSeconds: 5 } });
  await expect(own.playback.stop()).rejects.toBe(refusal);
  await Promise.resolve();
  expect(heard).toEqual([
    { procedure: 'playback/tick', input: { watchedSeconds: 5 } },
    { procedure: 'playback/stop', input: undefined },
  ]);
});
