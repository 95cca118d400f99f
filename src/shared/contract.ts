import { eventIterator, oc } from '@orpc/contract';
import type { ContractRouterClient } from '@orpc/contract';
import { z } from 'zod';
import { Episode, Id, OpenedAddress, Profile, Row, RowItem, Title } from './catalog.ts';
import {
  DownloadOptions,
  DownloadPriority,
  DownloadView,
  EpisodeScope,
  EpisodesOptions,
  FollowedTitle,
  LicenseWarning,
  RemovedByRule,
  StoragePlace,
  StorageView,
} from './downloads.ts';
import { ErrorValue } from './errors.ts';
import { Verdict } from './license.ts';
import { WatchPosition } from './progress.ts';
import { SelectionPreferences } from './selection.ts';
import { Settings, SettingsPatch } from './settings.ts';
import { Trip, TripRenewal, TripReport } from './trip.ts';

/**
 * The one contract between the engine and whatever shows it: the window over a MessagePort (Electron) or
 * over loopback HTTP (browser host), the command line in the same process. Both ends are derived from it.
 * Every failure is the one defined error LAYOVER, which carries an ErrorValue.
 */
const procedure = oc.errors({ LAYOVER: { status: 400, data: ErrorValue } });
const nothing = z.object({});

// --- app ---------------------------------------------------------------------------------------------

export const AppStatus = z.object({
  host: z.enum(['electron', 'browser', 'cli']),
  version: z.string(),
  /** What is known of the way out: no network, or a network without the service, or all well. */
  connection: z.enum(['offline', 'service-unreachable', 'online']),
  /** How this computer keeps Layover's keys; `file` is shown as a warning. */
  secretsProtection: z.enum(['os', 'file']),
  /** Something the viewer should know since start, e.g. a database restored from its backup. */
  notices: z.array(ErrorValue),
  account: z
    .object({
      accountId: Id,
      email: z.string(),
      plan: z.enum(['basic', 'standard', 'premium']),
      /** The service does not know this sign-in any more. Downloads play as before; nothing new comes. */
      mustSignInAgain: z.boolean(),
    })
    .nullable(),
  profile: Profile.nullable(),
  /** Mutations that wait for the service. */
  pendingMutations: z.int().nonnegative(),
  /** Whether this host can show the system's dialog for choosing a folder. */
  canChooseFolder: z.boolean(),
  /** Trusted time, so that screens count down by the same clock as the verdict. */
  nowMs: z.int().nonnegative(),
});
export type AppStatus = z.infer<typeof AppStatus>;

// --- devices -----------------------------------------------------------------------------------------

/** A device of the account, as the service knows it. */
export const DeviceView = z.object({
  deviceId: Id,
  name: z.string(),
  registeredAtMs: z.int(),
  lastSeenAtMs: z.int(),
  isThis: z.boolean(),
  /** Videos that it holds licenses of for offline use. */
  downloads: z.int().nonnegative(),
  /** Their titles, those that the profile may see. */
  titleNames: z.array(z.string()),
});
export type DeviceView = z.infer<typeof DeviceView>;

// --- licenses ----------------------------------------------------------------------------------------

/** What is known of the time, by which license windows are measured. */
export const LicenseClock = z.object({
  /** Trusted time, which never goes back by itself. */
  nowMs: z.int().nonnegative(),
  /** What this computer's clock says, and by how much it is ahead (behind: less than 0). */
  machineMs: z.int(),
  driftMs: z.int(),
  /** By trusted time; null: the service's signed word was never heard under this account. */
  lastHeardAtMs: z.int().nonnegative().nullable(),
  state: z.enum([
    /** Both agree. */
    'agrees',
    /** It is behind what was seen before: what depends on a window is refused. */
    'behind',
    /** It is wrong by the service's word, and is read with that error taken off. */
    'corrected',
    /** Only this clock has ever said what time it is. */
    'unheard',
  ]),
});
export type LicenseClock = z.infer<typeof LicenseClock>;

// --- catalog -----------------------------------------------------------------------------------------

/** What a card or a row shows about progress, from the local replica. */
export const HomeView = z.object({
  rows: z.array(Row),
  /** Positions of whatever appears in the rows, newest first. */
  positions: z.array(WatchPosition),
  /** When the rows came from the service; null: never, they are made from what is here. */
  refreshedAtMs: z.int().nullable(),
});
export type HomeView = z.infer<typeof HomeView>;

// --- playback ----------------------------------------------------------------------------------------

export const PlaybackStart = z.object({
  sessionId: Id,
  videoId: Id,
  titleId: Id,
  titleName: z.string(),
  episode: Episode.pick({ episodeId: true, seasonNumber: true, episodeNumber: true, name: true }).nullable(),
  nextVideoId: Id.nullable(),
  /** Path of the multivariant playlist on the media handler: "/media/<sessionId>/master.m3u8". */
  playlistPath: z.string(),
  resumePositionSeconds: z.number().nonnegative(),
  durationSeconds: z.number().positive(),
  /** Whether everything, something or nothing of it lies in the store. */
  stored: z.enum(['all', 'some', 'none']),
  verdict: Verdict,
});
export type PlaybackStart = z.infer<typeof PlaybackStart>;

