import { createHash } from 'node:crypto';
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { spawnSync } from 'node:child_process';
import { Parser } from 'm3u8-parser';
import mpdParser from 'mpd-parser';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { IntegrityAnswer } from '../../src/shared/service-api.ts';
import type { TestVideo } from '../../testing/media.ts';
import { makeTestVideo } from '../../testing/media.ts';
import { TitleDrop } from './drop.ts';
import { findFfmpeg } from './ffmpeg.ts';
import { readMarker } from './marker.ts';
import { toneAt } from './tones.ts';

const SECONDS = 8;
const tools = findFfmpeg();
let folder: string;
let dataDir: string;
let mediaDir: string;
let made: TestVideo;
/** The media once more, with playlists that point to the key in a file: ffmpeg then plays them by itself. */
let playable: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'layover-encoder-'));
  dataDir = path.join(folder, 'data');
  made = await makeTestVideo({ dataDir, seconds: SECONDS });
  mediaDir = path.join(dataDir, 'media', made.videoId);
  playable = path.join(folder, 'playable');
  await cp(mediaDir, playable, { recursive: true });
  await writeFile(path.join(playable, 'content.key'), Buffer.from(made.record.contentKeyHex, 'hex'));
  for (const { id } of made.record.renditions) {
    const playlist = path.join(playable, id, 'playlist.m3u8');
    const text = await readFile(playlist, 'utf8');
    await writeFile(playlist, text.replace(`urn:layover:content-key:${made.videoId}`, '../content.key'));
  }
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function decode(playlist: string, ...args: string[]): Buffer {
  const input = ['-v', 'error', '-allowed_extensions', 'ALL', '-i', path.join(playable, playlist)];
  const run = spawnSync(tools.ffmpeg, [...input, ...args], { maxBuffer: 2 ** 30 });
  expect(run.stderr.toString()).toBe('');
  return run.stdout;
}

function hashes(frameMd5: string): string[] {
  const lines = frameMd5.split('\n').filter((line) => line && !line.startsWith('#'));
  return lines.map((line) => line.split(',').at(-1)?.trim() ?? '');
}

interface ParsedPlaylist {
  attributes: Record<string, unknown>;
  segments: { uri: string; duration: number; key?: object }[];
  mediaSequence: number;
}
interface Parsed extends ParsedPlaylist {
  playlists: ParsedPlaylist[];
  mediaGroups: Record<string, Record<string, Record<string, { playlists: ParsedPlaylist[] }>>>;
}

