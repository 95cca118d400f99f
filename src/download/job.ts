import type { SegmentKeys } from '../cdn/segment-keys.ts';
import type { Steering, Streamed } from '../cdn/types.ts';
import type { Licenses } from '../license/types.ts';
import { isLayoverError, LayoverError } from '../shared/errors.ts';
import type { Clock, NetworkSignal } from '../shared/platform.ts';
import type { Bytes, Ms } from '../shared/units.ts';
import type { ContentKey, OpenTrack, Store, TrackSpec } from '../store/types.ts';
import { takeStock, wireBytes } from './plan.ts';
import type { Plan, PlannedFile, Stocktaking } from './plan.ts';
import { createBacklog } from './backlog.ts';
import type { Backlog } from './backlog.ts';
import { inLanes } from './in-lanes.ts';
import { createLanes } from './lanes.ts';
import { createSegmentSink } from './segment-sink.ts';

export interface JobDeps {
  readonly store: Store;
  readonly licenses: Licenses;
  readonly clock: Clock;
  readonly network: NetworkSignal;
  readonly steering: Steering;
  readonly keys: SegmentKeys;
}

export interface Job {
  readonly downloadId: string;
  readonly videoId: string;
  readonly plan: Plan;
  readonly signal: AbortSignal;
  onPhase(phase: 'license' | 'downloading' | 'verifying'): void;
  /** Stock was taken. */
  onStock(stock: Stocktaking): void;
  /** Before anything is fetched, and again before a repair: takes the room of what is missing, or throws. */
  reserve(missing: readonly PlannedFile[]): Promise<void>;
  /** So many bytes of a file have come until now, as an OCA has them; fewer than before: they were void. */
  onReceived(bytes: Bytes, file: PlannedFile): void;
  /** One more segment is durable; so many bytes on an OCA. */
  onStored(bytes: Bytes, file: PlannedFile): void;
}

/** What was received may wait for the disk while the link goes on: about what a power cut can take. */
const MOST_UNSYNCED_BYTES: Bytes = 64 * 1024 * 1024;
/** Bytes that never verify mean a disk that is failing: to write them for ever does not help. */
const MOST_REPAIRS = 3;

/**
 * Works on a download until it is complete and verified. Starts from what the store holds, so it may be
 * stopped at any point and called again. Errors: what licenses, OCAs and store throw; the signal's reason.
 */
export async function runJob(deps: JobDeps, job: Job): Promise<void> {
  const { store, licenses, network } = deps;
  const { downloadId, plan, signal } = job;
  const stock = () => {
    const taken = takeStock(plan, store, downloadId);
    job.onStock(taken);
    return taken;
  };
  if (stock().missing.length > 0 && !network.isOnline()) throw new LayoverError('network/offline');

  await ensureLicense(licenses, job);
  signal.throwIfAborted();
  const tracks = await openTracks(deps, job);
  const proven = createProven(store, tracks);
  try {
    for (let repairs = 0; ; repairs += 1) {
      const { missing } = stock();
      if (missing.length > 0) {
        await job.reserve(missing);
        job.onPhase('downloading');
        await fetchAll(deps, job, tracks, missing, proven);
      }
      if (proven.isAll() && stock().missing.length === 0) return;
      job.onPhase('verifying');
      await proven.verify(signal);
      signal.throwIfAborted();
      if (stock().missing.length === 0) return;
      if (repairs >= MOST_REPAIRS) throw new LayoverError('store/damaged');
    }
  } finally {
    for (const track of tracks.values()) track.close();
  }
}

/** A download that lay long enough for its license to end gets new windows before it goes on. */
async function ensureLicense(licenses: Licenses, { videoId, onPhase }: Job): Promise<void> {
  if (!licenses.held().includes(videoId)) {
    onPhase('license');
    await licenses.acquire(videoId, 'offline');
  }
  const verdict = licenses.verdict(videoId);
  if (!verdict.allowed && verdict.canRenew && verdict.reason !== 'clock-behind') {
    onPhase('license');
    await licenses.renew(videoId);
  }
  await licenses.keyToStore(videoId);
}

async function openTracks(
  { store, licenses }: JobDeps,
  { plan, videoId }: Job,
): Promise<Map<string, OpenTrack>> {
  const tracks = new Map<string, OpenTrack>();
  try {
    for (const spec of plan.tracks) {
      tracks.set(spec.trackId, await openTrack(store, spec, () => licenses.keyToStore(videoId)));
    }
    return tracks;
  } catch (error) {
    for (const track of tracks.values()) track.close();
    throw error;
  }
}

