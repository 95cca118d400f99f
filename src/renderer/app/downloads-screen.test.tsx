// @vitest-environment happy-dom
import { act, cleanup, configure, fireEvent, render, screen, waitFor, within } from '@testing-library/react';
import { afterEach, expect, test } from 'vitest';
import { createFakeClient } from '../../../testing/fake-client/index.ts';
import type { FakeClient, FakeClientOptions } from '../../../testing/fake-client/index.ts';
import { Settings } from '../../shared/settings.ts';
import { App } from './app.tsx';
import { createEnvironment } from './create-environment.ts';

// Machines under load; a condition that comes true ends the waiting.
configure({ asyncUtilTimeout: 15_000 });

afterEach(() => {
  cleanup();
  location.hash = '';
});

function open(at: string, options: Partial<FakeClientOptions> = {}): FakeClient {
  location.hash = at;
  const client = createFakeClient({
    scenario: 'home',
    now: () => Date.UTC(2026, 10, 20, 12),
    ...options,
    settings: { language: 'en', ...options.settings },
  });
  render(<App environment={createEnvironment(client, { artworkUrl: () => 'data:,' })} />);
  return client;
}

const press = (element: HTMLElement) => fireEvent.click(element);
const inputsOf = (client: FakeClient, name: string) =>
  client.calls.filter((call) => call.name === name).map((call) => call.input);
const rowNames = () => screen.getAllByRole('row').map((row) => row.getAttribute('aria-label') ?? '');

test('each section holds what belongs there', async () => {
  open('/downloads');
  const names = async (section: RegExp) => {
    const region = await screen.findByRole('region', { name: section });
    return within(region)
      .getAllByRole('heading', { level: 3 })
      .map((heading) => heading.textContent);
  };
  expect(await names(/Needs attention/)).toEqual(['Small Hours', 'The Salt Road']);
  expect(await names(/Downloading now/)).toEqual(['Night Cargo', 'Gate Forty']);
  expect(await names(/Queue/)).toEqual(['Gate Forty', 'Harbor Lights', 'Paper Moons']);
  expect(await names(/Ready to watch/)).toEqual(['Harbor Lights', 'Harbor Lights', 'Gate Forty']);
});

test('a network that costs holds everything back and says so; one download starts anyway', async () => {
  const client = open('/downloads');
  await screen.findByRole('region', { name: /Downloading now/ });
  act(() => client.surround({ isMetered: true }));
  const row = await screen.findByRole('row', { name: 'Night Cargo' });
  expect(row.textContent).toContain('Waiting for a network that costs nothing');
  press(within(row).getByRole('button', { name: 'Download anyway, this once: Night Cargo' }));
  const now = await screen.findByRole('region', { name: /Downloading now/ });
  expect(within(now).getByRole('listitem', { name: 'Night Cargo' }).textContent).toContain('Downloading');
  expect(within(now).getAllByRole('listitem')).toHaveLength(1);
});

test('an unplugged drive is named, with what to do', async () => {
  const client = open('/downloads');
  await screen.findByRole('region', { name: /Downloading now/ });
  act(() => client.surround({ isPresent: false }));
  expect((await screen.findByRole('row', { name: 'Night Cargo' })).textContent).toContain(
    'is not plugged in',
  );
  expect(await screen.findByText(/Plug it in again/)).toBeTruthy();
});

test('the menu of a line moves it in the queue, and the new place is said', async () => {
  const client = open('/downloads');
  const row = await screen.findByRole('row', { name: 'Paper Moons' });
  press(within(row).getByRole('button', { name: 'Order and priority of Paper Moons' }));
  press(await screen.findByRole('menuitem', { name: 'Move to the top' }));
  await waitFor(() => expect(rowNames()[0]).toBe('Paper Moons'));
  expect(await screen.findByText('Paper Moons is now 1 of 3 in the queue.')).toBeTruthy();
  expect(inputsOf(client, 'downloads.reorder')).toEqual([
    { downloadId: 'd-paper-moons-film', beforeId: 'd-gate-forty-s1e3' },
  ]);
});

test('several are picked and removed at once, after one question', async () => {
  const client = open('/downloads');
  press(await screen.findByRole('button', { name: 'Select…' }));
  press(screen.getByRole('checkbox', { name: 'Select Gate Forty · S1 E1 · Delayed' }));
  press(screen.getByRole('checkbox', { name: 'Select The Salt Road' }));
  expect(screen.getByText(/^2 selected, 3\.\d+ GB$/)).toBeTruthy();
  press(screen.getByRole('button', { name: 'Remove' }));
  const question = await screen.findByRole('alertdialog', { name: 'Remove 2 downloads?' });
  expect(question.textContent).toContain('1 of them was not watched');
  press(within(question).getByRole('button', { name: 'Remove' }));
  await waitFor(() => expect(inputsOf(client, 'downloads.remove')).toHaveLength(2));
  await waitFor(() => expect(screen.queryByText('The Salt Road')).toBeNull());
  expect(screen.getByRole('button', { name: 'Select…' })).toBeTruthy();
});

test('pause all, resume all', async () => {
  open('/downloads');
  press(await screen.findByRole('button', { name: 'Pause all' }));
  await waitFor(() => expect(screen.queryByRole('region', { name: /Downloading now/ })).toBeNull());
  press(screen.getByRole('button', { name: 'Resume all' }));
  expect(await screen.findByRole('region', { name: /Downloading now/ })).toBeTruthy();
});

