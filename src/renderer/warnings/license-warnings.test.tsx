// @vitest-environment happy-dom
import { act, cleanup, configure, fireEvent, render, screen, waitFor, within } from '@testing-library/react';
import { afterEach, expect, test, vi } from 'vitest';
import { createFakeClient } from '../../../testing/fake-client/index.ts';
import type { LicenseWarning } from '../../shared/downloads.ts';
import { HOUR_MS } from '../../shared/units.ts';
import { App } from '../app/app.tsx';
import { createEnvironment } from '../app/create-environment.ts';

// Machines under load; a condition that comes true ends the waiting.
configure({ asyncUtilTimeout: 15_000 });

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
  location.hash = '';
});

const nowMs = Date.UTC(2026, 10, 20, 12);

async function open(at = '/search') {
  location.hash = at;
  const client = createFakeClient({ scenario: 'home', now: () => nowMs, settings: { language: 'en' } });
  render(<App environment={createEnvironment(client, { artworkUrl: () => 'data:,' })} />);
  await waitFor(() => expect(client.calls.some(({ name }) => name === 'warnings.open')).toBe(true));
  // What is there when the window opens is no news: first of all it has been asked for.
  await screen.findByRole('searchbox');
  await act(() => new Promise((resolve) => setTimeout(resolve, 0)));
  const download = (await client.downloads.list()).find(({ videoId }) => videoId === 'harbor-lights-s1e1')!;
  const { downloadId, videoId, titleId, titleName, episode, verdict } = download;
  const warning = (thresholdMs: number): LicenseWarning => ({
    downloadId, videoId, titleId, titleName, episode, verdict,
    kind: 'finish', endsAtMs: nowMs + 41.5 * HOUR_MS, thresholdMs,
  }); // prettier-ignore
  return { client, warning };
}

/** A system that shows notifications, or may not. */
function withNotifications(permission: NotificationPermission) {
  const shown: { title: string; body: string; onclick?: () => void; close(): void }[] = [];
  class Shown {
    static permission = permission;
    title: string;
    body: string;
    constructor(title: string, { body }: { body: string }) {
      this.title = title;
      this.body = body;
      shown.push(this);
    }
    close() {}
  }
  vi.stubGlobal('Notification', Shown);
  return shown;
}

test('a warning stands in the window and is read aloud, until it is put away', async () => {
  const { client, warning } = await open();
  act(() => client.warn([warning(48 * HOUR_MS)]));
  const line = await screen.findByText('Harbor Lights · S1 E1: Finish within 41 hr');
  const region = line.closest('[aria-live]') as HTMLElement;
  expect(region.getAttribute('aria-live')).toBe('polite');
  expect(within(region).getByRole('link', { name: 'Show downloads' }).getAttribute('href')).toContain('/downloads');
  fireEvent.click(within(region).getByRole('button', { name: 'Got it' }));
  await waitFor(() => expect(screen.queryByText(/Finish within 41 hr/)).toBeNull());
  expect(await client.warnings.open()).toEqual([]);
}); // prettier-ignore

test('where the browser may, it is a notification of the system, whose click opens the downloads', async () => {
  const shown = withNotifications('granted');
  const { client, warning } = await open();
  act(() => client.warn([warning(48 * HOUR_MS)]));
  await waitFor(() => expect(shown).toHaveLength(1));
  expect(shown[0]).toMatchObject({
    title: 'Watch it before it ends',
    body: 'Harbor Lights · S1 E1: Finish within 41 hr',
  });
  act(() => shown[0]?.onclick?.());
  expect(await screen.findByRole('heading', { level: 1, name: 'Downloads' })).toBeTruthy();
  act(() => client.warn([warning(2 * HOUR_MS)]));
  await waitFor(() => expect(shown).toHaveLength(2));
});

test('where it may not, only the window says it; turned off, nobody does', async () => {
  const shown = withNotifications('denied');
  const { client, warning } = await open();
  act(() => client.warn([warning(48 * HOUR_MS)]));
  await screen.findByText(/Finish within 41 hr/);
  expect(shown).toEqual([]);
  await act(async () => {
    await client.settings.write({ notifications: { licenseEnds: false } });
    client.emit({ type: 'changed', what: 'settings' });
  });
  await waitFor(() => expect(screen.queryByText(/Finish within 41 hr/)).toBeNull());
});
