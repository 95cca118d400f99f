import { contextBridge, ipcRenderer } from 'electron';
import type { WindowBridge } from '../shared/window-bridge.ts';
import { CONNECT_CHANNEL } from '../shared/window-bridge.ts';

const bridge: WindowBridge = { host: 'electron', connectMessage: 'layover:connect' };
contextBridge.exposeInMainWorld('layover', bridge);

/** Passes the page's port on, and nothing else: no `ipcRenderer` reaches the page. */
window.addEventListener('message', (event) => {
  const isOurs = event.source === window && event.origin === window.location.origin;
  if (!isOurs || event.data !== bridge.connectMessage || event.ports.length !== 1) return;
  event.stopImmediatePropagation();
  ipcRenderer.postMessage(CONNECT_CHANNEL, null, [...event.ports]);
});
