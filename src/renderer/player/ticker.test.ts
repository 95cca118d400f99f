import { expect, test, vi } from 'vitest';
import { createFakeClient } from '../../../testing/fake-client/index.ts';
import type { Client, PlaybackTick } from '../../shared/contract.ts';
import { LayoverError } from '../../shared/errors.ts';
import { Ticker } from './ticker.ts';

function world(answer?: Client['playback']['tick']) {
  const client = createFakeClient({ scenario: 'home', now: () => 0 });
  const onRefused = vi.fn();
  const playback = answer ? { ...client.playback, tick: answer } : client.playback;
  const ticks = () =>
    client.calls.filter((call) => call.name === 'playback.tick').map((call) => call.input as PlaybackTick);
  return { ticker: new Ticker(playback, 'p-cold-front-film', onRefused), onRefused, ticks };
}

test('ticks every five seconds of playing, with what was watched since', () => {
  const { ticker, ticks } = world();
  for (let position = 100; position <= 112; position += 0.25) ticker.playing(position);
  expect(ticks().map((tick) => [tick.positionSeconds, tick.watchedSeconds, tick.state])).toEqual([
    [105, 5, 'playing'],
    [110, 5, 'playing'],
  ]);
});

test('a pause, a seek and the end tick at once; a seek adds no watched time', () => {
  const { ticker, ticks } = world();
  ticker.playing(10);
  ticker.playing(11);
  ticker.paused(11.5);
  ticker.soughtTo(300, true);
  ticker.playing(300);
  ticker.ended(301);
  expect(ticks().map((tick) => [tick.positionSeconds, tick.watchedSeconds, tick.state])).toEqual([
    [11.5, 1.5, 'paused'],
    [300, 0, 'paused'],
    [301, 1, 'ended'],
  ]);
});

test('a verdict that ended, or a refusing engine, ends the play', async () => {
  const ended = world((async () => ({
    verdict: { allowed: false, reason: 'playback-expired', sinceMs: 1, canRenew: true },
  })) as unknown as Client['playback']['tick']);
  ended.ticker.paused(1);
  await vi.waitFor(() =>
    expect(ended.onRefused).toHaveBeenCalledWith({ code: 'license/playback-expired', details: {} }),
  );
  const refusing = world(async () => {
    throw new LayoverError('license/clock-behind');
  });
  refusing.ticker.paused(1);
  await vi.waitFor(() =>
    expect(refusing.onRefused).toHaveBeenCalledWith({ code: 'license/clock-behind', details: {} }),
  );
});

test('a tick that got lost does not end the play', async () => {
  const tick = vi.fn(async () => {
    throw new LayoverError('internal');
  });
  const lost = world(tick);
  lost.ticker.paused(1);
  await vi.waitFor(() => expect(tick.mock.settledResults[0]?.type).toBe('rejected'));
  await new Promise((resolve) => setTimeout(resolve));
  expect(lost.onRefused).not.toHaveBeenCalled();
});
