import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Page } from 'playwright';
import { linkDemoCatalog } from '../../scripts/demo-catalog.ts';
import { startService } from '../../scripts/journey/processes.ts';
import type { RunningService } from '../../scripts/journey/processes.ts';
import { startBrowserHost } from './browser-host.ts';
import { startElectronHost } from './electron-host.ts';
import type { RunningHost } from './host.ts';
import { refused } from './ports.ts';
import type { WorkerOptions } from './test.ts';

export interface AppStart {
  /** With the license lab. */
  readonly qa?: boolean;
  /** Where the app's clock begins, off the machine's. */
  readonly qaClockOffsetMs?: number;
  readonly viewport?: { readonly width: number; readonly height: number };
}

/** A service with its OCAs and one app on it, each in its own processes, on folders of their own. */
export interface World {
  readonly serviceData: string;
  readonly userData: string;
  /** The window of the app that runs now. */
  readonly page: Page;
  readonly service: RunningService;
  startService(args?: string[]): Promise<RunningService>;
  /** Resolves once every port of API and OCAs refuses. */
  stopService(): Promise<void>;
  startApp(start?: AppStart): Promise<Page>;
  stopApp(): Promise<void>;
  killApp(): Promise<void>;
  /** Ends whatever runs and removes the folders. */
  end(): Promise<void>;
}

export async function createWorld(host: WorkerOptions['host']): Promise<World> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'layover-e2e-'));
  const serviceData = path.join(folder, 'service');
  const userData = path.join(folder, 'user');
  await mkdir(userData);
  await linkDemoCatalog(serviceData);
  let service: RunningService | undefined;
  let serviceUrl: string | undefined;
  let app: RunningHost | undefined;

  async function endApp(how: 'stop' | 'kill'): Promise<void> {
    const running = app;
    app = undefined;
    await running?.[how]();
  }

  return {
    serviceData,
    userData,
    get page() {
      if (!app) throw new Error('the app does not run');
      return app.page;
    },
    get service() {
      if (!service) throw new Error('the service does not run');
      return service;
    },
    async startService(args = []) {
      service = await startService(serviceData, ['--no-encode', ...args]);
      serviceUrl = service.apiUrl;
      return service;
    },
    async stopService() {
      const running = service;
      service = undefined;
      if (!running) return;
      await running.stop();
      await Promise.all([running.apiUrl, ...running.ocas.map(({ url }) => url)].map(refused));
    },
    async startApp({ qa = false, qaClockOffsetMs = 0, viewport = { width: 1280, height: 800 } } = {}) {
      if (!serviceUrl) throw new Error('the service has not run yet');
      const start = host === 'electron' ? startElectronHost : startBrowserHost;
      app = await start({ userData, serviceUrl, qa, qaClockOffsetMs, viewport });
      return app.page;
    },
    stopApp: () => endApp('stop'),
    killApp: () => endApp('kill'),
    async end() {
      await endApp('stop');
      await service?.stop();
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
