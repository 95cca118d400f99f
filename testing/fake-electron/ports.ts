import { EventEmitter } from 'node:events';
import { MessageChannel } from 'node:worker_threads';
import type { MessagePort as NodePort } from 'node:worker_threads';

/** The main process' end: an EventEmitter, queueing until start(); only its like can be transferred. */
export class MessagePortMain extends EventEmitter {
  readonly #port: NodePort;
  #started = false;
  #closed = false;

  constructor(port: NodePort) {
    super();
    this.#port = port;
    port.on('close', () => {
      this.#closed = true;
      this.emit('close');
    });
    port.unref();
  }

  start(): void {
    if (this.#started) return;
    this.#started = true;
    this.#port.on('message', (data) => this.emit('message', { data, ports: [] }));
  }

  /** Data are cloned. Anything but ports in `transfer` is refused; on a closed port nothing happens. */
  postMessage(message: unknown, transfer: unknown[] = []): void {
    if (transfer.some((item) => !(item instanceof MessagePortMain)))
      throw new TypeError('Invalid value for transfer');
    if (!this.#closed) this.#port.postMessage(structuredClone(message));
  }

  close(): void {
    this.#port.close();
  }
}

export class MessageChannelMain {
  readonly port1: MessagePortMain;
  readonly port2: MessagePortMain;
  constructor() {
    const { port1, port2 } = new MessageChannel();
    this.port1 = new MessagePortMain(port1);
    this.port2 = new MessagePortMain(port2);
  }
}

/** A page's `new MessageChannel()` of which one end goes to the main process. */
export function pageChannel(): { page: NodePort; main: MessagePortMain } {
  const { port1, port2 } = new MessageChannel();
  port1.unref();
  return { page: port1, main: new MessagePortMain(port2) };
}
