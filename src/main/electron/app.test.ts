import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as electron from 'electron';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import {
  becomeReady,
  pageChannel,
  power,
  supply,
  resetElectron,
  startAgain,
} from '../../../testing/fake-electron/control.ts';
import type { FakeWindow } from '../../../testing/fake-electron/control.ts';
import type { FakeState } from '../../../testing/fake-electron/state.ts';
import { createSmallEngine, smallStatus } from '../../../testing/small-engine.ts';
import type { SmallEngine } from '../../../testing/small-engine.ts';
import { temporaryFolder } from '../../../testing/temporary-folder.ts';
import { createPortClient } from '../../renderer/transport/client.ts';
import { LayoverError } from '../../shared/errors.ts';
import type { Platform } from '../../shared/platform.ts';
import { CONNECT_CHANNEL } from '../../shared/window-bridge.ts';
import { createLab } from '../../lab/lab.ts';
import { runApp } from './app.ts';
import type { AppOptions } from './app.ts';
import { appScheme } from './scheme.ts';

let state: FakeState;
let engine: SmallEngine;
let platform: Platform;
let userData: string;
let bundleFolder: string;

beforeEach(() => {
  userData = temporaryFolder();
  bundleFolder = path.join(userData, 'bundle');
  mkdirSync(path.join(bundleFolder, 'assets'), { recursive: true });
  writeFileSync(path.join(bundleFolder, 'index.html'), '<!doctype html>window');
  writeFileSync(path.join(bundleFolder, 'assets', 'main-abc.js'), 'export {}');
  state = resetElectron(userData);
  engine = createSmallEngine();
});

async function start(
  argv: string[] = [],
  createEngine?: () => Promise<never>,
  qaBuild: Pick<AppOptions, 'createLab'> = {},
): Promise<boolean> {
  const running = runApp({
    electron,
    argv: ['--log-level', 'silent', ...argv],
    bundleFolder,
    preloadFile: '/app/build/preload/preload.cjs',
    ...qaBuild,
    createEngine:
      createEngine ??
      (async (given) => {
        platform = given;
        return engine;
      }),
  });
  becomeReady();
  return running;
}
const ownSession = () => state.sessions.get('')!;
const load = (target: string, init = {}) => ownSession().protocol.load(`app://bundle${target}`, init);
const window = (): FakeWindow => state.windows[0]!;

describe('the checklist of electronjs.org', () => {
  it('1, 18: loads the window from its own secure scheme, never from files or the network', async () => {
    expect(appScheme).toEqual({
      scheme: 'app',
      privileges: { standard: true, secure: true, supportFetchAPI: true, stream: true, codeCache: true },
    });
    expect(await start()).toBe(true);
    expect(window().webContents.mainFrame.url).toBe('app://bundle/');
    expect(window().isShown).toBe(true);
  });

  it('2-6, 8-9, 11: gives the renderer no more than a web page has', async () => {
    await start();
    expect(state.sandboxEnabled).toBe(true);
    expect(window().options.webPreferences).toEqual({
      preload: '/app/build/preload/preload.cjs',
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInSubFrames: false,
      nodeIntegrationInWorker: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      experimentalFeatures: false,
      webviewTag: false,
      navigateOnDragDrop: false,
      spellcheck: false,
      devTools: true,
    });
  });

  it('ships without developer tools and with the machine’s own time', async () => {
    state.isPackaged = true;
    await start(['--qa', '--qa-clock-offset-ms', '86400000']);
    expect(window().options.webPreferences?.['devTools']).toBe(false);
    expect(platform.clock.now()).toBeLessThanOrEqual(Date.now());
  });

  it('5: denies every permission but full screen and writing text to the clipboard, asked or looked up', async () => {
    await start();
    const own = 'app://bundle/title/t1';
    const allowed = ['fullscreen', 'clipboard-sanitized-write'];
    const denied = [
      'media',
      'geolocation',
      'notifications',
      'midi',
      'pointerLock',
      'openExternal',
      'hid',
      'unknown',
    ];
    for (const session of [
      ownSession(),
      electron.session.fromPartition('another') as unknown as ReturnType<typeof ownSession>,
    ]) {
      for (const permission of allowed) {
        expect(session.askPermission(permission, own)).toBe(true);
        expect(session.checkPermission(permission, 'app://bundle')).toBe(true);
        for (const foreign of ['https://evil.example/', 'app://evil/', 'app://bundle.evil/', '']) {
          expect(session.askPermission(permission, foreign)).toBe(false);
          expect(session.checkPermission(permission, foreign)).toBe(false);
        }
      }
      for (const permission of denied) {
        expect([permission, session.askPermission(permission, own)]).toEqual([permission, false]);
        expect([permission, session.checkPermission(permission, 'app://bundle')]).toEqual([
          permission,
          false,
        ]);
      }
      expect([session.askDevice(), session.askScreen(), session.startDownload()]).toEqual([
        false,
        null,
        false,
      ]);
    }
  });

  it('7: sends the content security policy as a header with every answer', async () => {
    await start();
    for (const target of ['/', '/assets/main-abc.js', '/media/s/1.m4s', '/nothing.js']) {
      const policy = (await load(target)).headers['content-security-policy']!;
      expect(policy).toContain("default-src 'none'");
      expect(policy).not.toContain('unsafe');
    }
  });

  it('12: attaches no webview', async () => {
    await start();
    expect(window().webContents.attachWebview()).toBe(false);
  });

  it('13: lets no frame leave the app', async () => {
    await start();
    const { webContents } = window();
    expect(webContents.navigate('app://bundle/title/t1')).toBe(true);
    for (const url of [
      'https://evil.example/',
      'file:///etc/passwd',
      'app://evil/',
      'javascript:1',
      'data:text/html,x',
      'nonsense',
    ]) {
      expect([url, webContents.navigate(url)]).toEqual([url, false]);
      expect([url, webContents.navigate(url, { isMainFrame: false })]).toEqual([url, false]);
      expect([url, webContents.redirect(url)]).toEqual([url, false]);
    }
    expect(webContents.mainFrame.url).toBe('app://bundle/title/t1');
  });

  it('14, 15: opens no second window, and nothing outside', async () => {
    await start();
    for (const url of ['https://evil.example/', 'app://bundle/', 'about:blank'])
      expect(window().webContents.open(url)).toBe(false);
  });

  it('17: serves calls to the window’s main frame only', async () => {
    await start();
    const { webContents } = window();
    const inner = { url: 'app://bundle/', parent: webContents.mainFrame };
    const elsewhere = { url: 'https://evil.example/', parent: null };
    for (const frame of [null, inner, elsewhere]) {
      const { page, main } = pageChannel();
      const closed = new Promise((resolve) => page.addEventListener('close', resolve));
      webContents.postToMain(CONNECT_CHANNEL, null, [main], frame);
      await closed;
    }
    webContents.mainFrame.url = 'https://evil.example/';
    const { page, main } = pageChannel();
    const closed = new Promise((resolve) => page.addEventListener('close', resolve));
    webContents.postToMain(CONNECT_CHANNEL, null, [main]);
    await closed;
    webContents.mainFrame.url = 'app://bundle/';
    webContents.postToMain(CONNECT_CHANNEL, null, []);
  });
});

