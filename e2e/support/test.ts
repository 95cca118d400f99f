import { test as base } from '@playwright/test';

export interface WorkerOptions {
  /** What the engine runs under; one project each. */
  host: 'browser' | 'electron';
}

export const test = base.extend<object, WorkerOptions>({
  host: ['browser', { option: true, scope: 'worker' }],
});

export { expect } from '@playwright/test';
