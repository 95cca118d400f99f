import type { FakeState } from './state.ts';
import { emitters, resetState, state } from './state.ts';

export { pageChannel } from './ports.ts';
export type { FakeSession } from './session.ts';
export type { FakeWindow, FakeWebContents } from './windows.ts';

/** A new, not yet ready app; what tests look at and turn. */
export function resetElectron(userData: string): FakeState {
  resetState(userData);
  return state;
}

/** Chromium has started. */
export function becomeReady(): void {
  state.isReady = true;
  emitters.app.emit('ready');
}

/** The machine goes to sleep, or wakes. */
export function power(event: 'suspend' | 'resume'): void {
  emitters.powerMonitor.emit(event);
}

/** The charger is pulled, or plugged in. */
export function supply(event: 'on-ac' | 'on-battery'): void {
  state.isOnBattery = event === 'on-battery';
  emitters.powerMonitor.emit(event);
}

/** The viewer answers the open dialog: with a folder, or null to cancel. */
export function answerFolderDialog(folder: string | null): void {
  state.folderDialogs
    .shift()
    ?.answer(folder === null ? { canceled: true, filePaths: [] } : { canceled: false, filePaths: [folder] });
}

/** Somebody starts the app a second time. */
export function startAgain(): void {
  emitters.app.emit('second-instance', {}, [], '', null);
}
