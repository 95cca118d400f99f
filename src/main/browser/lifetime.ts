import type { Log } from '../../shared/platform.ts';

/** What of node:process says that it shall end, and ends it. */
export interface EndingProcess {
  on(event: 'unhandledRejection' | 'uncaughtException', listener: (thrown: unknown) => void): unknown;
  once(event: 'SIGINT' | 'SIGTERM', listener: () => void): unknown;
  exit(code: number): void;
}

/**
 * Ends the process in good order. A signal: stop, exit code 0. What nobody caught: the state of whatever threw
 * is not known, so it is logged, everything is put away, exit code 1. A promise that was rejected and that
 * nobody waits for is one piece of background work that failed: logged, and the rest goes on.
 */
export function endInOrder(running: EndingProcess, stop: () => Promise<void>, log: Log): void {
  let isEnding = false;
  const end = async (code: number): Promise<void> => {
    if (isEnding) return;
    isEnding = true;
    try {
      await stop();
    } catch (thrown) {
      log.error('host.stop-failed', { reason: reasonOf(thrown) });
      running.exit(1);
      return;
    }
    running.exit(code);
  };
  running.once('SIGINT', () => void end(0));
  running.once('SIGTERM', () => void end(0));
  running.on('unhandledRejection', (thrown) => {
    log.error('host.rejection-unhandled', { reason: reasonOf(thrown) });
  });
  running.on('uncaughtException', (thrown) => {
    log.error('host.exception-uncaught', { reason: reasonOf(thrown) });
    void end(1);
  });
}

function reasonOf(thrown: unknown): string {
  return thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
}
