import { spawnSync } from 'node:child_process';
import { createDecipheriv } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, truncate, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TitleDrop } from './drop.ts';
import { ivOf } from './encryption.ts';
import { findFfmpeg } from './ffmpeg.ts';
import { ingestFile } from './ingest-file.ts';

const tools = findFfmpeg();
let folder: string;
let dataDir: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'layover-ingest-'));
  dataDir = path.join(folder, 'data');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Makes a source with ffmpeg; all inputs are lavfi graphs or files in the folder. */
function makeSource(name: string, inputs: string[], ...args: string[]): string {
  const file = path.join(folder, name);
  const input = inputs.flatMap((graph) =>
    graph.endsWith('.srt') ? ['-i', graph] : ['-f', 'lavfi', '-i', graph],
  );
  const run = spawnSync(tools.ffmpeg, ['-v', 'error', '-y', ...input, ...args, file], {
    cwd: folder,
    encoding: 'utf8',
  });
  expect(run.stderr).toBe('');
  return file;
}

async function readDrop(titleId: string): Promise<TitleDrop> {
  return TitleDrop.parse(JSON.parse(await readFile(path.join(dataDir, 'titles', `${titleId}.json`), 'utf8')));
}

/** A video with everything: anamorphic, 50 frames a second, two languages, text subtitles. */
async function richSource(): Promise<string> {
  await writeFile(path.join(folder, 'de.srt'), '1\n00:00:01,000 --> 00:00:02,500\nGuten Tag\n');
  return makeSource(
    'my.holiday_2024.mkv',
    ['testsrc=s=360x288:r=50:d=5', 'sine=f=300:d=5', 'sine=f=600:d=4', 'de.srt'],
    ...['-map', '0:v', '-map', '1:a', '-map', '2:a', '-map', '3:s', '-vf', 'setsar=16/11'],
    ...['-c:v', 'mpeg4', '-c:a', 'libmp3lame', '-c:s', 'srt', '-metadata:s:a:0', 'language=ger'],
    ...['-metadata:s:a:1', 'language=eng', '-metadata:s:s:0', 'language=ger'],
  );
}

