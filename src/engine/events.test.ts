import { expect, test } from 'vitest';
import type { EngineEvent } from '../shared/contract.ts';
import { createEventBus } from './events.ts';

const changed = (downloadId: string): EngineEvent => ({ type: 'download-removed', downloadId });

test('a listener hears what happens from the call on, before it asks for the first event', async () => {
  const bus = createEventBus();
  bus.emit(changed('before'));
  const events = bus.listen();
  bus.emit(changed('one'));
  bus.emit(changed('two'));
  expect(await events.next()).toEqual({ value: changed('one'), done: false });
  expect(await events.next()).toEqual({ value: changed('two'), done: false });
});

test('each listener has its own pace, and leaving one leaves the others', async () => {
  const bus = createEventBus();
  const [slow, fast] = [bus.listen(), bus.listen()];
  bus.emit(changed('one'));
  expect(await fast.next()).toMatchObject({ value: changed('one') });
  await fast.return();
  bus.emit(changed('two'));
  expect(await fast.next()).toMatchObject({ done: true });
  expect(await slow.next()).toMatchObject({ value: changed('one') });
  expect(await slow.next()).toMatchObject({ value: changed('two') });
});

test('a listener that has gone to sleep is cut off instead of filling the memory', async () => {
  const bus = createEventBus();
  const asleep = bus.listen();
  for (let n = 0; n < 1_000; n += 1) bus.emit(changed(`${n}`));
  const awake = bus.listen();
  bus.emit(changed('one too many'));
  expect(await asleep.next()).toMatchObject({ done: true });
  expect(await awake.next()).toMatchObject({ value: changed('one too many') });
});

test.each(['before', 'while it waits'])('an abort %s ends it', async (when) => {
  const bus = createEventBus();
  const aborter = new AbortController();
  if (when === 'before') aborter.abort();
  const events = bus.listen(aborter.signal);
  const next = events.next();
  aborter.abort();
  expect(await next).toMatchObject({ done: true });
});

test('closing the bus ends whoever waits', async () => {
  const bus = createEventBus();
  const waiting = [bus.listen().next(), bus.listen().next()];
  bus.close();
  expect(await Promise.all(waiting)).toMatchObject([{ done: true }, { done: true }]);
});
