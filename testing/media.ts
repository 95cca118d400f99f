import { createHash, randomBytes } from 'node:crypto';
import { cp, mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { prepareDemoCatalog } from '../service/encoder/demo/catalog.ts';
import type { DemoTitle } from '../service/encoder/demo/titles.ts';
import type { VideoRecord } from '../service/encoder/drop.ts';
import { layoutOf } from '../service/encoder/layout.ts';
import { readVideoRecord } from '../service/encoder/video.ts';

export interface TestVideoOptions {
  /** A service's data folder; gets media, encode, artwork and title drop as the encoder would put them. */
  readonly dataDir: string;
  readonly seconds?: number;
}

export interface TestVideo {
  readonly titleId: string;
  readonly videoId: string;
  readonly record: VideoRecord;
}

const test = { titleId: 'test-film', videoId: 'test-film', videoNumber: 200 };

/**
 * Puts one small real film into a data folder: all three rungs, two languages, three subtitles, marker burnt
 * in. Encoded once per machine and version of the encoder, then copied.
 */
export async function makeTestVideo({ dataDir, seconds = 12 }: TestVideoOptions): Promise<TestVideo> {
  const cached = await putTitle(dataDir, `${seconds}s`, testTitle(seconds));
  const record = await readVideoRecord(layoutOf(dataDir), test.videoId);
  if (!record) throw new Error(`the cached test video is damaged: remove ${cached}`);
  return { titleId: test.titleId, videoId: test.videoId, record };
}

/** Puts a series into a data folder: one season of three short episodes. */
export async function makeTestSeries({
  dataDir,
  seconds = 4,
}: TestVideoOptions): Promise<{ titleId: string; videoIds: string[] }> {
  const title = testSeries(seconds);
  await putTitle(dataDir, `series-${seconds}s`, title);
  return { titleId: title.facts.titleId, videoIds: title.videos.map(({ videoId }) => videoId) };
}

/** Encodes it unless this machine has done so before; gives the folder that it is copied from. */
async function putTitle(dataDir: string, name: string, title: DemoTitle): Promise<string> {
  const cached = path.join(tmpdir(), `layover-test-media-${await encoderVersion()}-${name}`);
  if (!(await isThere(cached))) {
    const fresh = `${cached}.${randomBytes(4).toString('hex')}`;
    await prepareDemoCatalog({ dataDir: fresh, titles: [title], concurrency: 1 });
    // Whoever else was making the same one at the same time made the same one.
    await rename(fresh, cached).catch(() => rm(fresh, { recursive: true }));
  }
  await mkdir(dataDir, { recursive: true });
  await cp(cached, dataDir, { recursive: true });
  return cached;
}

function testSeries(seconds: number): DemoTitle {
  const { facts, artwork } = testTitle(seconds);
  return {
    type: 'series',
    facts: { ...facts, titleId: 'test-series', name: 'Test Series' },
    artwork,
    videos: [1, 2, 3].map((number) => ({
      videoId: `test-series-s1e${number}`,
      videoNumber: test.videoNumber + number,
      seconds,
      look: { kind: 'test-card', hue: 60 * number },
      episode: { number, name: `Part ${number}`, description: 'Made for tests.' },
    })),
  };
}

function testTitle(seconds: number): DemoTitle {
  return {
    type: 'film',
    facts: {
      titleId: test.titleId,
      name: 'Test Film',
      description: 'Made for tests.',
      releaseYear: 2026,
      maturityRating: 'all',
      genres: ['Test'],
      cast: [],
      popularity: 0.5,
    },
    artwork: { dark: '#101828', light: '#84adff', accent: '#ffffff', font: 'DejaVuSans-Bold.ttf' },
    videos: [
      { videoId: test.videoId, videoNumber: test.videoNumber, seconds, look: { kind: 'test-card', hue: 60 } },
    ],
  };
}

async function encoderVersion(): Promise<string> {
  const folder = path.resolve(import.meta.dirname, '../service/encoder');
  const names = (await readdir(folder, { recursive: true })).sort();
  const sources = names.filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'));
  const hash = createHash('sha256').update(await readFile(import.meta.filename));
  for (const name of sources) hash.update(name).update(await readFile(path.join(folder, name)));
  return hash.digest('hex').slice(0, 12);
}

function isThere(folder: string): Promise<boolean> {
  return stat(folder).then(
    () => true,
    () => false,
  );
}
