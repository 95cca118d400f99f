import { networkInterfaces } from 'node:os';
import type { NetworkSignal } from '../shared/platform.ts';
import { SECOND_MS } from '../shared/units.ts';
import type { Ms } from '../shared/units.ts';
import { every } from './poll.ts';
import type { Poll, Watched } from './poll.ts';

const POLL_MS: Ms = 5 * SECOND_MS;
/** To ask what a network costs starts a program: only when the network changed, and every so many polls. */
const POLLS_PER_QUESTION = 12;

export interface Interface {
  readonly internal: boolean;
  readonly address?: string;
}

export interface SignalSources {
  interfaces?(): Interface[];
  poll?: Poll;
  /** Whether bytes cost money; not given: nobody says. */
  metered?: Watched<boolean | null>;
}

export interface NetworkSources extends SignalSources {
  /** The service's address as it is known now. */
  serviceUrl(): string | undefined;
}

/**
 * An interface that is up says little. So only one answer is
 * certain: no interface beyond loopback, and a service that is not on loopback, is offline. Everything else
 * is `true`, which means "perhaps".
 */
export function createInterfaceSignal(sources: NetworkSources): NetworkSignal {
  const { serviceUrl, interfaces = readInterfaces } = sources;
  const isOnline = () => {
    if (interfaces().some(({ internal }) => !internal)) return true;
    const url = serviceUrl();
    return url === undefined || isLoopback(url);
  };
  return createPolledSignal(isOnline, sources);
}

/**
 * A signal from a source that must be asked: neither Node nor Electron's main process tells by itself. Other
 * addresses than before mean another network, even if it looks as good as the last.
 */
export function createPolledSignal(isOnline: () => boolean, sources: SignalSources = {}): NetworkSignal {
  const { interfaces = readInterfaces, poll = every(POLL_MS), metered } = sources;
  const isMetered = () => metered?.current ?? null;
  const addresses = () =>
    interfaces()
      .flatMap(({ internal, address = '' }) => (internal ? [] : address))
      .sort()
      .join(' ');
  void metered?.refresh();
  return {
    isOnline,
    isMetered,
    onChange: (listener) => {
      let [wasOnline, wasMetered, oldAddresses] = [isOnline(), isMetered(), addresses()];
      let polls = 0;
      let isStopped = false;
      const askCost = async () => {
        await metered?.refresh();
        if (isStopped || isMetered() === wasMetered) return;
        wasMetered = isMetered();
        listener();
      };
      void askCost();
      const stop = poll(() => {
        const [nowOnline, nowAddresses] = [isOnline(), addresses()];
        const isOtherNetwork = nowOnline !== wasOnline || nowAddresses !== oldAddresses;
        [wasOnline, oldAddresses] = [nowOnline, nowAddresses];
        polls += 1;
        if (isOtherNetwork || polls % POLLS_PER_QUESTION === 0) void askCost();
        if (isOtherNetwork) listener();
      });
      return () => {
        isStopped = true;
        stop();
      };
    },
  };
}

const KNOWN_FOR_MS: Ms = 250;
let known: { interfaces: Interface[]; untilMs: Ms } | undefined;

/** Asked before every segment, and the system takes a tenth of a millisecond to tell. */
function readInterfaces(): Interface[] {
  const nowMs = performance.now();
  if (!known || nowMs >= known.untilMs) known = { interfaces: askSystem(), untilMs: nowMs + KNOWN_FOR_MS };
  return known.interfaces;
}

function askSystem(): Interface[] {
  return Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
}

function isLoopback(url: string): boolean {
  const host = URL.canParse(url) ? new URL(url).hostname : '';
  return host === 'localhost' || host.endsWith('.localhost') || /^127\./.test(host) || host === '[::1]';
}
