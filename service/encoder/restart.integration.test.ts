import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { prepareDemoCatalog } from './demo/catalog.ts';
import type { DemoTitle } from './demo/titles.ts';
import { demoTitles } from './demo/titles.ts';
import { TitleDrop } from './drop.ts';
import { findFfmpeg } from './ffmpeg.ts';

let dataDir: string;
beforeEach(async () => {
  dataDir = await mkdtemp(path.join(tmpdir(), 'layover-restart-'));
});
afterEach(() => rm(dataDir, { recursive: true, force: true }));

/** A series of the demo, each episode two seconds long. */
function shortSeries(): DemoTitle {
  const series = demoTitles.find(({ type }) => type === 'series') as DemoTitle;
  return { ...series, videos: series.videos.map((video) => ({ ...video, seconds: 2 })) };
}

async function readDrop(titleId: string): Promise<TitleDrop> {
  return TitleDrop.parse(JSON.parse(await readFile(path.join(dataDir, 'titles', `${titleId}.json`), 'utf8')));
}
const list = (name: string) => readdir(path.join(dataDir, name)).catch(() => []);

describe('preparing the demo catalog', () => {
  it('publishes a series as it grows, goes on after a stop, and does nothing twice', async () => {
    const series = shortSeries();
    const stop = new AbortController();
    const stopped = new Error('stopped');
    const first = prepareDemoCatalog({
      dataDir,
      titles: [series],
      concurrency: 1,
      signal: stop.signal,
      onProgress: (done, total, name) => {
        expect([total, name]).toEqual([3, 'Night Cartography']);
        if (done === 1) stop.abort(stopped);
      },
    });
    await expect(first).rejects.toBe(stopped);
    expect(await readDrop('night-cartography')).toMatchObject({
      title: { episodes: [{ episodeNumber: 1 }] },
    });
    expect(await list('work')).toEqual([]);
    const keyOfFirst = await readFile(
      path.join(dataDir, 'encodes/night-cartography-s1e1/video.json'),
      'utf8',
    );

    const fractions: number[] = [];
    const onProgress = (_: number, __: number, ___: string, fraction: number) => fractions.push(fraction);
    await prepareDemoCatalog({ dataDir, titles: [series], onProgress });
    expect(fractions.at(-1)).toBe(1);
    expect(await readDrop('night-cartography')).toMatchObject({
      title: { episodes: [{ episodeNumber: 1 }, { episodeNumber: 2 }, { episodeNumber: 3 }] },
    });
    const again = await readFile(path.join(dataDir, 'encodes/night-cartography-s1e1/video.json'), 'utf8');
    expect(again).toBe(keyOfFirst);

    fractions.length = 0;
    await prepareDemoCatalog({ dataDir, titles: [series], onProgress });
    expect(fractions).toEqual([]);
  });

  it('leaves nothing half published when it is killed, and sweeps what it left', async () => {
    const titles = JSON.stringify([{ ...shortSeries(), videos: demoTitles[0]?.videos }]);
    const script = path.join(dataDir, 'prepare.ts');
    const catalog = path.join(import.meta.dirname, 'demo/catalog.ts');
    await writeFile(
      script,
      `import { prepareDemoCatalog } from ${JSON.stringify(catalog)};
       await prepareDemoCatalog({ dataDir: ${JSON.stringify(dataDir)}, titles: ${titles}, concurrency: 1,
         onProgress: (_, __, ___, fraction) => console.log(fraction) });`,
    );
    const child = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(createInterface(child.stdout), 'line');
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect([await list('media'), await list('encodes'), await list('titles')]).toEqual([[], [], []]);
    expect(await list('work')).toHaveLength(1);

    // What a kill between the two renames leaves: media without a record. It is made again, whole.
    const half = path.join(dataDir, 'media/night-cartography-s1e1/v-720p');
    await mkdir(half, { recursive: true });
    await writeFile(path.join(half, 'leftover.m4s'), '');
    const [one] = shortSeries().videos;
    await prepareDemoCatalog({ dataDir, titles: [{ ...shortSeries(), videos: one ? [one] : [] }] });
    expect(await readdir(half)).not.toContain('leftover.m4s');
    expect(await list('work')).toEqual([]);
    expect(await list('encodes')).toEqual(['night-cartography-s1e1']);
  });

  it('works with the binary that npm brings, which is old and has no ffprobe', async ({ skip }) => {
    const npm = await import('@ffmpeg-installer/ffmpeg').catch(() => undefined);
    const ffmpeg: unknown = npm?.default?.path;
    if (typeof ffmpeg !== 'string') return skip('npm has no ffmpeg for this kind of machine');
    const tools = findFfmpeg({ ...process.env, FFMPEG_PATH: ffmpeg, FFPROBE_PATH: '/nowhere' });
    expect(tools.ffprobe).toBeUndefined();
    const titles = demoTitles.map((title) => ({
      ...title,
      videos: title.videos.slice(0, 1).map((video) => ({ ...video, seconds: 1 })),
    }));
    await prepareDemoCatalog({ dataDir, titles, tools });
    expect(await list('titles')).toHaveLength(demoTitles.length);
  });

  it('says what to install where there is no ffmpeg at the path that was given', () => {
    expect(() => findFfmpeg({ FFMPEG_PATH: '/nowhere/ffmpeg' })).toThrow(/Install it .*FFMPEG_PATH/);
  });
});
