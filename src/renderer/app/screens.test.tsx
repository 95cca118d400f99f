// @vitest-environment happy-dom
import { act, cleanup, configure, fireEvent, render, screen, waitFor, within } from '@testing-library/react';
import { afterEach, expect, test } from 'vitest';
import { createFakeClient } from '../../../testing/fake-client/index.ts';
import type { FakeClient, FakeClientOptions } from '../../../testing/fake-client/index.ts';
import { LayoverError } from '../../shared/errors.ts';
import { App } from './app.tsx';
import { createEnvironment } from './create-environment.ts';

// Machines under load; a condition that comes true ends the waiting.
configure({ asyncUtilTimeout: 15_000 });

afterEach(() => {
  cleanup();
  location.hash = '';
});

function open(scenario: FakeClientOptions['scenario'], at = '/', settings = {}): FakeClient {
  location.hash = at;
  const client = createFakeClient({
    scenario,
    settings: { language: 'en', ...settings },
    now: () => Date.UTC(2026, 10, 20, 12),
  });
  render(<App environment={createEnvironment(client, { artworkUrl: () => 'data:,' })} />);
  return client;
}

const press = (element: HTMLElement) => fireEvent.click(element);
const callsOf = (client: FakeClient, name: string) =>
  client.calls.filter((call) => call.name === name).map((call) => call.input);

test('signing in: a wrong password is told in a sentence, the right one leads to the profiles', async () => {
  const client = open('signed-out');
  fireEvent.change(await screen.findByLabelText('Email'), { target: { value: 'traveler@layover.example' } });
  fireEvent.change(screen.getByLabelText('Password'), { target: { value: 'wrong' } });
  press(screen.getByRole('button', { name: 'Sign in' }));
  expect((await screen.findByRole('alert')).textContent).toContain('do not match');
  fireEvent.change(screen.getByLabelText('Password'), { target: { value: 'layover-demo' } });
  press(screen.getByRole('button', { name: 'Sign in' }));
  expect(await screen.findByRole('heading', { name: 'Who is watching?' })).toBeTruthy();
  expect(callsOf(client, 'auth.signIn')[1]).toEqual({
    email: 'traveler@layover.example',
    password: 'layover-demo',
    serviceUrl: 'https://service.layover.example',
  });
});

test('a sign-in that is over is said, and mended with the password alone', async () => {
  const client = open('home');
  await screen.findByRole('region', { name: 'Continue Watching' });
  expect(screen.queryByRole('button', { name: 'Sign in again' })).toBeNull();
  const account = { accountId: 'demo', email: 'traveler@layover.example', plan: 'premium' as const };
  act(() => client.setStatus({ account: { ...account, mustSignInAgain: true } }));
  press(await screen.findByRole('button', { name: 'Sign in again' }));
  const dialog = await screen.findByRole('dialog', { name: 'Sign in again' });
  fireEvent.change(within(dialog).getByLabelText('Password'), { target: { value: 'layover-demo' } });
  press(within(dialog).getByRole('button', { name: 'Sign in' }));
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  expect(callsOf(client, 'auth.signIn')).toEqual([
    { email: 'traveler@layover.example', password: 'layover-demo' },
  ]);
});

test('a profile with a PIN opens only with it', async () => {
  open('who');
  press(await screen.findByRole('button', { name: /Ben/ }));
  const dialog = await screen.findByRole('dialog', { name: 'Enter the PIN of Ben' });
  fireEvent.change(within(dialog).getByLabelText('PIN, four digits'), { target: { value: '9999' } });
  expect((await within(dialog).findByRole('alert')).textContent).toContain('not right');
  fireEvent.change(within(dialog).getByLabelText('PIN, four digits'), { target: { value: '1234' } });
  expect(await screen.findByRole('navigation', { name: 'Main' })).toBeTruthy();
});