describe('the scheme', () => {
  it('serves the bundle by exact name and nothing beside it', async () => {
    writeFileSync(path.join(userData, 'settings.json'), '{"secret":1}');
    await start();
    expect(String(await (await load('/')).bytes())).toContain('window');
    expect(String(await (await load('/title/t1')).bytes())).toContain('window');
    for (const target of [
      '/../settings.json',
      '/%2e%2e/settings.json',
      '/..%2fsettings.json',
      '/assets/../../settings.json',
    ])
      expect([target, (await load(target)).status]).toEqual([target, 404]);
    expect((await load('/', { method: 'POST' })).status).toBe(405);
    await expect(ownSession().protocol.load('app://evil/')).resolves.toMatchObject({ status: 403 });
  });

  it('refuses what a foreign page asks for', async () => {
    await start();
    for (const initiatorOrigin of ['https://evil.example', null, 'app://evil'])
      expect((await load('/media/s/1.m4s', { initiatorOrigin })).status).toBe(403);
    expect((await load('/media/s/1.m4s', { initiatorOrigin: 'app://bundle' })).status).toBe(200);
  });

  it('serves ranges of media with their length', async () => {
    await start();
    const part = await load('/media/s/1.m4s', { headers: { range: 'bytes=990-' } });
    expect(part).toMatchObject({
      status: 206,
      headers: { 'content-length': '10', 'content-range': 'bytes 990-999/1000' },
    });
    expect((await part.bytes()).length).toBe(10);
    expect((await load('/media/s/1.m4s', { method: 'HEAD' })).headers['content-length']).toBe('1000');
  });

  it('tells the engine by cancel() that the page has gone', async () => {
    await start();
    const endless = await load('/media/endless');
    expect((await endless.readOne())?.length).toBe(65_536);
    endless.cancel();
    await engine.cancelled;
  });
});