describe('ingest', () => {
  it.each([
    ['ffprobe', tools],
    ['ffmpeg alone', { ...tools, ffprobe: undefined }],
  ])('takes in any video with its languages, found by %s', async (_, with_) => {
    await rm(dataDir, { recursive: true, force: true });
    const { titleId, videoId, record } = await ingestFile({
      dataDir,
      file: await richSource(),
      tools: with_,
    });
    expect(record.frameRate).toBe(25);
    expect(record.durationSeconds).toBe(record.frameCount / 25);
    expect(record.durationSeconds).toBeCloseTo(5, 1);
    expect(record.renditions).toMatchObject([
      { id: 'v-240p', width: 436, height: 240 },
      { id: 'a-de', language: 'de', name: 'Deutsch', isDefault: true },
      { id: 'a-en', language: 'en', name: 'English', isDefault: false },
      { id: 's-de', language: 'de' },
    ]);
    const { title } = await readDrop(titleId);
    expect(title).toMatchObject({ type: 'film', name: 'my holiday 2024', videoId });

    const [file = ''] = (await readdir(path.join(dataDir, 'media', videoId, 's-de'))).filter((name) =>
      name.endsWith('.vtt'),
    );
    const sealed = await readFile(path.join(dataDir, 'media', videoId, 's-de', file));
    const key = Buffer.from(record.contentKeyHex, 'hex');
    const decipher = createDecipheriv('aes-128-cbc', key, ivOf(Number.parseInt(file, 10)));
    const webVtt = Buffer.concat([decipher.update(sealed), decipher.final()]).toString();
    expect(webVtt).toMatch(/^WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:0,LOCAL:00:00:00.000\n/);
    expect(webVtt).toContain('Guten Tag');
    // Audio that ended early was filled up: every rendition is as long as the picture.
    const playlist = await readFile(path.join(dataDir, 'media', videoId, 'a-en/playlist.m3u8'), 'utf8');
    const seconds = Array.from(playlist.matchAll(/^#EXTINF:([\d.]+)/gm), (match) => Number(match[1]));
    expect(seconds.reduce((sum, length) => sum + length)).toBeCloseTo(5, 1);
  });

  it('knows a file again: a new title, but the same video', async () => {
    const file = await richSource();
    const before = await ingestFile({ dataDir, file, tools });
    const { title: plain } = await readDrop(before.titleId);
    const after = await ingestFile({ dataDir, file, tools, title: 'Our Holiday' });
    expect(after).toEqual(before);
    const { title } = await readDrop(after.titleId);
    expect(title.name).toBe('Our Holiday');
    // The name is written on the pictures.
    expect(title.artworkVersion).not.toBe(plain.artworkVersion);
  });

  it('takes in a silent, tiny, odd-sized one', async () => {
    const file = makeSource('tiny.avi', ['testsrc=s=101x75:r=12:d=2'], '-c:v', 'ffv1');
    const { record } = await ingestFile({ dataDir, file, tools });
    expect(record).toMatchObject({ frameRate: 24, frameCount: 48 });
    expect(record.renditions).toMatchObject([{ id: 'v-74p', kind: 'video', height: 74 }]);
    const master = await readFile(path.join(dataDir, 'media', record.videoId, 'master.m3u8'), 'utf8');
    expect(master).not.toContain('AUDIO');
    expect(master).not.toContain('mp4a');
  });

  it.each<[string, () => string | Promise<string>, RegExp]>([
    ['nothing', () => path.join(folder, 'none.mp4'), /there is no file/],
    ['a folder', () => folder, /is not a file|cannot be read/],
    ['a text', () => writeText('notes.mp4', 'not a video'), /Invalid data/],
    ['an empty file', () => writeText('empty.mp4', ''), /cannot be taken in/],
    ['music', () => makeSource('song.mp3', ['sine=d=3']), /it holds no picture/],
    ['a blink', () => makeSource('blink.mp4', ['testsrc=d=0.4']), /shorter than a second/],
    ['half a file', halfAFile, /ends after|missing|damaged|truncated|Invalid/i],
    ['a garbled file', garbledFile, /missing|cannot be|Invalid|error/i],
  ])('rejects %s in one clear sentence, and publishes nothing', async (_, make, why) => {
    const fresh = path.join(folder, 'rejected');
    const file = await make();
    const ingesting = ingestFile({ dataDir: fresh, file, tools });
    await expect(ingesting).rejects.toMatchObject({
      code: 'encode/bad-source',
      message: expect.stringMatching(why),
    });
    const left = (name: string) => readdir(path.join(fresh, name)).catch(() => []);
    expect([await left('media'), await left('titles'), await left('encodes')]).toEqual([[], [], []]);
    expect(await left('work')).toEqual([]);
  });

  it('is a command that ends with the title’s id, or says how to use it', async () => {
    const main = path.join(import.meta.dirname, 'ingest.ts');
    const run = (...args: string[]) => spawnSync(process.execPath, [main, ...args], { encoding: 'utf8' });
    const file = makeSource('clip.webm', ['testsrc=s=128x96:r=24:d=1.5']);
    const good = run(file, '--title', 'A Clip', '--data', dataDir);
    expect(good.stderr).toContain('encoding 100 %');
    expect((await readDrop(good.stdout.trim())).title.name).toBe('A Clip');
    expect(good.status).toBe(0);
    expect(run()).toMatchObject({ status: 2, stderr: expect.stringContaining('usage:') });
    const bad = run(path.join(folder, 'none.mp4'), '--data', dataDir);
    expect(bad).toMatchObject({ status: 1, stdout: '', stderr: expect.stringContaining('there is no file') });
  });
});

async function writeText(name: string, text: string): Promise<string> {
  await writeFile(path.join(folder, name), text);
  return path.join(folder, name);
}

async function halfAFile(): Promise<string> {
  const file = makeSource('half.mkv', ['testsrc2=s=320x240:r=24:d=10'], '-c:v', 'mpeg4', '-b:v', '1M');
  await truncate(file, Math.floor((await stat(file)).size / 2));
  return file;
}

async function garbledFile(): Promise<string> {
  const file = makeSource('garbled.mp4', ['testsrc2=s=320x240:r=24:d=6']);
  const bytes = await readFile(file);
  const from = bytes.indexOf('mdat') + 8;
  for (let at = from; at < bytes.indexOf('moov') - 8; at += 1) bytes[at] = (at * 2_654_435_761) >>> 24;
  await writeFile(file, bytes);
  return file;
}
