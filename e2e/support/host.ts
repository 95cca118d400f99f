import type { Page } from 'playwright';

export interface HostOptions {
  /** Folder of everything that belongs to the user of this app, the window's own profile included. */
  readonly userData: string;
  readonly serviceUrl: string;
  /** With the license lab. */
  readonly qa?: boolean;
  readonly qaClockOffsetMs: number;
  readonly viewport: { readonly width: number; readonly height: number };
}

/** The app as it runs now: its process and its window. */
export interface RunningHost {
  readonly page: Page;
  /** Closes the window and ends the process as a viewer would. */
  stop(): Promise<void>;
  /** SIGKILL, with no time for a last word. */
  kill(): Promise<void>;
}
