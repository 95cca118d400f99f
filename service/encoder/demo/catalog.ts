import { availableParallelism } from 'node:os';
import type { Title } from '../../../src/shared/catalog.ts';
import type { VideoRecord } from '../drop.ts';
import type { Ffmpeg } from '../ffmpeg.ts';
import { findFfmpeg } from '../ffmpeg.ts';
import type { Layout } from '../layout.ts';
import { layoutOf } from '../layout.ts';
import { dropTitle, ensureArtwork } from '../title.ts';
import { makeVideo, readVideoRecord } from '../video.ts';
import { sweepWork } from '../work.ts';
import { planDemoVideo } from './plan.ts';
import type { DemoTitle } from './titles.ts';
import { demoAudio, demoSubtitleLanguages, demoTitles, encodingOrder } from './titles.ts';

export interface PrepareOptions {
  readonly dataDir: string;
  readonly signal?: AbortSignal;
  /**
   * `done` of `total` videos are ready; `name` is the title that moved last; `fraction` (0 to 1) is of the whole
   * catalog, by length. Called a few times a second.
   */
  readonly onProgress?: (done: number, total: number, name: string, fraction: number) => void;
  /** Videos encoded at once. */
  readonly concurrency?: number;
  /** Which titles; all of the demo unless given. */
  readonly titles?: readonly DemoTitle[];
  readonly tools?: Ffmpeg;
}

/**
 * Makes what is missing of the demo catalog and publishes each title as soon as a video of it is ready.
 * Can be stopped or killed at any time and started again.
 * Errors: `encode/no-ffmpeg`, `encode/failed`; the signal's reason when aborted.
 */
export async function prepareDemoCatalog(options: PrepareOptions): Promise<void> {
  const titles = options.titles ?? demoTitles;
  const layout = layoutOf(options.dataDir);
  await sweepWork(layout);
  const order = encodingOrder(titles);
  const records = new Map<string, VideoRecord>();
  for (const { video } of order) {
    const record = await readVideoRecord(layout, video.videoId);
    if (record) records.set(video.videoId, record);
  }
  const missing = order.filter(({ video }) => !records.has(video.videoId));
  const totalSeconds = order.reduce((sum, { video }) => sum + video.seconds, 0);
  const fractions = new Map<string, number>();
  const report = (name: string) => {
    const seconds = order.reduce((sum, { video }) => {
      const fraction = records.has(video.videoId) ? 1 : (fractions.get(video.videoId) ?? 0);
      return sum + video.seconds * fraction;
    }, 0);
    options.onProgress?.(records.size, order.length, name, totalSeconds > 0 ? seconds / totalSeconds : 1);
  };
  const publisher = makePublisher(layout, records, options.signal);
  const lacksDrop = titles.filter((title) => title.videos.some(({ videoId }) => records.has(videoId)));
  if (missing.length === 0 && lacksDrop.length === 0) return;

  const tools = options.tools ?? findFfmpeg();
  // Again even where nothing was missing: a kill may have come between a video and its title's drop.
  for (const title of lacksDrop) await publisher(tools, title);

  // When one fails the others stop too, and everything has ended before this function does.
  const failure = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, failure.signal]) : failure.signal;
  const queue = [...missing];
  const worker = async () => {
    for (let next = queue.shift(); next; next = queue.shift()) {
      const { title, video } = next;
      const record = await makeVideo(tools, layout, (dir) => planDemoVideo(tools, title, video, dir), {
        signal,
        onFraction: (fraction) => {
          fractions.set(video.videoId, fraction);
          report(title.facts.name);
        },
      });
      records.set(video.videoId, record);
      await publisher(tools, title);
      report(title.facts.name);
    }
  };
  const workers = Math.max(1, options.concurrency ?? Math.min(4, availableParallelism()));
  const ended = await Promise.allSettled(
    Array.from({ length: workers }, () =>
      worker().catch((thrown: unknown) => {
        failure.abort(thrown);
        throw thrown;
      }),
    ),
  );
  options.signal?.throwIfAborted();
  const failed = ended.find((result) => result.status === 'rejected');
  if (failed) throw failed.reason;
}

type Publisher = (tools: Ffmpeg, title: DemoTitle) => Promise<void>;

/** Publishes titles one after another: two episodes that end together must not overwrite each other's drop. */
function makePublisher(layout: Layout, records: Map<string, VideoRecord>, signal?: AbortSignal): Publisher {
  let last: Promise<void> = Promise.resolve();
  return (tools, demo) => {
    const publish = async () => {
      const first = demo.videos.find(({ videoId }) => records.has(videoId));
      if (!first) return;
      const { titleId, name, genres } = demo.facts;
      const version = await ensureArtwork(
        tools,
        layout,
        { titleId, videoId: first.videoId, name, overline: genres.join(' · '), style: demo.artwork },
        signal,
      );
      await dropTitle(layout, titleOf(demo, records, version), demo.countries);
    };
    const result = last.then(publish);
    last = result.catch(() => undefined);
    return result;
  };
}

function titleOf(demo: DemoTitle, records: Map<string, VideoRecord>, version: string): Title {
  const common = {
    ...demo.facts,
    artworkVersion: version,
    audioLanguages: [...demoAudio],
    subtitleLanguages: [...demoSubtitleLanguages],
  };
  const ready = demo.videos.flatMap((video) => {
    const record = records.get(video.videoId);
    return record ? [{ ...video, durationSeconds: record.durationSeconds }] : [];
  });
  if (demo.type === 'film') {
    const [video] = ready;
    if (!video) throw new RangeError(`${demo.facts.titleId} has no video yet`);
    return { ...common, type: 'film', videoId: video.videoId, durationSeconds: video.durationSeconds };
  }
  return {
    ...common,
    type: 'series',
    episodes: ready.flatMap(({ videoId, durationSeconds, episode }) =>
      episode
        ? [
            {
              episodeId: videoId,
              videoId,
              durationSeconds,
              seasonNumber: 1,
              episodeNumber: episode.number,
              name: episode.name,
              description: episode.description,
            },
          ]
        : [],
    ),
  };
}