describe('a video that the encoder made', () => {
  it.each(['v-240p', 'v-480p', 'v-720p'])('plays frame for frame what was encoded: %s', async (id) => {
    const frames = path.join(dataDir, 'encodes', made.videoId, 'frames', `${id}.framemd5`);
    const expected = hashes(await readFile(frames, 'utf8'));
    expect(expected).toHaveLength(SECONDS * 24);
    const got = hashes(decode(`${id}/playlist.m3u8`, '-f', 'framemd5', '-').toString());
    expect(got).toEqual(expected);
  });

  it.each([
    ['v-240p', 426, 240],
    ['v-720p', 1280, 720],
  ])('carries the number of each frame in the picture: %s', (id, width, height) => {
    const every = 31;
    const select = `select='not(mod(n,${every}))'`;
    const raw = decode(
      `${id}/playlist.m3u8`,
      ...['-vf', select, '-vsync', '0', '-f', 'rawvideo', '-pix_fmt', 'rgba', '-'],
    );
    const size = width * height * 4;
    const read = Array.from({ length: raw.length / size }, (_, index) =>
      readMarker(raw.subarray(index * size, (index + 1) * size), width, height),
    );
    const count = Math.ceil((SECONDS * 24) / every);
    expect(read).toEqual(
      Array.from({ length: count }, (_, index) => ({ frame: index * every, videoNumber: 200 })),
    );
  });

  it.each(['en', 'es'])('sounds like its language: %s', (language) => {
    const raw = decode(`a-${language}/playlist.m3u8`, '-ac', '1', '-f', 'f32le', '-');
    const samples = new Float32Array(raw.buffer, raw.byteOffset, raw.length / 4);
    for (const second of [1, 2, 3]) {
      // The middle of the second: clear of the encoder's delay and of the change of note.
      const middle = samples.subarray((second + 0.25) * 48_000, (second + 0.75) * 48_000);
      const other = language === 'en' ? 'es' : 'en';
      const [own, foreign] = [language, other].map((name) => power(middle, toneAt(name, second))) as [
        number,
        number,
      ];
      expect(own).toBeGreaterThan(foreign * 100);
    }
  });

  it('has integrity for every file that manifests name, and no other', async () => {
    const text = await readFile(path.join(dataDir, 'encodes', made.videoId, 'integrity.json'), 'utf8');
    const { files } = IntegrityAnswer.parse(JSON.parse(text));
    const onDisk: string[] = [];
    for (const { id } of made.record.renditions) {
      const names = (await readdir(path.join(mediaDir, id))).filter((name) => name !== 'playlist.m3u8');
      onDisk.push(...names.map((name) => `${made.videoId}/${id}/${name}`));
    }
    expect(Object.keys(files).sort()).toEqual(onDisk.sort());
    for (const [file, { sizeBytes, plainBytes, sha256 }] of Object.entries(files)) {
      const bytes = await readFile(path.join(dataDir, 'media', file));
      expect(bytes.length).toBe(sizeBytes);
      expect(createHash('sha256').update(bytes).digest('hex')).toBe(sha256);
      const padding = file.endsWith('init.mp4') ? 0 : 16 - (plainBytes % 16);
      expect(sizeBytes).toBe(plainBytes + padding);
    }
  });

  it('is one video to independent parsers of HLS and DASH', async () => {
    const hls = async (file: string): Promise<Parsed> => {
      const parser = new Parser();
      parser.push(await readFile(path.join(mediaDir, file), 'utf8'));
      parser.end();
      return parser.manifest;
    };
    const mpdText = await readFile(path.join(mediaDir, 'manifest.mpd'), 'utf8');
    const dash: Parsed = mpdParser.parse(mpdText, { manifestUri: 'http://oca.example/manifest.mpd' });
    const master = await hls('master.m3u8');

    expect(master.playlists.map(({ attributes }) => attributes['RESOLUTION'])).toEqual([
      { width: 426, height: 240 },
      { width: 854, height: 480 },
      { width: 1280, height: 720 },
    ]);
    const names = (kind: string) => Object.values(master.mediaGroups[kind] ?? {}).flatMap(Object.keys);
    expect(names('AUDIO')).toEqual(['English', 'Español']);
    expect(names('SUBTITLES')).toEqual(['English', 'Español', 'Français']);
    for (const { attributes } of master.playlists) {
      expect(attributes['CODECS']).toMatch(/^avc1\.[0-9a-f]{6},mp4a\.40\.2$/);
      expect(attributes['FRAME-RATE']).toBe(24);
    }

    const inGroups = (kind: string) =>
      Object.values(dash.mediaGroups[kind] ?? {})
        .flatMap((group) => Object.values(group))
        .flatMap(({ playlists }) => playlists);
    const dashPlaylists = [...dash.playlists, ...inGroups('AUDIO'), ...inGroups('SUBTITLES')];
    expect(dashPlaylists).toHaveLength(made.record.renditions.length);
    for (const { attributes, segments } of dashPlaylists) {
      const id = String(attributes['NAME']);
      const twin = await hls(`${id}/playlist.m3u8`);
      expect(twin.segments.map(({ uri }) => `${id}/${uri}`)).toEqual(segments.map(({ uri }) => uri));
      expect(twin.segments.reduce((sum, { duration }) => sum + duration, 0)).toBeCloseTo(SECONDS, 1);
      expect(twin.segments[0]?.uri).toMatch(new RegExp(`^${twin.mediaSequence}\\.(m4s|vtt)$`));
      for (const [index, { duration, key }] of twin.segments.entries()) {
        expect(duration).toBeCloseTo(segments[index]?.duration ?? 0, 5);
        expect(key).toMatchObject({ method: 'AES-128' });
      }
    }
  });

  it('is published as a title, with pictures and without its key', async () => {
    const text = await readFile(path.join(dataDir, 'titles', `${made.titleId}.json`), 'utf8');
    const { title } = TitleDrop.parse(JSON.parse(text));
    expect(title).toMatchObject({ type: 'film', durationSeconds: SECONDS, audioLanguages: ['en', 'es'] });
    expect(text).not.toContain(made.record.contentKeyHex);
    for (const [shape, size] of [
      ['poster', '600x900'],
      ['backdrop', '1280x720'],
    ] as const) {
      const file = path.join(dataDir, 'artwork', made.titleId, `${shape}.jpg`);
      const { stderr } = spawnSync(tools.ffmpeg, ['-hide_banner', '-i', file], { encoding: 'utf8' });
      expect(stderr).toContain(` ${size}`);
    }
    expect(await readdir(path.join(dataDir, 'work'))).toEqual([]);
  });
});

/** Goertzel: how much of a frequency there is. */
function power(samples: Float32Array, hertz: number): number {
  const coefficient = 2 * Math.cos((2 * Math.PI * hertz) / 48_000);
  let [before, last] = [0, 0];
  for (const sample of samples) [before, last] = [last, sample + coefficient * last - before];
  return last * last + before * before - coefficient * last * before;
}