test('home shows where one stopped, and resumes there', async () => {
  open('home');
  const row = await screen.findByRole('region', { name: 'Continue Watching' });
  const card = await within(row).findByRole('link', { name: /Gate Forty.*S1 E2.*34 min left/ });
  expect(card.getAttribute('href')).toMatch(/#\/play\/gate-forty-s1e2$/);
});

test('offline: what plays comes first, what does not is still there and says so', async () => {
  open('offline');
  const regions = await waitFor(() => {
    const found = screen.getAllByRole('region');
    expect(found.length).toBeGreaterThan(3);
    return found;
  });
  const [first] = regions;
  if (!first) throw new Error('no rows');
  expect(within(first).getByRole('heading').textContent).toBe('Ready to play offline');
  const ready = within(first).getAllByRole('link');
  const isPart = ({ textContent }: HTMLElement) => /Plays the first/.test(textContent);
  expect(ready.map(isPart)).toEqual([false, false, false, true, true, true, true]);
  const picks = screen.getByRole('region', { name: 'Top Picks for You' });
  expect(within(picks).getByRole('link', { name: /Cold Front.*not downloaded/ })).toBeTruthy();
  expect(within(picks).queryByRole('link', { name: /Harbor Lights.*not downloaded/ })).toBeNull();
  // Half of it is stored: it plays as far as that goes.
  const half = screen.getAllByRole('link', { name: /Paper Moons/ });
  expect(half.length).toBeGreaterThan(0);
  for (const card of half) expect(card.textContent).toMatch(/Plays the first \d+/);
});

test('offline: a title of which part is stored says how much of it plays', async () => {
  open('offline', '/title/paper-moons');
  expect(await screen.findByText(/^Part of it is downloaded: .*its first .* play\.$/)).toBeTruthy();
  expect(screen.queryByText(/Not downloaded/)).toBeNull();
});

test('arrow keys go along a row, which is one stop for Tab', async () => {
  open('home');
  const row = await screen.findByRole('region', { name: 'Top Picks for You' });
  const [first, second, third] = within(row).getAllByRole('link');
  await waitFor(() => expect(first?.tabIndex).toBe(0));
  expect(second?.tabIndex).toBe(-1);
  act(() => first?.focus());
  fireEvent.keyDown(first as HTMLElement, { key: 'ArrowRight' });
  expect(document.activeElement).toBe(second);
  fireEvent.keyDown(second as HTMLElement, { key: 'ArrowRight' });
  expect(document.activeElement).toBe(third);
  expect([first, second, third].map((link) => link?.tabIndex)).toEqual([-1, -1, 0]);
});

test('the download dialog weighs every choice anew, and takes what was chosen', async () => {
  const client = open('home', '/title/cold-front');
  press(await screen.findByRole('button', { name: 'Download Cold Front' }));
  const dialog = await screen.findByRole('dialog', { name: 'Download' });
  const sum = () => within(dialog).getByRole('status').textContent ?? '';
  expect(await within(dialog).findByRole('radio', { name: /^720p/ })).toHaveProperty('checked', true);
  await waitFor(() => expect(sum()).toContain('2.6 GB'));
  press(within(dialog).getByRole('radio', { name: /^480p/ }));
  await waitFor(() => expect(sum()).toContain('921 MB'));
  press(within(dialog).getByRole('checkbox', { name: /Spanish.*81/ }));
  await waitFor(() => expect(sum()).toContain('1 GB'));
  press(within(dialog).getByRole('button', { name: 'Start download' }));
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  expect(callsOf(client, 'downloads.add')).toEqual([
    {
      videoId: 'cold-front-film',
      preferences: {
        video: { rule: 'rendition', renditionId: 'v-480p' },
        audioLanguages: ['en', 'es'],
        subtitleLanguages: [],
        audioDescription: false,
      },
    },
  ]);
  expect(screen.getByRole('link', { name: 'Cold Front: Waiting its turn' })).toBeTruthy();
});

test('an estimate says that it is one', async () => {
  open('empty', '/title/night-cargo');
  press(await screen.findByRole('button', { name: 'Download Night Cargo' }));
  await within(await screen.findByRole('dialog')).findByText('about 2.6 GB', { selector: 'strong' });
});

test('a keychain that lost its key: said once, with the one thing that helps, and with it only where it can help', async () => {
  const client = open('home');
  await screen.findByRole('region', { name: 'Continue Watching' });
  const account = { accountId: 'demo', email: 'traveler@layover.example', plan: 'premium' as const };
  const lost = new LayoverError('device/secret-unreadable').toValue();
  act(() => client.setStatus({ account: { ...account, mustSignInAgain: true }, notices: [lost] }));
  expect(await screen.findAllByText(/your downloads are locked. Go online and sign in again/)).toHaveLength(
    1,
  );
  expect(screen.getByRole('button', { name: 'Sign in again' })).toBeTruthy();
  act(() => client.setStatus({ connection: 'offline' }));
  await waitFor(() => expect(screen.queryByRole('button', { name: 'Sign in again' })).toBeNull());
  expect(screen.getAllByText(/your downloads are locked/)).toHaveLength(1);
});

test('offline a title that is not here says so beside its button; one that is here does not', async () => {
  open('offline', '/title/cold-front');
  expect(await screen.findByText('Not on this computer: it plays when you are online.')).toBeTruthy();
  cleanup();
  open('offline', '/title/the-salt-road');
  await screen.findByRole('heading', { level: 1, name: 'The Salt Road' });
  expect(screen.queryByText(/Not on this computer/)).toBeNull();
});

test('what trying again does not help leads home instead', async () => {
  open('home', '/title/nothing-of-that-name');
  const alert = await screen.findByRole('alert');
  expect(within(alert).queryByRole('button')).toBeNull();
  expect(within(alert).getByRole('link', { name: 'Home' }).getAttribute('href')).toBe('#/');
  fireEvent.click(within(screen.getByRole('navigation')).getByRole('link', { name: 'Home' }));
  expect(await screen.findByRole('region', { name: 'Continue Watching' })).toBeTruthy();
});

test('offline a locked download says what will help, and offers nothing that would fail', async () => {
  open('offline', '/downloads');
  const locked = await screen.findByRole('listitem', { name: /The Salt Road/ });
  expect(locked.textContent).toContain('Go online and renew it');
  expect(within(locked).queryByRole('button', { name: /^Renew/ })).toBeNull();
});

test('downloads: rate, time left, license, and the lock with its key', async () => {
  const client = open('home', '/downloads');
  const line = (name: RegExp) => screen.findByRole('listitem', { name });
  expect((await line(/Night Cargo/)).textContent).toMatch(
    /Downloading · .* of about 2.6 GB · 6.4 MB\/s · 4 min left/,
  );
  expect((await line(/S1 E1 · The Lamp/)).textContent).toContain('Finish within 41 hr');
  expect((await line(/S1 E2 · Low Water/)).textContent).toMatch(/Start by Monday \d/);
  expect((await line(/Small Hours/)).textContent).toContain('Free 1.34 GB, or remove a download');
  const locked = await line(/The Salt Road/);
  expect(within(locked).queryByRole('link', { name: /^Play/ })).toBeNull();
  press(within(locked).getByRole('button', { name: 'Renew the license of The Salt Road' }));
  expect(await within(locked).findByText('Downloaded', { exact: false })).toBeTruthy();
  expect(callsOf(client, 'downloads.renewLicense')).toEqual([{ downloadId: 'd-the-salt-road-film' }]);
});

test('a download moves by events alone, and its end is announced', async () => {
  const client = open('home', '/downloads');
  const bar = await screen.findByRole('progressbar', { name: 'Download of Night Cargo' });
  const before = Number(bar.getAttribute('aria-valuenow'));
  act(() => client.advance());
  await waitFor(() => expect(Number(bar.getAttribute('aria-valuenow'))).toBeGreaterThan(before));
  act(() => {
    for (let step = 0; step < 10; step += 1) client.advance();
  });
  expect(await screen.findByText('Night Cargo is downloaded.')).toBeTruthy();
});

test('removing what was watched does not ask, what was not is asked about', async () => {
  const client = open('home', '/downloads');
  press(await screen.findByRole('button', { name: /^Remove download of Harbor Lights · S1 E1/ }));
  const question = await screen.findByRole('alertdialog', { name: 'Remove this download?' });
  expect(callsOf(client, 'downloads.remove')).toEqual([]);
  press(within(question).getByRole('button', { name: 'Remove' }));
  await waitFor(() => expect(screen.queryByRole('listitem', { name: /The Lamp/ })).toBeNull());
  press(screen.getByRole('button', { name: /^Remove download of Gate Forty · S1 E1/ }));
  await waitFor(() => expect(screen.queryByRole('listitem', { name: /S1 E1 · Delayed/ })).toBeNull());
  expect(callsOf(client, 'downloads.remove')).toHaveLength(2);
});

test('My List and thumbs are toggles that say whether they are on', async () => {
  const client = open('home', '/title/harbor-lights');
  const list = await screen.findByRole('button', { name: 'My List' });
  expect(list.getAttribute('aria-pressed')).toBe('false');
  press(list);
  await waitFor(() => expect(list.getAttribute('aria-pressed')).toBe('true'));
  press(screen.getByRole('button', { name: 'Thumbs down' }));
  await waitFor(() =>
    expect(callsOf(client, 'catalog.rate')).toEqual([{ titleId: 'harbor-lights', rating: 0 }]),
  );
});

test('search answers while one types', async () => {
  open('home', '/search');
  fireEvent.change(await screen.findByRole('searchbox'), { target: { value: 'moons' } });
  expect(await screen.findByText('1 title for “moons”')).toBeTruthy();
  expect(screen.getByRole('link', { name: /Paper Moons/ }).getAttribute('href')).toMatch(
    /#\/title\/paper-moons$/,
  );
});

test('the language changes at once, and the page says which it is', async () => {
  open('home', '/settings');
  press(await screen.findByRole('radio', { name: 'Français' }));
  expect(await screen.findByRole('heading', { name: 'Réglages' })).toBeTruthy();
  expect(document.documentElement.lang).toBe('fr');
});

test('going offline is shown and said', async () => {
  const client = open('home');
  await screen.findByRole('region', { name: 'Continue Watching' });
  act(() => client.setStatus({ connection: 'offline' }));
  expect(await screen.findByText('You are offline. Your downloads still play.')).toBeTruthy();
  expect(await screen.findByRole('button', { name: 'Check the connection again' })).toBeTruthy();
});

test('a first play that starts the clock asks before it does', async () => {
  const client = open('home', '/play/harbor-lights-s1e2');
  const notice = await screen.findByRole('alertdialog', { name: 'The first play starts the clock' });
  expect(notice.textContent).toContain('48 hr to finish');
  expect(screen.queryByTestId('video')).toBeNull();
  expect(callsOf(client, 'playback.tick')).toEqual([]);
});

test('an expired download says so, and leads to where it can be renewed', async () => {
  open('home', '/play/the-salt-road-film');
  const alert = await screen.findByRole('alert');
  expect(alert.textContent).toContain('The time to start this download is over');
  expect(within(alert).getByRole('link', { name: 'Go to downloads' })).toBeTruthy();
});

test('settings: the devices of the account; another one is removed after a question, this one is not offered', async () => {
  const client = open('home', '/settings');
  const other = await screen.findByRole('listitem', { name: 'Living room' });
  expect(other.textContent).toContain('1 download: Cold Front');
  const own = screen.getByRole('listitem', { name: 'This laptop' });
  expect(own.textContent).toContain('This computer');
  expect(within(own).queryByRole('button')).toBeNull();
  press(within(other).getByRole('button', { name: 'Remove Living room' }));
  const question = await screen.findByRole('alertdialog', { name: 'Remove Living room' });
  press(within(question).getByRole('button', { name: 'Remove' }));
  await waitFor(() => expect(screen.queryByRole('listitem', { name: 'Living room' })).toBeNull());
  expect(callsOf(client, 'devices.remove')).toEqual([{ deviceId: 'device-living-room' }]);
});