export const PlaybackTick = z.object({
  sessionId: Id,
  positionSeconds: z.number().nonnegative(),
  /** Time really watched since the last tick: seeking and pausing add nothing. */
  watchedSeconds: z.number().nonnegative(),
  state: z.enum(['playing', 'paused', 'ended']),
});
export type PlaybackTick = z.infer<typeof PlaybackTick>;

/** For the statistics overlay, the CLI and the tests: which place the bytes came from. */
export const PlaybackStats = z.object({
  bySource: z.array(
    z.object({
      /** "store" or an OCA's id. */
      source: z.string(),
      segments: z.int().nonnegative(),
      bytes: z.int().nonnegative(),
    }),
  ),
  ocas: z.array(
    z.object({
      ocaId: z.string(),
      state: z.enum(['unknown', 'good', 'slow', 'failed']),
      throughputBitsPerSecond: z.number().nullable(),
      latencyMs: z.number().nullable(),
    }),
  ),
  lastError: ErrorValue.nullable(),
});
export type PlaybackStats = z.infer<typeof PlaybackStats>;

// --- events ------------------------------------------------------------------------------------------

/** What the window is told without asking. `changed` names queries whose answers are stale. */
export const EngineEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('status'), status: AppStatus }),
  z.object({
    type: z.literal('changed'),
    what: z.enum(['catalog', 'progress', 'my-list', 'profiles', 'settings', 'downloads']),
  }),
  z.object({ type: z.literal('download'), download: DownloadView }),
  z.object({ type: z.literal('download-removed'), downloadId: Id }),
  /** Beside the `download-removed` of the same download: it was no hand of the viewer's. */
  z.object({ type: z.literal('removed-by-rule'), removed: RemovedByRule }),
  /** All that are due at the same time; each but once. */
  z.object({ type: z.literal('license-warnings'), warnings: z.array(LicenseWarning).min(1) }),
  z.object({ type: z.literal('storage'), storage: StorageView }),
  z.object({ type: z.literal('playback-refused'), sessionId: Id, error: ErrorValue }),
]);
export type EngineEvent = z.infer<typeof EngineEvent>;

// --- the contract ------------------------------------------------------------------------------------

