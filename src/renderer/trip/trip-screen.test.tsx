// @vitest-environment happy-dom
import { act, cleanup, configure, fireEvent, render, screen, waitFor, within } from '@testing-library/react';
import { afterEach, expect, test } from 'vitest';
import { createFakeClient } from '../../../testing/fake-client/index.ts';
import type { FakeClient, FakeClientOptions } from '../../../testing/fake-client/index.ts';
import { App } from '../app/app.tsx';
import { createEnvironment } from '../app/create-environment.ts';
import { DAY_MS, HOUR_MS } from '../../shared/units.ts';

// Machines under load; a condition that comes true ends the waiting.
configure({ asyncUtilTimeout: 15_000 });

afterEach(() => {
  cleanup();
  location.hash = '';
});

const nowMs = Date.UTC(2026, 10, 20, 12);
/** Five days, from tomorrow on. */
const trip = { fromMs: nowMs + DAY_MS, toMs: nowMs + 6 * DAY_MS, hoursPerDay: 2 };

function open(options: Partial<FakeClientOptions> = {}): FakeClient {
  location.hash = '/trip';
  const client = createFakeClient({
    scenario: 'home',
    now: () => nowMs,
    ...options,
    settings: { language: 'en', trip, ...options.settings },
  });
  render(<App environment={createEnvironment(client, { artworkUrl: () => 'data:,' })} />);
  return client;
}
const press = (element: HTMLElement) => fireEvent.click(element);
const inputsOf = (client: FakeClient, name: string) =>
  client.calls.filter((call) => call.name === name).map((call) => call.input);
const namesIn = async (section: RegExp) => {
  const region = await screen.findByRole('region', { name: section });
  return within(region)
    .getAllByRole('listitem')
    .map((item) => item.getAttribute('aria-label'));
};

test('what to renew comes first; renewed, it plays on the whole trip', async () => {
  const client = open();
  expect(await namesIn(/Before you leave/)).toEqual([
    'Harbor Lights · S1 E1 · The Lamp',
    'Harbor Lights · S1 E2 · Low Water',
    'The Salt Road',
  ]);
  expect(screen.getByText(/Can be started until Monday/)).toBeTruthy();
  press(screen.getByRole('button', { name: 'Renew 3 downloads' }));
  await waitFor(async () => expect(await namesIn(/Plays on the whole trip/)).toHaveLength(4));
  expect(screen.queryByRole('region', { name: /Before you leave/ })).toBeNull();
  expect(inputsOf(client, 'trip.renew')).toEqual([
    { downloadIds: ['d-harbor-lights-s1e1', 'd-harbor-lights-s1e2', 'd-the-salt-road-film'] },
  ]);
});

test('offline it says that renewing needs a connection, and offers nothing that would fail', async () => {
  open({ scenario: 'offline' });
  const button = await screen.findByRole('button', { name: 'Renew 3 downloads' });
  expect(button.hasAttribute('disabled')).toBe(true);
  expect(screen.getAllByText('No connection now: this needs one.').length).toBeGreaterThan(0);
});

test('what a renewal only lets play longer is renewed too, and it says what to renew again', async () => {
  open({ settings: { language: 'en', trip: { ...trip, toMs: trip.fromMs + 90 * DAY_MS } } });
  press(await screen.findByRole('button', { name: /^Renew \d+ download/ }));
  expect(await screen.findByText(/renewed\. \d+ are shorter than the trip: renew them again/)).toBeTruthy();
  expect(screen.queryByRole('button', { name: /^Renew \d+ download/ })).toBeNull();
});

test('what fills the trip is proposed, can be changed, and is downloaded', async () => {
  const client = open({ scenario: 'empty' });
  expect(await screen.findByText('Nothing is downloaded yet.')).toBeTruthy();
  const boxes = () => screen.getAllByRole<HTMLInputElement>('checkbox');
  const proposed = boxes().filter((box) => box.checked).length;
  expect(proposed).toBeGreaterThan(1);
  press(boxes().find((box) => box.checked)!);
  press(await screen.findByRole('button', { name: new RegExp(`^Download ${proposed - 1} title`) }));
  await waitFor(() => expect(inputsOf(client, 'downloads.addMany')).toHaveLength(1));
  expect((inputsOf(client, 'downloads.addMany')[0] as { videoIds: string[] }).videoIds).toHaveLength(
    proposed - 1,
  );
  expect(await screen.findByRole('region', { name: /Not complete yet/ })).toBeTruthy();
});

test('where that does not fill it, picks are proposed apart, and none is chosen but by the viewer', async () => {
  const client = open({ scenario: 'empty', settings: { trip: { ...trip, hoursPerDay: 24 } } });
  const picks = await screen.findByRole('group', { name: 'Top Picks for You' });
  const [box] = within(picks).getAllByRole<HTMLInputElement>('checkbox');
  expect(box?.checked).toBe(false);
  const own = screen.getByRole('group', { name: 'What you watch, and My List' });
  for (const each of within(own).getAllByRole<HTMLInputElement>('checkbox')) if (each.checked) press(each);
  press(box!);
  press(await screen.findByRole('button', { name: 'Download 1 title' }));
  await waitFor(() => expect(inputsOf(client, 'downloads.addMany')).toHaveLength(1));
});

test('another number of hours asks anew, and the trip is kept', async () => {
  const client = open();
  await screen.findByRole('region', { name: /Before you leave/ });
  const hours = screen.getByRole('textbox', { name: 'To watch each day' });
  fireEvent.change(hours, { target: { value: '8' } });
  fireEvent.blur(hours);
  await waitFor(() => expect(inputsOf(client, 'trip.check').at(-1)).toEqual({ ...trip, hoursPerDay: 8 }));
  expect((await client.settings.read()).trip).toEqual({ ...trip, hoursPerDay: 8 });
});

test('dates that are no trip are told so; a trip that is over is not offered again', async () => {
  open({ settings: { language: 'en', trip: { ...trip, toMs: nowMs + 12 * HOUR_MS } } });
  expect((await screen.findByRole('alert')).textContent).toContain('These dates are no trip');
  cleanup();
  const client = open({ settings: { language: 'en', trip: { ...trip, fromMs: 0, toMs: nowMs - 1 } } });
  await screen.findByRole('region', { name: /Before you leave/ });
  const [asked] = inputsOf(client, 'trip.check') as (typeof trip)[];
  expect(asked?.fromMs).toBeGreaterThan(nowMs);
});

test('a license that is renewed elsewhere is seen at once', async () => {
  const client = open();
  await screen.findByRole('region', { name: /Before you leave/ });
  await act(() => client.downloads.renewLicense({ downloadId: 'd-the-salt-road-film' }));
  await waitFor(async () => expect(await namesIn(/Before you leave/)).toHaveLength(2));
});
