import type { Profile } from '../../src/shared/catalog.ts';
import type { AppStatus, Client, EngineEvent } from '../../src/shared/contract.ts';
import type { LicenseWarning } from '../../src/shared/downloads.ts';
import { LayoverError } from '../../src/shared/errors.ts';
import { Settings } from '../../src/shared/settings.ts';
import { addressProcedures } from './addresses.ts';
import { catalogProcedures } from './catalog.ts';
import { deviceProcedures, licenseProcedures } from './devices.ts';
import { eventStream } from './event-stream.ts';
import { mark, playbackProcedures } from './playback.ts';
import { advanceDownloads, downloadProcedures } from './queue.ts';
import { inOrder, settle } from './rules.ts';
import { seededDownloads } from './seeds.ts';
import { advanceStorage, storageOf, storageProcedures, usualFolder } from './storage.ts';
import { tripProcedures } from './trip.ts';
import { requireOnline } from './world.ts';
import type { Surroundings, World } from './world.ts';

export interface FakeClientOptions {
  /** What is found at the start. `empty`: signed in, with nothing downloaded. */
  scenario: 'signed-out' | 'who' | 'home' | 'offline' | 'empty';
  settings?: Partial<Settings>;
  surroundings?: Partial<Surroundings>;
  /** Whether there is a system's dialog for choosing a folder. */
  canChooseFolder?: boolean;
  now(): number;
  /** Drives downloads; without it they stand still until `advance` is called. */
  every?(ms: number, run: () => void): unknown;
}

const profiles: Profile[] = [
  { profileId: 'ana', name: 'Ana', avatar: 'sunrise', isKids: false, language: 'en', maturityLimit: '18', hasPin: false },
  { profileId: 'ben', name: 'Ben', avatar: 'mountain', isKids: false, language: 'en', maturityLimit: '18', hasPin: true },
  { profileId: 'kim', name: 'Kim', avatar: 'whale', isKids: true, language: 'en', maturityLimit: '7', hasPin: false },
]; // prettier-ignore

const account = {
  accountId: 'demo',
  email: 'traveler@layover.example',
  plan: 'premium' as const,
  mustSignInAgain: false,
};

/** The whole contract in memory. `emit` and `setStatus` play the engine's part; `calls` is what was asked. */
export interface FakeClient extends Client {
  emit(event: EngineEvent): void;
  setStatus(changes: Partial<AppStatus>): void;
  /** Another network, the charger pulled, the drive gone: the queue answers to it at once. */
  surround(changes: Partial<Surroundings>): void;
  /** One step of whatever runs: a twentieth of each download, a tenth of a move or a check. */
  advance(): void;
  /** These run out, and the engine says so. */
  warn(warnings: LicenseWarning[]): void;
  readonly calls: { name: string; input: unknown }[];
}

