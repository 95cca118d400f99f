/**
 * How a page under Electron finds its preload script. No schema library here: the preload script is one small
 * bundle and imports this.
 */

/** What the preload script leaves in the page as `window.layover`. No function, nothing to abuse. */
export interface WindowBridge {
  readonly host: 'electron';
  /** The message by which the page hands its port to the preload script. */
  readonly connectMessage: string;
}

/** IPC channel on which the preload script passes the port on to the main process. */
export const CONNECT_CHANNEL = 'layover:connect';