describe('calls over the port', () => {
  function connect() {
    const { page, main } = pageChannel();
    const client = createPortClient(page);
    page.start();
    window().webContents.postToMain(CONNECT_CHANNEL, null, [main]);
    return { client, page };
  }

  it('answer, fail and refuse as over HTTP', async () => {
    await start();
    const { client } = connect();
    expect(await client.app.status()).toEqual(smallStatus);
    expect(await client.catalog.search({ q: 'a' })).toMatchObject([{ name: 'a' }]);
    await expect(client.downloads.remove({ downloadId: 'd' })).rejects.toMatchObject({
      code: 'store/no-space',
      details: { neededBytes: 7 },
    });
    await expect(client.catalog.search({ q: 'boom' })).rejects.toMatchObject({ code: 'internal' });
    await expect(client.auth.signOut()).rejects.toMatchObject({ code: 'rpc/malformed' });
  });

  it('stream events until the page leaves', async () => {
    await start();
    const { client, page } = connect();
    const events = await client.app.events();
    expect(await events.next()).toMatchObject({ value: { type: 'changed' } });
    page.close();
    await engine.left;
  });

  it('survive whatever a page can post', async () => {
    await start();
    const { client, page } = connect();
    const hostile = [
      'nonsense',
      '',
      '{"i":"9"}',
      '{"i":"9","p":null}',
      '{"i":"9","p":{"u":"http://evil.example/x"}}',
      '{"i":"9","p":{"u":"/app/status","m":"GET"}}',
      '{"i":"9","p":{"u":"/app/status","h":{"content-type":"text/event-stream"}}}',
      '{"i":"9","t":3,"p":{"e":"message"}}',
      `{"i":"9","p":{"u":"/catalog/search","b":"${'x'.repeat(2_000_000)}"}}`,
      new Uint8Array([255, 1, 2]),
      { i: '9', p: { u: '/app/status' } },
      null,
    ];
    for (const message of hostile) page.postMessage(message);
    expect(await client.app.status()).toEqual(smallStatus);
  });

  it('go on after a reload; the old port is closed', async () => {
    await start();
    const first = connect();
    expect(await first.client.app.status()).toEqual(smallStatus);
    const closed = new Promise((resolve) => first.page.addEventListener('close', resolve));
    const second = connect();
    await closed;
    expect(await second.client.app.status()).toEqual(smallStatus);
  });
});

describe('the app’s life', () => {
  it('runs once: a second start brings the first to the front', async () => {
    await start();
    startAgain();
    expect(window().focused).toBe(1);

    state = resetElectron(userData);
    state.isFirstInstance = false;
    expect(await start()).toBe(false);
    expect([state.quitAsked, state.windows.length]).toEqual([true, 0]);
  });

  it('opens a window again where the system kept the app without one', async () => {
    await start();
    engine.stop = () => new Promise(() => undefined);
    window().close();
    startAgain();
    await vi.waitFor(() => expect(state.windows[1]?.isShown).toBe(true));
  });

  it('puts everything away before it ends', async () => {
    await start();
    window().close();
    await new Promise((resolve) => electron.app.once('quit', resolve));
    expect([engine.stopped, state.exitCode]).toEqual([true, 0]);
  });

  it('says why it cannot start, and ends', async () => {
    const refuse = async () => {
      throw new LayoverError('database/in-use');
    };
    expect(await start([], refuse)).toBe(false);
    expect(state.errorBoxes).toEqual([expect.stringContaining('running already')]);
    expect(state.exitCode).toBe(1);

    state = resetElectron(userData);
    expect(await start(['--port', 'x'])).toBe(false);
    expect([state.errorBoxes[0], state.exitCode]).toEqual([expect.stringContaining('--port'), 2]);
  });

  it('takes folder, service and clock offset from the command line, past Chromium’s own switches', async () => {
    const data = path.join(userData, 'elsewhere');
    mkdirSync(data);
    const ours = ['--data', data, '--service', 'http://127.0.0.1:9', '--qa-clock-offset-ms', '-86400000'];
    await start(['--inspect=0', 'build/main-qa/main.js', ...ours], undefined, { createLab });
    expect(platform.paths).toEqual({ userData: data, downloads: path.join(data, 'downloads') });
    expect(platform.settings.read()).toEqual({ serviceUrl: 'http://127.0.0.1:9' });
    expect(platform.clock.now()).toBeLessThan(Date.now() - 86_000_000);
    expect([platform.host, platform.version]).toEqual(['electron', '1.2.3']);
  });

  it('hears sleep, waking and the charger, and keeps the machine awake only while asked', async () => {
    await start();
    const heard: string[] = [];
    const stop = platform.power.onSuspend(() => heard.push('suspend'));
    platform.power.onResume(() => heard.push('resume'));
    power('suspend');
    power('resume');
    stop();
    power('suspend');
    expect(heard).toEqual(['suspend', 'resume']);
    const supplies: boolean[] = [];
    const deaf = platform.power.onSupplyChange(() => supplies.push(platform.power.isOnBattery()));
    supply('on-battery');
    supply('on-ac');
    deaf();
    supply('on-battery');
    expect(supplies).toEqual([true, false]);
    expect(platform.power.isOnBattery()).toBe(true);
    const sleepAgain = platform.power.stayAwake('playing');
    expect([...state.powerBlockers.values()]).toEqual(['prevent-display-sleep']);
    sleepAgain();
    sleepAgain();
    expect(state.powerBlockers.size).toBe(0);
    state.isOnline = false;
    expect(platform.network.isOnline()).toBe(false);
  });
});