test('downloads move to a folder that was looked at first, with progress and a way back', async () => {
  const client = open('/settings');
  press(await screen.findByRole('button', { name: 'Change…' }));
  const dialog = await screen.findByRole('dialog', { name: 'Another folder for downloads' });
  fireEvent.change(within(dialog).getByLabelText('Folder'), { target: { value: '/proc/1' } });
  expect(await within(dialog).findByText(/cannot write to \/proc\/1/)).toBeTruthy();
  expect(within(dialog).getByRole('button', { name: 'Move downloads' })).toHaveProperty('disabled', true);
  press(await within(dialog).findByRole('radio', { name: /Travel SSD/ }));
  expect(await within(dialog).findByText(/stay free there/)).toBeTruthy();
  press(within(dialog).getByRole('button', { name: 'Move downloads' }));
  expect(await screen.findByRole('progressbar', { name: /^Moving downloads to/ })).toBeTruthy();
  press(screen.getByRole('button', { name: 'Cancel the move' }));
  await waitFor(() => expect(screen.queryByRole('progressbar', { name: /^Moving/ })).toBeNull());
  expect(inputsOf(client, 'storage.cancelMove')).toHaveLength(1);
});

test('a check tells what it found', async () => {
  const client = open('/settings', { surroundings: { damagedSegments: 2 } });
  press(await screen.findByRole('button', { name: 'Check downloads' }));
  await screen.findByRole('progressbar', { name: 'Checking downloads' });
  act(() => {
    for (let step = 0; step < 10; step += 1) client.advance();
  });
  expect(await screen.findByText(/2 damaged parts were found/)).toBeTruthy();
});

test('hours are set in the clock of the viewer’s language', async () => {
  const client = open('/settings');
  press(await screen.findByRole('radio', { name: 'Only between' }));
  const from = await screen.findByRole('group', { name: 'From' });
  expect(from.textContent).toContain('AM');
  expect(inputsOf(client, 'settings.write').at(-1)).toMatchObject({
    downloads: { schedule: { mode: 'only', fromMinute: 120, toMinute: 360 } },
  });
});

test('a limit for downloads begins where it hinders nothing', async () => {
  const client = open('/settings');
  press(await screen.findByRole('switch', { name: 'Limit what downloads may take' }));
  const budget = () => inputsOf(client, 'settings.write').at(-1);
  await waitFor(() => expect(budget()).toMatchObject({ downloads: { budgetBytes: 19_000_000_000 } }));
  const field = await screen.findByRole('textbox', { name: 'At most' });
  expect(field).toHaveProperty('value', '19 GB');
  fireEvent.keyDown(field, { key: 'ArrowUp' });
  await waitFor(() => expect(budget()).toMatchObject({ downloads: { budgetBytes: 19_100_000_000 } }));
});

test('what will not fit is said before it starts, with what could go; then it starts', async () => {
  // 9.5 GB are taken and 5.3 GB still to come.
  const client = open('/title/cold-front', { surroundings: { roomBytes: 17_500_000_000 } });
  press(await screen.findByRole('button', { name: 'Download Cold Front' }));
  const dialog = await screen.findByRole('dialog', { name: 'Download' });
  expect(await within(dialog).findByText(/does not fit on the disk/)).toBeTruthy();
  const start = () => within(dialog).getByRole('button', { name: 'Start download' });
  expect(start()).toHaveProperty('disabled', true);
  // What was watched is ticked; what is kept is not named.
  expect(within(dialog).getByRole('checkbox', { name: /Delayed · watched.*frees 952 MB/ })).toHaveProperty(
    'checked',
    true,
  );
  expect(within(dialog).queryByRole('checkbox', { name: /Low Water/ })).toBeNull();
  press(within(dialog).getByRole('button', { name: /^Remove \d/ }));
  await waitFor(() => expect(start()).toHaveProperty('disabled', false));
  press(start());
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  expect(inputsOf(client, 'downloads.add')).toHaveLength(1);
});

test('the limit for downloads is named where it is what hinders', async () => {
  const settings = Settings.parse({});
  open('/title/cold-front', {
    settings: { downloads: { ...settings.downloads, budgetBytes: 15_000_000_000 } },
  });
  press(await screen.findByRole('button', { name: 'Download Cold Front' }));
  const dialog = await screen.findByRole('dialog', { name: 'Download' });
  expect(await within(dialog).findByText(/beyond your limit/)).toBeTruthy();
  expect(within(dialog).getByRole('link', { name: 'Change the limit' })).toBeTruthy();
});

test('a season is taken at once: what was watched is not ticked, the sum follows the ticks', async () => {
  const client = open('/title/gate-forty', { scenario: 'empty' });
  press(await screen.findByRole('button', { name: 'Download season 1' }));
  const dialog = await screen.findByRole('dialog', { name: 'Download season 1' });
  const box = (name: RegExp) => within(dialog).findByRole('checkbox', { name });
  expect(await box(/S1 E1 Delayed · Watched/)).toHaveProperty('checked', false);
  press(await box(/S1 E3 Standby/));
  press(await within(dialog).findByRole('button', { name: 'Download 1 episode' }));
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  expect(inputsOf(client, 'downloads.addMany')).toMatchObject([{ videoIds: ['gate-forty-s1e2'] }]);
});

test('the next episodes of a series are kept ready from the moment that one asks', async () => {
  const client = open('/title/gate-forty', { scenario: 'empty' });
  press(await screen.findByRole('switch', { name: 'Keep the next episodes ready' }));
  expect(await screen.findByRole('textbox', { name: 'How many to keep ready' })).toHaveProperty('value', '2');
  expect(await screen.findByRole('link', { name: /^S1 E2 .*: Downloading/ })).toBeTruthy();
  expect(inputsOf(client, 'downloads.follow')).toEqual([{ titleId: 'gate-forty', keepNext: 2 }]);
});
