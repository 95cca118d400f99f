import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { LayoverError } from '../shared/errors.ts';
import type { LabFaults } from '../shared/lab-contract.ts';
import type { NetworkSignal, Platform, PowerSignal, SecretBox, Transport } from '../shared/platform.ts';

const none: LabFaults = {
  offline: false,
  renewalsRefused: false,
  serviceTimeWrongByMs: 0,
  keychainLost: false,
  onBattery: false,
};
/** lab.json in the user folder. `sealed`: digests of what the keychain has sealed since it was lost. */
const Kept = z.object({ keychainLost: z.boolean(), sealed: z.array(z.string()) });

export interface Faults {
  readonly now: LabFaults;
  change(to: Partial<LabFaults>): void;
  /** What the engine takes from the world, with these faults in it. */
  readonly parts: Pick<Platform, 'fetch' | 'transport' | 'network' | 'power' | 'secrets'>;
}

/** Faults between the engine and its world, each of which can be had and taken away while it runs. */
export function createFaults(platform: Platform): Faults {
  const file = path.join(platform.paths.userData, 'lab.json');
  const kept = read(file);
  let now: LabFaults = { ...none, keychainLost: kept.keychainLost };
  const network = withOffline(platform.network, () => now.offline);
  const power = withoutCharger(platform.power, () => now.onBattery);

  return {
    get now() {
      return now;
    },
    change(to) {
      const before = now;
      now = { ...now, ...to };
      if (to.keychainLost !== undefined && to.keychainLost !== kept.keychainLost) {
        kept.keychainLost = to.keychainLost;
        kept.sealed = [];
        write(file, kept);
      }
      if (now.offline !== before.offline) network.tell();
      if (now.onBattery !== before.onBattery) power.tell();
    },
    parts: {
      network: network.signal,
      power: power.signal,
      transport: platform.transport && withoutWay(platform.transport, () => now.offline),
      secrets: forgetful(platform.secrets, kept, () => write(file, kept)),
      async fetch(input, init) {
        if (now.offline) throw new TypeError('fetch failed: the lab is offline');
        return refusalFor(new Request(input, init), now) ?? platform.fetch(input, init);
      },
    },
  };
}

/** What the service would answer to these calls, were it as the tester wants it. */
function refusalFor({ method, url }: Request, faults: LabFaults): Response | null {
  const { pathname } = new URL(url);
  if (method !== 'POST') return null;
  if (faults.renewalsRefused && /\/licenses(\/[^/]+\/renew)?$/.test(pathname))
    return Response.json({ code: 'not-allowed', message: 'refused in the lab' }, { status: 403 });
  // A service whose clock is right would set it right at once.
  if (faults.serviceTimeWrongByMs !== 0 && /\/check-in$/.test(pathname))
    return Response.json({ code: 'busy', message: 'its clock is wrong in the lab' }, { status: 503 });
  return null;
}

function withOffline(inner: NetworkSignal, isOffline: () => boolean) {
  const { listen, tell } = listenersBeside((listener) => inner.onChange(listener));
  const signal: NetworkSignal = {
    isOnline: () => !isOffline() && inner.isOnline(),
    isMetered: () => inner.isMetered(),
    onChange: listen,
  };
  return { signal, tell };
}

function withoutCharger(inner: PowerSignal, isPulledOut: () => boolean) {
  const { listen, tell } = listenersBeside((listener) => inner.onSupplyChange(listener));
  const signal: PowerSignal = {
    ...inner,
    isOnBattery: () => isPulledOut() || inner.isOnBattery(),
    onSupplyChange: listen,
  };
  return { signal, tell };
}

/** Who listens hears what the machine tells, and what the lab does. */
function listenersBeside(inner: (listener: () => void) => () => void) {
  const listeners = new Set<() => void>();
  return {
    listen(listener: () => void) {
      listeners.add(listener);
      const stop = inner(listener);
      return () => {
        listeners.delete(listener);
        stop();
      };
    },
    tell: () => [...listeners].forEach((listener) => listener()),
  };
}

function withoutWay(inner: Transport, isOffline: () => boolean): Transport {
  return {
    async request(request, receiver) {
      if (isOffline()) throw new LayoverError('network/offline');
      return inner.request(request, receiver);
    },
  };
}

/** A keychain that has lost its key opens only what it has sealed since. It can be found again. */
function forgetful(inner: SecretBox, kept: z.infer<typeof Kept>, keep: () => void): SecretBox {
  const digestOf = (sealed: Uint8Array) => createHash('sha256').update(sealed).digest('base64url');
  return {
    protection: () => inner.protection(),
    record: inner.record,
    async seal(plain) {
      const sealed = await inner.seal(plain);
      if (kept.keychainLost) {
        kept.sealed.push(digestOf(sealed));
        keep();
      }
      return sealed;
    },
    async open(sealed) {
      if (kept.keychainLost && !kept.sealed.includes(digestOf(sealed)))
        throw new LayoverError('device/secret-unreadable');
      return inner.open(sealed);
    },
  };
}

function read(file: string): z.infer<typeof Kept> {
  try {
    return Kept.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return { keychainLost: false, sealed: [] };
  }
}

function write(file: string, kept: z.infer<typeof Kept>): void {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify(kept), { mode: 0o600 });
}