/** One that can never be read again is made anew: its bytes are lost, the download is not. */
async function openTrack(
  store: Store,
  spec: TrackSpec,
  contentKey: () => Promise<ContentKey>,
): Promise<OpenTrack> {
  await store.createTrack(spec, await contentKey());
  try {
    return store.unlock(spec.trackId, await contentKey());
  } catch (thrown) {
    if (!isLayoverError(thrown, 'store/damaged')) throw thrown;
    await store.removeTrack(spec.trackId);
    await store.createTrack(spec, await contentKey());
    return store.unlock(spec.trackId, await contentKey());
  }
}

/** What needs not be read back: it was stored in this run, or was verified in it. */
interface Proven {
  add(file: PlannedFile): void;
  isAll(): boolean;
  /** Reads the rest, and forgets what is damaged. */
  verify(signal: AbortSignal): Promise<void>;
}

function createProven(store: Pick<Store, 'stored'>, tracks: ReadonlyMap<string, OpenTrack>): Proven {
  const proven = new Map([...tracks.keys()].map((trackId) => [trackId, new Set<number>()]));
  const isProven = (trackId: string) =>
    store.stored(trackId).every(({ index }) => proven.get(trackId)?.has(index));
  return {
    add: ({ trackId, segment }) => void proven.get(trackId)?.add(segment.index),
    isAll: () => [...tracks.keys()].every(isProven),
    async verify(signal) {
      for (const [trackId, track] of tracks) {
        const known = proven.get(trackId) ?? new Set();
        if (isProven(trackId)) continue;
        await track.verify(signal, known);
        for (const { index } of store.stored(trackId)) known.add(index);
      }
    },
  };
}

async function fetchAll(
  deps: JobDeps,
  job: Job,
  tracks: ReadonlyMap<string, OpenTrack>,
  missing: readonly PlannedFile[],
  proven: Proven,
): Promise<void> {
  const stop = new AbortController();
  const signal = AbortSignal.any([job.signal, stop.signal]);
  const first: { error?: unknown } = {};
  const failed = (error: unknown) => {
    // The others only echo the first, whose error tells why.
    if (!stop.signal.aborted) first.error = error;
    stop.abort();
  };
  const backlog = createBacklog(deps.clock, MOST_UNSYNCED_BYTES, failed);
  const lanes = createLanes();
  await inLanes({
    items: missing,
    wanted: () => lanes.wanted,
    isOver: () => signal.aborted,
    async work(file, mayWiden) {
      const track = tracks.get(file.trackId);
      if (!track) throw new LayoverError('store/missing');
      const onStored = (bytes: Bytes) => {
        proven.add(file);
        job.onStored(bytes, file);
      };
      const onBegun = (waitMs: Ms) => {
        lanes.begun(waitMs);
        mayWiden();
      };
      lanes.note(await fetchOne(deps, job, track, file, { signal, backlog, onBegun, onStored }));
      await backlog.room();
    },
    onError: failed,
  });
  await backlog.idle();
  job.signal.throwIfAborted();
  if (first.error !== undefined) throw first.error as Error;
}

async function fetchOne(
  { steering, licenses, keys, clock }: JobDeps,
  job: Job,
  track: OpenTrack,
  file: PlannedFile,
  into: {
    signal: AbortSignal;
    backlog: Backlog;
    /** So long its first byte took. */
    onBegun(waitMs: Ms): void;
    onStored(bytes: Bytes): void;
  },
): Promise<Streamed> {
  const { signal } = into;
  const { segment } = file;
  const { path, byteRange, integrity, encryption } = segment;
  signal.throwIfAborted();
  const request = { path, byteRange, sizeBytes: integrity?.sizeBytes, sha256: integrity?.sha256 };
  // Asked for anew each time: the verdict may have ended meanwhile.
  const contentKey = () => licenses.keyToStore(job.videoId);
  let askedAtMs: Ms | undefined;
  const sink = createSegmentSink({
    track,
    segment,
    clock,
    contentKey: await keys.keyOf(encryption, contentKey, signal),
    onReceived(bytes) {
      if (askedAtMs !== undefined && bytes > 0) {
        into.onBegun(clock.monotonic() - askedAtMs);
        askedAtMs = undefined;
      }
      job.onReceived(bytes, file);
    },
  });
  let answer: Streamed;
  // What an earlier run had kept comes from the disk.
  if (!sink.earlier) askedAtMs = clock.monotonic();
  try {
    answer = await steering.stream(request, sink, { signal, earlier: sink.earlier });
    signal.throwIfAborted();
    sink.end();
  } catch (thrown) {
    await sink.abort(!isLayoverError(thrown, 'cdn/digest-mismatch'));
    throw thrown;
  }
  into.backlog.add(sink.plainBytes, async () => {
    await sink.commit();
    into.onStored(wireBytes(segment, sink.plainBytes));
  });
  return answer;
}
