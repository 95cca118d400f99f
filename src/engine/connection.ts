import { asLayoverError } from '../shared/errors.ts';
import type { AppStatus } from '../shared/contract.ts';
import type { Clock, Log, NetworkSignal } from '../shared/platform.ts';
import { SECOND_MS } from '../shared/units.ts';
import type { Ms } from '../shared/units.ts';

export type ConnectionState = AppStatus['connection'];

interface ConnectionOptions {
  readonly clock: Clock;
  readonly network: NetworkSignal;
  readonly log: Log;
  /** Asks the service for the time; throws when it does not answer. */
  readonly askTime: (signal: AbortSignal) => Promise<{ nowMs: Ms }>;
  readonly onServiceTime: (nowMs: Ms) => void;
  readonly onChange: (state: ConnectionState) => void;
}

const WHILE_ONLINE_MS: Ms = 30 * SECOND_MS;
const FIRST_RETRY_MS: Ms = 1 * SECOND_MS;
const LONGEST_RETRY_MS: Ms = 30 * SECOND_MS;

/**
 * Whether the service can be reached. The machine's own "offline" is believed; its "online" is not: the
 * service is asked, at once when something hints at a change, else now and then. Starts pessimistic, because
 * nothing may wait for it.
 */
export function createConnection(options: ConnectionOptions) {
  const { clock, network } = options;
  let state: ConnectionState = network.isOnline() ? 'service-unreachable' : 'offline';
  let probing: Promise<ConnectionState> | undefined;
  let pause: AbortController | undefined;
  let retryMs = FIRST_RETRY_MS;
  const stopped = new AbortController();

  function become(next: ConnectionState): ConnectionState {
    if (next !== state) {
      state = next;
      options.log.info('connection', { state });
      options.onChange(state);
    }
    return state;
  }

  async function ask(): Promise<ConnectionState> {
    if (!network.isOnline()) return become('offline');
    try {
      const { nowMs } = await options.askTime(stopped.signal);
      options.onServiceTime(nowMs);
      retryMs = FIRST_RETRY_MS;
      return become('online');
    } catch (thrown) {
      if (stopped.signal.aborted) return state;
      const offline = asLayoverError(thrown).code === 'network/offline';
      return become(offline ? 'offline' : 'service-unreachable');
    }
  }

  function probe(): Promise<ConnectionState> {
    probing ??= ask().finally(() => {
      probing = undefined;
      schedule();
    });
    return probing;
  }

  function schedule(): void {
    pause?.abort();
    if (stopped.signal.aborted) return;
    const waitMs = state === 'online' ? WHILE_ONLINE_MS : retryMs;
    if (state !== 'online') retryMs = Math.min(retryMs * 2, LONGEST_RETRY_MS);
    pause = new AbortController();
    clock.sleep(waitMs, pause.signal).then(probe, () => undefined);
  }

  const stopListening = network.onChange(() => {
    retryMs = FIRST_RETRY_MS;
    void probe();
  });

  return {
    state: (): ConnectionState => state,
    probe,
    /** A call to the service just failed for want of an answer: look again now. */
    doubt: (): void => void (state === 'online' && probe()),
    async stop(): Promise<void> {
      stopped.abort();
      pause?.abort();
      stopListening();
      await probing;
    },
  };
}
