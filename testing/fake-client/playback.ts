import { playablesOf } from '../../src/shared/catalog.ts';
import { playsForEver } from '../../src/shared/license.ts';
import type { Client, PlaybackStats } from '../../src/shared/contract.ts';
import { isCompleted } from '../../src/shared/progress.ts';
import { playableOf, titleOfVideo } from './offer.ts';
import { keepNextReady, removeByRule } from './queue.ts';
import { notStarted } from './seeds.ts';
import { requireOnline } from './world.ts';
import type { World } from './world.ts';

const playbackStats: PlaybackStats = {
  bySource: [
    { source: 'store', segments: 12, bytes: 18_400_000 },
    { source: 'oca-lisbon', segments: 5, bytes: 7_300_000 },
  ],
  ocas: [
    { ocaId: 'oca-lisbon', state: 'good', throughputBitsPerSecond: 48_000_000, latencyMs: 9 },
    { ocaId: 'oca-madrid', state: 'slow', throughputBitsPerSecond: 3_100_000, latencyMs: 84 },
    { ocaId: 'oca-paris', state: 'failed', throughputBitsPerSecond: null, latencyMs: null },
  ],
  lastError: null,
};

/** Somebody was here in a video. */
export function mark(world: World, videoId: string, positionSeconds: number): void {
  const { durationSeconds } = playableOf(videoId);
  world.positions.set(videoId, {
    profileId: 'ana',
    videoId,
    positionSeconds,
    durationSeconds,
    completed: isCompleted(positionSeconds, durationSeconds),
    watchedAtMs: world.now() + world.positions.size,
  });
}

export function playbackProcedures(world: World): Client['playback'] {
  return {
    start: async ({ videoId }) => {
      const title = titleOfVideo(videoId);
      const all = playablesOf(title);
      const at = all.findIndex((each) => each.videoId === videoId);
      const playable = playableOf(videoId);
      const download = world.downloads.find((each) => each.videoId === videoId);
      if (!download) requireOnline(world);
      return {
        sessionId: `p-${videoId}`,
        videoId,
        titleId: title.titleId,
        titleName: title.name,
        episode: playable.episode ?? null,
        nextVideoId: all[at + 1]?.videoId ?? null,
        playlistPath: `/media/p-${videoId}/master.m3u8`,
        resumePositionSeconds: world.positions.get(videoId)?.positionSeconds ?? 0,
        durationSeconds: playable.durationSeconds,
        stored: download ? (download.state === 'completed' ? 'all' : 'some') : 'none',
        verdict: download?.verdict ?? playsForEver,
      };
    },
    tick: async ({ sessionId, positionSeconds }) => {
      mark(world, sessionId.slice(2), positionSeconds);
      return { verdict: notStarted(world.now()) };
    },
    stop: async ({ sessionId }) => {
      const videoId = sessionId.slice(2);
      world.emit({ type: 'changed', what: 'progress' });
      const download = world.downloads.find((each) => each.videoId === videoId);
      const isWatched = world.positions.get(videoId)?.completed ?? false;
      if (download && isWatched && world.settings.downloads.removeWatched && !download.isPinned)
        removeByRule(world, download);
      keepNextReady(world);
      return {};
    },
    probe: async () => playbackStats,
    stats: async () => playbackStats,
  };
}
