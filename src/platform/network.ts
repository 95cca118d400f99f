import { networkInterfaces } from 'node:os';
import type { NetworkSignal } from '../shared/platform.ts';
import type { Ms } from '../shared/units.ts';

const POLL_MS: Ms = 5_000;

export interface NetworkSources {
  /** The service's address as it is known now. */
  serviceUrl(): string | undefined;
  interfaces?(): { internal: boolean }[];
  /** Calls back every now and then; returns the way to stop. */
  poll?(listener: () => void): () => void;
}

/**
 * An interface that is up says little. So only one answer is
 * certain: no interface beyond loopback, and a service that is not on loopback, is offline. Everything else
 * is `true`, which means "perhaps".
 */
export function createInterfaceSignal(sources: NetworkSources): NetworkSignal {
  const { serviceUrl, interfaces = readInterfaces, poll } = sources;
  const isOnline = () => {
    if (interfaces().some(({ internal }) => !internal)) return true;
    const url = serviceUrl();
    return url === undefined || isLoopback(url);
  };
  return createPolledSignal(isOnline, poll);
}

/** A signal from a source that must be asked: neither Node nor Electron's main process tells by itself. */
export function createPolledSignal(
  isOnline: () => boolean,
  poll: (listener: () => void) => () => void = pollSeldom,
): NetworkSignal {
  return {
    isOnline,
    onChange: (listener) => {
      let last = isOnline();
      return poll(() => {
        const next = isOnline();
        if (next === last) return;
        last = next;
        listener();
      });
    },
  };
}

function readInterfaces(): { internal: boolean }[] {
  return Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
}

function pollSeldom(listener: () => void): () => void {
  const timer = setInterval(listener, POLL_MS);
  timer.unref();
  return () => clearInterval(timer);
}

function isLoopback(url: string): boolean {
  const host = URL.canParse(url) ? new URL(url).hostname : '';
  return host === 'localhost' || host.endsWith('.localhost') || /^127\./.test(host) || host === '[::1]';
}
