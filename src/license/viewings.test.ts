import { beforeEach, expect, test } from 'vitest';
import { createLicenseWorld } from '../../testing/license-world.ts';
import type { LicenseWorld } from '../../testing/license-world.ts';
import { HOUR_MS, MINUTE_MS } from '../shared/units.ts';
import type { Licenses } from './types.ts';

/** 48 hours to finish, soft; a video of 90 minutes, begun half an hour before the end. */
let world: LicenseWorld;
let licenses: Licenses;
const MINUTES = 90;
const watch = (viewingId: string, seconds = 5) =>
  licenses.recordWatched('v1', seconds, { viewingId, durationSeconds: MINUTES * 60 });
const may = (viewingId?: string) => licenses.verdict('v1', viewingId).allowed;
const key = (viewingId: string) => licenses.contentKey('v1', viewingId).then(() => true, () => false); // prettier-ignore

beforeEach(async () => {
  world = await createLicenseWorld();
  licenses = world.open().licenses;
  await licenses.acquire('v1', 'offline');
  watch('first evening');
  licenses.endViewing('v1', 'first evening');
  world.clock.advance(48 * HOUR_MS - 30 * MINUTE_MS);
  watch('sofa');
});

test('a viewing under way goes on past the end, its pauses and its seeking included', async () => {
  world.clock.advance(31 * MINUTE_MS);
  expect([may('sofa'), await key('sofa')]).toEqual([true, true]);
  watch('sofa');
  // Dinner. To pause and to seek tell no watched time.
  world.clock.advance(59 * MINUTE_MS);
  watch('sofa', 0);
  expect([may('sofa'), await key('sofa')]).toEqual([true, true]);
});

test('it ends the video’s length after the end, however it is watched', () => {
  for (let minutes = 0; minutes < 30 + MINUTES - 1; minutes++) {
    world.clock.advance(MINUTE_MS);
    watch('sofa');
  }
  expect(may('sofa')).toBe(true);
  world.clock.advance(MINUTE_MS);
  expect(watch('sofa').allowed).toBe(false);
});

test('a pause of more than an hour ends it', async () => {
  world.clock.advance(HOUR_MS + 1);
  expect([may('sofa'), await key('sofa')]).toEqual([false, false]);
  expect(watch('sofa').allowed).toBe(false);
});

test('a second window is another viewing, and the first goes on beside it', async () => {
  world.clock.advance(31 * MINUTE_MS);
  expect([may('bed'), await key('bed'), may()]).toEqual([false, false, false]);
  expect([may('sofa'), await key('sofa')]).toEqual([true, true]);
  licenses.endViewing('v1', 'sofa');
  expect([may('sofa'), await key('sofa')]).toEqual([false, false]);
});

test('a restart ends every viewing', () => {
  world.clock.advance(31 * MINUTE_MS);
  licenses = world.open().licenses;
  expect(may('sofa')).toBe(false);
});

test('the end of the license cuts it off, soft or not', async () => {
  world.service.policy = { license_duration_seconds: 3600 };
  await licenses.renew('v1');
  watch('sofa');
  world.clock.advance(HOUR_MS - 1);
  watch('sofa');
  expect(may('sofa')).toBe(true);
  world.clock.advance(1);
  expect([may('sofa'), await key('sofa')]).toEqual([false, false]);
});
