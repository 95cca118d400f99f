// @vitest-environment happy-dom
import { cleanup, configure, fireEvent, render, screen, waitFor, within } from '@testing-library/react';
import { afterEach, expect, test } from 'vitest';
import { createFakeClient } from '../../../testing/fake-client/index.ts';
import type { FakeClient, FakeClientOptions } from '../../../testing/fake-client/index.ts';
import { App } from './app.tsx';
import { createEnvironment } from './create-environment.ts';

configure({ asyncUtilTimeout: 15_000 });
afterEach(() => {
  cleanup();
  location.hash = '';
});

function start(scenario: FakeClientOptions['scenario'], at = '/'): FakeClient {
  location.hash = at;
  const client = createFakeClient({
    scenario,
    settings: { language: 'en' },
    now: () => Date.UTC(2026, 10, 20, 12),
  });
  render(<App environment={createEnvironment(client, { artworkUrl: () => 'data:,' })} />);
  return client;
}
const press = (element: HTMLElement) => fireEvent.click(element);
const dialog = () => screen.findByRole('dialog', { name: 'Open an address' });
async function open(address: string) {
  const asked = await dialog();
  fireEvent.change(within(asked).getByLabelText(/Address of the stream/), { target: { value: address } });
  press(within(asked).getByRole('button', { name: 'Open' }));
  return asked;
}

test('with nobody signed in: opened from the first screen, with its page, and a way back to signing in', async () => {
  const client = start('signed-out');
  press(await screen.findByRole('button', { name: 'Open address…' }));
  await open(' https://media.example/film.m3u8 ');
  expect(await screen.findByRole('heading', { name: 'The Long Way Home' })).toBeTruthy();
  expect(client.calls.find(({ name }) => name === 'addresses.open')?.input).toEqual({
    url: 'https://media.example/film.m3u8',
  });
  expect(screen.getByRole('link', { name: 'Play' }).getAttribute('href')).toContain('/play/address-5f1d');
  expect(screen.getByRole('button', { name: 'Download The Long Way Home' })).toBeTruthy();
  expect(screen.queryByRole('button', { name: 'My List' })).toBeNull();
  press(screen.getByRole('link', { name: 'Opened' }));
  expect(await screen.findByRole('link', { name: /The Long Way Home.*media\.example/ })).toBeTruthy();
  press(screen.getByRole('link', { name: 'Sign in' }));
  expect(await screen.findByRole('button', { name: 'Sign in' })).toBeTruthy();
  expect(await screen.findByRole('link', { name: 'Opened from an Address' })).toBeTruthy();
});

test('Ctrl+O opens the dialog; what is refused is said, and can be mended', async () => {
  const client = start('home');
  await screen.findByRole('region', { name: 'Continue Watching' });
  expect(fireEvent.keyDown(document.body, { key: 'o', ctrlKey: true })).toBe(false);
  const asked = await open('https://media.example/page.html');
  expect((await within(asked).findByRole('alert')).textContent).toContain('A web page lies at that address');
  await open('https://media.example/slow');
  expect(await within(asked).findByText(/Reading what lies there/)).toBeTruthy();
  press(within(asked).getByRole('button', { name: 'Cancel' }));
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  expect((await client.addresses.list()).length).toBe(0);
  fireEvent.keyDown(document.body, { key: 'o', metaKey: true });
  await open('https://media.example/film.mpd');
  expect(await screen.findByRole('heading', { name: 'The Long Way Home' })).toBeTruthy();
  press(screen.getByRole('link', { name: 'Home' }));
  const row = await screen.findByRole('region', { name: 'Opened from an Address' });
  expect(within(row).getByRole('link', { name: /The Long Way Home.*1 hr 52 min/ })).toBeTruthy();
});

test('it is renamed and forgotten, with its download', async () => {
  const client = start('empty');
  await client.addresses.open({ url: 'https://media.example/film.mpd' });
  press(await screen.findByRole('link', { name: /The Long Way Home/ }));
  press(await screen.findByRole('button', { name: 'Rename' }));
  const rename = await screen.findByRole('dialog', { name: 'Rename' });
  fireEvent.change(within(rename).getByLabelText('Name'), { target: { value: 'Holiday' } });
  press(within(rename).getByRole('button', { name: 'Save' }));
  expect(await screen.findByRole('heading', { name: 'Holiday' })).toBeTruthy();
  press(screen.getByRole('button', { name: 'Forget' }));
  const question = await screen.findByRole('alertdialog', { name: 'Forget Holiday?' });
  press(within(question).getByRole('button', { name: 'Forget' }));
  await waitFor(() => expect(location.hash).toBe('#/'));
  expect(await client.addresses.list()).toEqual([]);
});

test('a child is not offered it, by no key either', async () => {
  const client = start('home');
  await screen.findByRole('button', { name: 'Open address…' });
  const status = await client.app.status();
  client.setStatus({ profile: { ...status.profile!, profileId: 'kim', isKids: true, maturityLimit: '7' } });
  await waitFor(() => expect(screen.queryByRole('button', { name: 'Open address…' })).toBeNull());
  expect(fireEvent.keyDown(document.body, { key: 'o', ctrlKey: true })).toBe(true);
  expect(screen.queryByRole('dialog')).toBeNull();
});
