import { EventEmitter } from 'node:events';
import { demandReady, state } from './state.ts';

/** A notification of the system: `click()` is the person's hand. */
export class FakeNotification extends EventEmitter {
  readonly title: string;
  readonly body: string;
  isShown = false;

  constructor({ title = '', body = '' }: { title?: string; body?: string } = {}) {
    super();
    demandReady('Notification');
    this.title = title;
    this.body = body;
    state.notifications.push(this);
  }
  static isSupported(): boolean {
    return state.hasNotifications;
  }
  show(): void {
    this.isShown = true;
  }
  click(): void {
    this.emit('click', {});
  }
}
