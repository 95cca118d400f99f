import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createFaultServer } from '../../../testing/fault-server.ts';
import { writePlayableCopy } from '../../../testing/playable-copy.ts';
import { temporaryFolder } from '../../../testing/temporary-folder.ts';
import { INIT_INDEX, renditionsOf } from '../../shared/presentation.ts';
import type { ByteRange, Presentation, Rendition } from '../../shared/presentation.ts';
import { loadPresentation } from '../index.ts';

/*
 * Real packagers' output, read over HTTP, written as HLS, read by ffmpeg: every packet of the source must come
 * out, in order, and no other.
 */

const SECONDS = 9;
const ffmpeg = (args: string[], cwd: string) =>
  execFileSync('ffmpeg', ['-hide_banner', '-nostdin', '-y', '-v', 'error', ...args], {
    cwd,
    encoding: 'utf8',
  });

/** Cut at every two seconds, with a last piece of one; the sound is not cut at the same places. */
function makeSource(cwd: string, name: string, size: string, tone: number): void {
  const picture = ['-f', 'lavfi', '-i', `testsrc2=s=${size}:r=25:d=${SECONDS}`];
  const sound = ['-f', 'lavfi', '-i', `sine=${tone}:d=${SECONDS}`];
  const codecs = ['-c:v', 'libx264', '-preset', 'ultrafast', '-bf', '0', '-g', '50', '-keyint_min', '50', '-sc_threshold', '0', '-c:a', 'aac'];
  ffmpeg([...picture, ...sound, ...codecs, name], cwd);
} // prettier-ignore

function shakaPackager(args: string[], cwd: string): void {
  const folder = path.dirname(createRequire(import.meta.url).resolve('shaka-packager'));
  const system = { linux: 'linux', darwin: 'osx', win32: 'win' }[process.platform as 'linux'];
  const file = `packager-${system}-${process.arch}${system === 'win' ? '.exe' : ''}`;
  execFileSync(path.join(folder, 'bin', file), [...args, '--quiet'], { cwd });
}

/** Hashes of the packets of one kind, in order. */
function packets(file: string, kind: 'v' | 'a', cwd: string): string[] {
  const options = file.endsWith('.m3u8') ? ['-allowed_extensions', 'ALL'] : [];
  const listing = ffmpeg([...options, '-i', file, '-map', `0:${kind}:0`, '-c', 'copy', '-f', 'framemd5', '-'], cwd); // prettier-ignore
  const lines = listing.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  // stream, dts, pts, duration, size, hash; then what the container says beside it.
  return lines.map((line) => line.split(',')[5]?.trim() ?? '');
}

async function serve(folder: string) {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) =>
    statSync(path.join(folder, file)).isFile(),
  );
  const server = await createFaultServer(
    files.map((file) => [file, readFileSync(path.join(folder, file))] as const),
  );
  onTestFinished(server.close);
  return server;
}

async function bytesOf(url: string, range?: ByteRange): Promise<Uint8Array> {
  const last = range && range.offsetBytes + range.lengthBytes - 1;
  const response = await fetch(url, range && { headers: { Range: `bytes=${range.offsetBytes}-${last}` } });
  if (!response.ok) throw new Error(`${response.status} for ${url}`);
  return new Uint8Array(await response.arrayBuffer());
}

const load = (manifestUrl: string) =>
  loadPresentation({
    manifestUrl,
    fetchText: async (url) => new TextDecoder().decode(await bytesOf(url)),
    fetchBytes: bytesOf,
  });

/** One file a Period and rendition: what a player appends after each discontinuity. */
async function writePeriods(presentation: Presentation, rendition: Rendition, folder: string) {
  const base = presentation.pathways[0]?.baseUrl ?? '';
  const inits = [...(rendition.init ? [rendition.init] : []), ...(rendition.laterInits ?? [])];
  const files: string[] = [];
  for (const segment of rendition.segments) {
    const append = { flag: 'a' };
    if (files.length === 0 || segment.isDiscontinuity) {
      files.push(`${rendition.id}-${files.length}.mp4`);
      const init = inits.find(({ index }) => index === (segment.initIndex ?? INIT_INDEX));
      if (!init) throw new Error('no such init segment');
      const bytes = await bytesOf(new URL(init.path, base).href, init.byteRange);
      writeFileSync(path.join(folder, files.at(-1) ?? ''), bytes, append);
    }
    const bytes = await bytesOf(new URL(segment.path, base).href, segment.byteRange);
    writeFileSync(path.join(folder, files.at(-1) ?? ''), bytes, append);
  }
  return files;
}

const shakaTemplates = (source: string) => [
  `in=${source},stream=video,init_segment=v/i.mp4,segment_template=v/$Number%03d$.m4s`,
  `in=${source},stream=audio,lang=en,init_segment=a/i.mp4,segment_template=a/$Number%03d$.m4s`,
  '--generate_static_live_mpd',
  '--segment_duration=2',
  '--mpd_output=manifest.mpd',
];
const shakaFiles = [
  'in=../source.mp4,stream=video,output=v.mp4',
  'in=../source.mp4,stream=audio,lang=en,output=a.mp4',
  '--segment_duration=2',
  '--mpd_output=manifest.mpd',
];
const ffmpegDash = ['-i', '../source.mp4', '-c', 'copy', '-f', 'dash', '-seg_duration', '2'];

