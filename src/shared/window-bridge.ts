import { z } from 'zod';

/** What Electron's preload script leaves in the page as `window.layover`. No function, nothing to abuse. */
export const WindowBridge = z.object({
  host: z.literal('electron'),
  /** The message by which the page hands its port to the preload script. */
  connectMessage: z.literal('layover:connect'),
});
export type WindowBridge = z.infer<typeof WindowBridge>;

/** IPC channel on which the preload script passes the port on to the main process. */
export const CONNECT_CHANNEL = 'layover:connect';
