import type { IpcMain, IpcMainEvent, MessagePortMain } from 'electron';
import type { Engine } from '../../engine/types.ts';
import type { Log } from '../../shared/platform.ts';
import { CONNECT_CHANNEL } from '../../shared/window-bridge.ts';
import { createPortRpc } from '../rpc.ts';
import { isOwnUrl } from './scheme.ts';

/**
 * The only IPC there is: a window's main frame hands over one end of a message channel and calls the engine
 * through it. A reload brings a new port; the old one is closed.
 */
export function acceptConnections(ipcMain: IpcMain, router: Engine['router'], log: Log): void {
  const serve = createPortRpc(router, log);
  const ports = new Map<number, MessagePortMain>();
  ipcMain.on(CONNECT_CHANNEL, (event) => {
    const [port, ...others] = event.ports;
    if (!port || others.length > 0 || !isOurMainFrame(event)) {
      log.warn('ipc.refused', { frame: event.senderFrame?.url ?? 'gone' });
      for (const each of event.ports) each.close();
      return;
    }
    const { id } = event.sender;
    ports.get(id)?.close();
    ports.set(id, port);
    port.on('close', () => {
      if (ports.get(id) === port) ports.delete(id);
    });
    serve(port);
    port.start();
  });
}

/** A frame that has navigated away or died is null; an inner frame is never ours. */
function isOurMainFrame({ senderFrame, sender }: IpcMainEvent): boolean {
  return senderFrame !== null && senderFrame === sender.mainFrame && isOwnUrl(senderFrame.url);
}