/** How it is packaged, and what the MPD must say for the case to be the one that its name promises. */
const packagings: [string, RegExp, (cwd: string) => unknown][] = [
  ['ffmpeg: template with timeline', /<SegmentTimeline>/, (cwd) => ffmpeg([...ffmpegDash, 'manifest.mpd'], cwd)],
  ['ffmpeg: template with equal durations', /SegmentTemplate[^>]*duration=/, (cwd) => ffmpeg([...ffmpegDash, '-use_timeline', '0', 'manifest.mpd'], cwd)],
  ['ffmpeg: list of ranges', /<SegmentURL mediaRange=/, (cwd) => ffmpeg([...ffmpegDash, '-single_file', '1', 'manifest.mpd'], cwd)],
  ['shaka-packager: template with timeline', /<SegmentTimeline>/, (cwd) => shakaPackager(shakaTemplates('../source.mp4'), cwd)],
  ['shaka-packager: on demand, with an index', /<SegmentBase indexRange=/, (cwd) => shakaPackager(shakaFiles, cwd)],
  ['shaka-packager: on demand, the index left to be found', /<\/BaseURL>\s*<\/Representation>/, (cwd) => {
    shakaPackager(shakaFiles, cwd);
    const mpd = path.join(cwd, 'manifest.mpd');
    writeFileSync(mpd, readFileSync(mpd, 'utf8').replaceAll(/<SegmentBase.*?<\/SegmentBase>/gs, ''));
  }],
]; // prettier-ignore

describe('what real packagers make', () => {
  it.each(packagings)('%s: every packet comes out of our HLS', async (_, marks, make) => {
    const folder = temporaryFolder();
    makeSource(folder, 'source.mp4', '160x90', 440);
    const packaged = path.join(folder, 'dash');
    mkdirSync(packaged);
    make(packaged);
    expect(readFileSync(path.join(packaged, 'manifest.mpd'), 'utf8')).toMatch(marks);
    const server = await serve(packaged);
    const presentation = await load(`${server.base()}manifest.mpd`);
    expect(presentation.durationSeconds).toBeCloseTo(SECONDS, 1);
    expect(presentation.video[0]).toMatchObject({ width: 160, height: 90 });
    expect(presentation.video[0]?.segments.map((one) => one.durationSeconds)).toEqual([2, 2, 2, 2, 1]);
    const hls = path.join(folder, 'hls');
    mkdirSync(hls);
    await writePlayableCopy(presentation, hls, bytesOf);
    for (const kind of ['v', 'a'] as const)
      expect(packets('master.m3u8', kind, hls)).toEqual(packets('source.mp4', kind, folder));
  }); // prettier-ignore

  it('two periods, packaged by two packagers with other pictures: each whole, after its own init segment', async () => {
    const folder = temporaryFolder();
    makeSource(folder, 'source.mp4', '160x90', 440);
    makeSource(folder, 'other.mp4', '320x180', 880);
    const packaged = path.join(folder, 'dash');
    for (const part of ['one', 'two']) mkdirSync(path.join(packaged, part), { recursive: true });
    ffmpeg(['-i', '../../source.mp4', ...ffmpegDash.slice(2), 'manifest.mpd'], path.join(packaged, 'one'));
    shakaPackager(shakaTemplates('../../other.mp4'), path.join(packaged, 'two'));
    const periods = ['one', 'two'].map((part) => {
      const text = readFileSync(path.join(packaged, part, 'manifest.mpd'), 'utf8');
      const inside = /<Period[^>]*>(.*)<\/Period>/s.exec(text)?.[1] ?? '';
      return `<Period duration="PT${SECONDS}S"><BaseURL>${part}/</BaseURL>${inside}</Period>`;
    });
    writeFileSync(path.join(packaged, 'manifest.mpd'), `<MPD type="static">${periods.join('')}</MPD>`);
    const server = await serve(packaged);
    const presentation = await load(`${server.base()}manifest.mpd`);
    expect(presentation.durationSeconds).toBe(2 * SECONDS);
    const hls = path.join(folder, 'hls');
    mkdirSync(hls);
    await writePlayableCopy(presentation, hls, bytesOf);
    const sources = ['source.mp4', 'other.mp4'];
    for (const kind of ['v', 'a'] as const)
      expect(packets('master.m3u8', kind, hls)).toEqual(
        sources.flatMap((file) => packets(file, kind, folder)),
      );
    const [video, audio] = renditionsOf(presentation);
    for (const [rendition, kind] of [[video, 'v'], [audio, 'a']] as const) {
      if (!rendition) throw new Error('a rendition is missing');
      const files = await writePeriods(presentation, rendition, folder);
      expect(files.map((file) => packets(file, kind, folder))).toEqual(
        sources.map((file) => packets(file, kind, folder)),
      );
    }
  }); // prettier-ignore
});