/** For screens under development and their tests: a catalog, downloads that move, no engine. */
export function createFakeClient(options: FakeClientOptions): FakeClient {
  const { now, scenario } = options;
  const isIn = scenario !== 'signed-out';
  const hasDownloads = scenario === 'home' || scenario === 'offline';
  const stream = eventStream<EngineEvent>();
  const calls: FakeClient['calls'] = [];
  const world: World = {
    now,
    emit: stream.emit,
    settings: Settings.parse({ serviceUrl: 'https://service.layover.example', ...options.settings }),
    status: {
      host: 'browser',
      version: '0.1.0',
      connection: scenario === 'offline' ? 'offline' : 'online',
      secretsProtection: 'file',
      notices: [],
      account: isIn ? account : null,
      profile: isIn && scenario !== 'who' ? (profiles[0] ?? null) : null,
      pendingMutations: scenario === 'offline' ? 2 : 0,
      canChooseFolder: options.canChooseFolder ?? false,
      nowMs: now(),
    },
    downloads: hasDownloads ? inOrder(seededDownloads(now())) : [],
    startedAnyway: new Set(),
    positions: new Map(),
    opened: [],
    followed: [],
    removedByRule: [],
    warnings: [],
    surroundings: {
      isMetered: false,
      isOnBattery: false,
      isPlaying: false,
      isPresent: true,
      roomBytes: 52_000_000_000,
      diskBytes: 256_000_000_000,
      damagedSegments: 0,
      ...options.surroundings,
    },
    revision: 0,
    storage: { folder: usualFolder, move: null, moveError: null, check: null, lastCheck: null },
  };
  if (isIn) {
    mark(world, 'gate-forty-s1e1', 2_450);
    mark(world, 'gate-forty-s1e2', 600);
    mark(world, 'harbor-lights-s1e1', 900);
    mark(world, 'cold-front-film', 5_100);
  }
  settle(world);

  const setStatus: FakeClient['setStatus'] = (changes) => {
    world.status = { ...world.status, ...changes, nowMs: now() };
    stream.emit({ type: 'status', status: world.status });
    settle(world);
  };
  const advance = () => {
    advanceDownloads(world);
    advanceStorage(world);
  };
  options.every?.(1_000, advance);

  const client: Client = {
    app: {
      status: async () => ({ ...world.status, nowMs: now() }),
      probe: async () => world.status,
      // oRPC's own iterator class has private parts; what is promised of it is that it can be iterated.
      events: async (_input, call) => stream.open(call?.signal) as never,
    },
    auth: {
      signIn: async ({ password }) => {
        requireOnline(world);
        if (password !== 'layover-demo') throw new LayoverError('auth/wrong-credentials');
        setStatus({ account, profile: null });
        return world.status;
      },
      signOut: async () => {
        setStatus({ account: null, profile: null });
        return world.status;
      },
    },
    profiles: {
      list: async () => profiles,
      choose: async ({ profileId, pin }) => {
        const profile = profiles.find((each) => each.profileId === profileId);
        if (!profile) throw new LayoverError('profile/unknown');
        if (profile.hasPin && pin !== '1234') throw new LayoverError('profile/wrong-pin');
        setStatus({ profile });
        return world.status;
      },
    },
    devices: deviceProcedures(world),
    licenses: licenseProcedures(world),
    catalog: catalogProcedures(world),
    addresses: addressProcedures(world),
    playback: playbackProcedures(world),
    downloads: downloadProcedures(world),
    storage: storageProcedures(world, { choosesFolder: options.canChooseFolder ?? false }),
    trip: tripProcedures(world),
    warnings: {
      open: async () => (world.settings.notifications.licenseEnds ? world.warnings : []),
      seen: async () => {
        world.warnings = [];
        return {};
      },
    },
    sync: {
      now: async () => {
        requireOnline(world);
        return { sent: 0, pending: 0, pulledRevision: 1 };
      },
    },
    settings: {
      read: async () => world.settings,
      write: async (patch) => {
        world.settings = Settings.parse({ ...world.settings, ...patch });
        stream.emit({ type: 'storage', storage: storageOf(world) });
        settle(world);
        return world.settings;
      },
    },
  };
  const surround: FakeClient['surround'] = (changes) => {
    Object.assign(world.surroundings, changes);
    stream.emit({ type: 'storage', storage: storageOf(world) });
    settle(world);
  };
  const warn: FakeClient['warn'] = (warnings) => {
    world.warnings = warnings;
    stream.emit({ type: 'license-warnings', warnings });
  };
  return Object.assign(recorded(client, calls), {
    emit: stream.emit,
    setStatus,
    surround,
    advance,
    warn,
    calls,
  });
}

/** The same client, each call written down first. */
function recorded(client: Client, calls: FakeClient['calls']): Client {
  const folders = Object.entries(
    client as unknown as Record<string, Record<string, (...all: unknown[]) => unknown>>,
  );
  return Object.fromEntries(
    folders.map(([folder, procedures]) => [
      folder,
      Object.fromEntries(
        Object.entries(procedures).map(([name, procedure]) => [
          name,
          (...all: unknown[]) => {
            calls.push({ name: `${folder}.${name}`, input: all[0] });
            return procedure(...all);
          },
        ]),
      ),
    ]),
  ) as unknown as Client;
}
