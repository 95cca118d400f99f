import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as electron from 'electron';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { becomeReady, resetElectron } from '../../../testing/fake-electron/control.ts';
import type { FakeState } from '../../../testing/fake-electron/state.ts';
import { createSmallEngine, smallStatus } from '../../../testing/small-engine.ts';
import type { SmallEngine } from '../../../testing/small-engine.ts';
import { temporaryFolder } from '../../../testing/temporary-folder.ts';
import { playsForEver } from '../../shared/license.ts';
import { HOUR_MS } from '../../shared/units.ts';
import { runApp } from './app.ts';

let state: FakeState;
let engine: SmallEngine;
let bundleFolder: string;

beforeEach(() => {
  const userData = temporaryFolder();
  bundleFolder = path.join(userData, 'bundle');
  mkdirSync(bundleFolder);
  writeFileSync(path.join(bundleFolder, 'index.html'), '<!doctype html>window');
  state = resetElectron(userData);
  engine = createSmallEngine();
});

async function start(): Promise<void> {
  const running = runApp({
    electron,
    argv: ['--log-level', 'silent'],
    bundleFolder,
    preloadFile: '/app/build/preload/preload.cjs',
    createEngine: async () => engine,
  });
  becomeReady();
  await running;
}
const window = () => state.windows[0]!;

describe('warnings of the engine', () => {
  const warning = {
    downloadId: 'd',
    videoId: 'v',
    titleId: 't',
    titleName: 'Harbor Lights',
    episode: null,
    verdict: {
      ...playsForEver,
      startByMs: smallStatus.nowMs + 41 * HOUR_MS,
      limitedBy: 'rental',
    },
    kind: 'start',
    endsAtMs: smallStatus.nowMs + 41 * HOUR_MS,
    thresholdMs: 48 * HOUR_MS,
  } as const;
  const told = async () => {
    engine.emit({ type: 'license-warnings', warnings: [warning] });
    await vi.waitFor(() => expect(state.notifications).toHaveLength(1));
    return state.notifications[0]!;
  };

  it('are notifications of the system, in the viewer’s language; a click shows the downloads', async () => {
    state.languages = ['fr-CH', 'en-US'];
    await start();
    const notification = await told();
    expect(notification).toMatchObject({ title: 'À regarder avant la fin', isShown: true });
    expect(notification.body).toContain('Harbor Lights : À commencer au plus tard');
    const before = window().focused;
    notification.click();
    expect(window().focused).toBe(before + 1);
    await vi.waitFor(() => expect(window().webContents.mainFrame.url).toBe('app://bundle/#/downloads'));
  });

  it('are shown without a window too, and open one at a click', async () => {
    await start();
    const [only] = state.windows;
    vi.spyOn(electron.app, 'quit').mockImplementation(() => undefined);
    only!.close();
    (await told()).click();
    await vi.waitFor(() => expect(state.windows).toHaveLength(2));
    await vi.waitFor(() =>
      expect(state.windows[1]!.webContents.mainFrame.url).toBe('app://bundle/#/downloads'),
    );
  });

  it('are left out where the system has no notifications', async () => {
    state.hasNotifications = false;
    await start();
    engine.emit({ type: 'license-warnings', warnings: [warning] });
    await new Promise((resolve) => setImmediate(resolve));
    expect(state.notifications).toEqual([]);
  });
});