export const contract = {
  app: {
    status: procedure.output(AppStatus),
    /** Probes the service now, e.g. because the viewer pressed "try again". */
    probe: procedure.output(AppStatus),
    events: procedure.output(eventIterator(EngineEvent)),
  },
  auth: {
    signIn: procedure
      .input(
        z.object({ serviceUrl: z.url().optional(), email: z.string().min(1), password: z.string().min(1) }),
      )
      .output(AppStatus),
    /** Downloads stay, locked to their account; what was not sent yet stays too. */
    signOut: procedure.output(AppStatus),
  },
  profiles: {
    list: procedure.output(z.array(Profile)),
    choose: procedure
      .input(
        z.object({
          profileId: Id,
          pin: z
            .string()
            .regex(/^\d{4}$/)
            .optional(),
        }),
      )
      .output(AppStatus),
  },
  /** Both ask the service. */
  devices: {
    list: procedure.output(z.array(DeviceView)),
    /** Signs another device out and frees what it holds; answers with those that are left. */
    remove: procedure.input(z.object({ deviceId: Id })).output(z.array(DeviceView)),
  },
  licenses: {
    clock: procedure.output(LicenseClock),
    /**
     * Hears the service's word on time and licenses now: what it took back is locked, what it gives back is asked for. Answers when
     * that is done. Errors: of the service.
     */
    checkIn: procedure.output(LicenseClock),
  },
  catalog: {
    home: procedure.output(HomeView),
    search: procedure.input(z.object({ q: z.string().max(200) })).output(z.array(RowItem)),
    title: procedure.input(z.object({ titleId: Id })).output(
      z.object({
        title: Title,
        positions: z.array(WatchPosition),
        listed: z.boolean(),
        rating: z.union([z.literal(0), z.literal(1), z.null()]),
      }),
    ),
    setListed: procedure.input(z.object({ titleId: Id, listed: z.boolean() })).output(nothing),
    rate: procedure
      .input(z.object({ titleId: Id, rating: z.union([z.literal(0), z.literal(1), z.null()]) }))
      .output(nothing),
  },
  /** Videos of no service's: everything about them works with nobody signed in. */
  addresses: {
    /** Reads what lies there; nothing is kept of what is refused. The same address is the same video. */
    open: procedure.input(z.object({ url: z.string().min(1).max(4096) })).output(OpenedAddress),
    /** Latest first. */
    list: procedure.output(z.array(OpenedAddress)),
    /** Empty: as it calls itself. */
    rename: procedure.input(z.object({ titleId: Id, name: z.string().max(200) })).output(OpenedAddress),
    /** With its download and how far it was watched. */
    forget: procedure.input(z.object({ titleId: Id })).output(nothing),
  },
  playback: {
    start: procedure.input(z.object({ videoId: Id })).output(PlaybackStart),
    /** Every few seconds, at pause, at seek and at the end. Refuses when the verdict ends. */
    tick: procedure.input(PlaybackTick).output(z.object({ verdict: Verdict })),
    stop: procedure.input(z.object({ sessionId: Id })).output(nothing),
    stats: procedure.input(z.object({ sessionId: Id })).output(PlaybackStats),
    /** Measures the session's OCAs now; answers when every one has answered or failed. */
    probe: procedure.input(z.object({ sessionId: Id })).output(PlaybackStats),
  },
  downloads: {
    options: procedure
      .input(z.object({ videoId: Id, preferences: SelectionPreferences.optional() }))
      .output(DownloadOptions),
    add: procedure.input(z.object({ videoId: Id, preferences: SelectionPreferences })).output(DownloadView),
    /** Several episodes of a series, with what each weighs. */
    episodes: procedure
      .input(z.object({ titleId: Id, scope: EpisodeScope, preferences: SelectionPreferences.optional() }))
      .output(EpisodesOptions),
    /** Takes what it can; what it cannot is named with its reason. */
    addMany: procedure
      .input(z.object({ videoIds: z.array(Id).min(1).max(100), preferences: SelectionPreferences }))
      .output(
        z.object({
          added: z.array(DownloadView),
          refused: z.array(z.object({ videoId: Id, error: ErrorValue })),
        }),
      ),
    /** In the order in which they are worked on. */
    list: procedure.output(z.array(DownloadView)),
    pause: procedure.input(z.object({ downloadId: Id })).output(DownloadView),
    resume: procedure.input(z.object({ downloadId: Id })).output(DownloadView),
    pauseAll: procedure.output(z.array(DownloadView)),
    resumeAll: procedure.output(z.array(DownloadView)),
    /** Puts it before another one of the queue; null: last. */
    reorder: procedure
      .input(z.object({ downloadId: Id, beforeId: Id.nullable() }))
      .output(z.array(DownloadView)),
    setPriority: procedure
      .input(z.object({ downloadId: Id, priority: DownloadPriority }))
      .output(DownloadView),
    pin: procedure.input(z.object({ downloadId: Id, isPinned: z.boolean() })).output(DownloadView),
    /** This once, whatever network, charger and schedule say. */
    startAnyway: procedure.input(z.object({ downloadId: Id })).output(DownloadView),
    /** Cancels what runs, removes what is stored, releases the license. */
    remove: procedure.input(z.object({ downloadId: Id })).output(nothing),
    renewLicense: procedure.input(z.object({ downloadId: Id })).output(DownloadView),
    /** Series whose next episodes are kept ready. */
    followed: procedure.output(z.array(FollowedTitle)),
    /** 0: not any more; what is downloaded stays. */
    follow: procedure
      .input(z.object({ titleId: Id, keepNext: z.int().min(0).max(10) }))
      .output(z.array(FollowedTitle)),
    /** Carries out what the viewer's rules want now; resolves when it is done, what could not be done included. */
    keepNow: procedure.output(nothing),
    /** What the viewer's rules removed and the viewer has not seen yet, latest first. */
    removedByRule: procedure.output(z.array(RemovedByRule)),
    /** The viewer has seen them all. */
    seenRemoved: procedure.output(nothing),
  },
  storage: {
    read: procedure.output(StorageView),
    /** Folders worth proposing: the usual one, and one on each drive that can be written to. */
    places: procedure.output(z.array(StoragePlace)),
    /** Looks at a folder that the viewer named. */
    inspect: procedure.input(z.object({ folder: z.string().min(1).max(4096) })).output(StoragePlace),
    /** The system's dialog; null: the viewer thought better of it. */
    choose: procedure.output(z.object({ folder: z.string().nullable() })),
    /** Begins to move all downloads; progress comes as `storage` events. */
    move: procedure.input(z.object({ folder: z.string().min(1).max(4096) })).output(StorageView),
    /** Everything stays where it was. */
    cancelMove: procedure.output(StorageView),
    /** Begins to verify everything that is stored; what is damaged is fetched again. */
    check: procedure.output(StorageView),
    cancelCheck: procedure.output(StorageView),
  },
  trip: {
    /** What plays while the viewer is offline, what to renew before, whether it is enough. */
    check: procedure.input(Trip).output(TripReport),
    /** New windows for these; tells how far it is. Whoever stops listening cancels the rest. */
    renew: procedure
      .input(z.object({ downloadIds: z.array(Id).min(1).max(1_000) }))
      .output(eventIterator(TripRenewal)),
  },
  warnings: {
    /** What runs out soon and was told, soonest first, without what the viewer has put away. */
    open: procedure.output(z.array(LicenseWarning)),
    seen: procedure.output(nothing),
  },
  sync: {
    /** Pushes and pulls now; the answer counts what was sent and what still waits. */
    now: procedure.output(z.object({ sent: z.int(), pending: z.int(), pulledRevision: z.int() })),
  },
  settings: {
    read: procedure.output(Settings),
    write: procedure.input(SettingsPatch).output(Settings),
  },
};

export type Contract = typeof contract;
/** What a caller holds: `client.catalog.home()` and so on. */
export type Client = ContractRouterClient<Contract>;
