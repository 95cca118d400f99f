import { execFileSync } from 'node:child_process';
import { createCipheriv, randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { writePlayableCopy } from '../../../testing/playable-copy.ts';
import { temporaryFolder } from '../../../testing/temporary-folder.ts';
import { filesOf, renditionsOf } from '../../shared/presentation.ts';
import type { ByteRange, Presentation } from '../../shared/presentation.ts';
import { loadPresentation } from '../index.ts';

/*
 * Real media, packaged as they are found in the wild: read, written as the player gets it, read by ffmpeg.
 * Every packet of the source must come out, in order, and no other; and the pictures must decode.
 */

const SECONDS = 6;
const base = 'https://cdn.example/show/';
const ffmpeg = (args: string[], cwd: string) =>
  execFileSync('ffmpeg', ['-hide_banner', '-nostdin', '-y', '-v', 'error', ...args], {
    cwd,
    encoding: 'utf8',
  });
const picture = (size: string) => ['-f', 'lavfi', '-i', `testsrc2=s=${size}:r=25:d=${SECONDS}`];
const tone = (frequency: number) => ['-f', 'lavfi', '-i', `sine=${frequency}:d=${SECONDS}`];
const avc = ['-c:v', 'libx264', '-preset', 'ultrafast', '-bf', '0', '-g', '50', '-keyint_min', '50', '-sc_threshold', '0']; // prettier-ignore
const hls = ['-f', 'hls', '-hls_time', '2', '-hls_playlist_type', 'vod'];
const fmp4 = [...hls, '-hls_segment_type', 'fmp4'];

const anyName = (file: string) => (file.endsWith('.m3u8') ? ['-allowed_extensions', 'ALL'] : []);

/** Hashes of the packets of one kind, in order. */
function packets(file: string, kind: 'v' | 'a', cwd: string, program = 0): string[] {
  const listing = ffmpeg([...anyName(file), '-i', file, '-map', `0:${kind}:${program}`, '-c', 'copy', '-f', 'framemd5', '-'], cwd); // prettier-ignore
  const lines = listing.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  // stream, dts, pts, duration, size, hash; then what the container says beside it.
  return lines.map((line) => line.split(',')[5]?.trim() ?? '');
}

/** Pictures that decode, and not one complaint. */
function decodedFrames(file: string, cwd: string): number {
  const listing = ffmpeg([...anyName(file), '-xerror', '-i', file, '-map', '0:v:0', '-f', 'framemd5', '-'], cwd); // prettier-ignore
  return listing.split('\n').filter((line) => line !== '' && !line.startsWith('#')).length;
}

/** Reads a playlist of the folder, and writes what a player would get into a folder beside it. */
async function copy(folder: string, playlist: string): Promise<{ read: Presentation; written: string }> {
  const bytesOf = async (url: string, range?: ByteRange) => {
    const bytes = await readFile(path.join(folder, url.replace(base, '')));
    return range ? bytes.subarray(range.offsetBytes, range.offsetBytes + range.lengthBytes) : bytes;
  };
  const read = await loadPresentation({
    manifestUrl: base + playlist,
    fetchText: async (url) => new TextDecoder().decode(await bytesOf(url)),
  });
  const written = path.join(folder, 'written');
  mkdirSync(written);
  await writePlayableCopy(read, written, bytesOf);
  return { read, written };
}

describe('HLS as packagers make it', () => {
  it('MPEG-TS under keys that rotate, with IVs and without, and clear in the middle', async () => {
    const folder = temporaryFolder();
    ffmpeg([...picture('160x90'), ...tone(440), ...avc, '-c:a', 'aac', ...hls, '-hls_time', '1', '-force_key_frames', 'expr:gte(t,n_forced)', 'clear.m3u8'], folder); // prettier-ignore
    const files = readdirSync(folder).filter((file) => file.endsWith('.ts')).sort(); // prettier-ignore
    expect(files).toHaveLength(SECONDS);
    const keys = [randomBytes(16), randomBytes(16)];
    keys.forEach((key, at) => writeFileSync(path.join(folder, `${at}.key`), key));
    const first = 41;
    const iv = randomBytes(16);
    const ofNumber = (at: number) => Buffer.from((first + at).toString(16).padStart(32, '0'), 'hex');
    /** Which key, and the IV, of each segment; undefined: clear. */
    const plan = [[0, ofNumber(0)], [0, ofNumber(1)], undefined, [1, iv], [1, iv], [1, ofNumber(5)]] as const;
    const tags = ['METHOD=AES-128,URI="0.key"', '', 'METHOD=NONE', `METHOD=AES-128,URI="1.key",IV=0x${iv.toString('hex')}`, '', 'METHOD=AES-128,URI="1.key"']; // prettier-ignore
    const clear = readFileSync(path.join(folder, 'clear.m3u8'), 'utf8');
    const lines = clear.replace('MEDIA-SEQUENCE:0', `MEDIA-SEQUENCE:${first}`).split('\n');
    for (const [at, file] of files.entries()) {
      const [key, ivOfThis] = plan[at] ?? [];
      const bytes = readFileSync(path.join(folder, file));
      const cipher = key !== undefined && createCipheriv('aes-128-cbc', keys[key] ?? '', ivOfThis ?? '');
      const wire = cipher ? Buffer.concat([cipher.update(bytes), cipher.final()]) : bytes;
      writeFileSync(path.join(folder, `wire-${at}.ts`), wire);
      const line = lines.indexOf(file);
      lines[line] = `wire-${at}.ts`;
      if (tags[at]) lines.splice(line - 1, 0, `#EXT-X-KEY:${tags[at]}`);
    }
    writeFileSync(path.join(folder, 'index.m3u8'), lines.join('\n'));

    const { read, written } = await copy(folder, 'index.m3u8');
    expect(read.video[0]).toMatchObject({ container: 'mpeg-ts' });
    expect(read.video[0]?.segments.map(({ encryption }) => encryption?.keyUri.at(-5))).toEqual(
      ['0', '0', undefined, '1', '1', '1'], // prettier-ignore
    );
    expect(decodedFrames('master.m3u8', written)).toBe(SECONDS * 25);
    for (const kind of ['v', 'a'] as const) {
      const packed = packets('master.m3u8', kind, written);
      expect(packed).toEqual(packets('clear.m3u8', kind, folder));
      // ffmpeg undoes the encryption of the source by itself.
      expect(packed).toEqual(packets('index.m3u8', kind, folder));
    }
  });

  it('fMP4 whose pictures change after a discontinuity, each with its own init segment', async () => {
    const folder = temporaryFolder();
    const sizes = ['160x90', '320x180', '160x90'];
    const parts = ['film', 'advert', 'film'];
    for (const [at, part] of parts.slice(0, 2).entries()) {
      mkdirSync(path.join(folder, part));
      ffmpeg([...picture(sizes[at] ?? ''), ...avc, ...fmp4, 'index.m3u8'], path.join(folder, part));
    }
    const bodies = parts.map((part) =>
      readFileSync(path.join(folder, part, 'index.m3u8'), 'utf8')
        .split('\n')
        .filter((line) => /^(#EXTINF|#EXT-X-MAP|[^#])/.test(line))
        .map((line) => (line.startsWith('#') ? line.replace('URI="', `URI="${part}/`) : `${part}/${line}`))
        .join('\n'),
    );
    const head = '#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:2\n#EXT-X-PLAYLIST-TYPE:VOD\n';
    writeFileSync(
      path.join(folder, 'index.m3u8'),
      `${head}${bodies.join('\n#EXT-X-DISCONTINUITY\n')}\n#EXT-X-ENDLIST\n`,
    );
    const { read, written } = await copy(folder, 'index.m3u8');
    const [video] = read.video;
    expect(video?.laterInits).toHaveLength(1);
    expect(video?.segments.map(({ initIndex }) => initIndex)).toEqual(
      [undefined, undefined, undefined, -2, -2, -2, undefined, undefined, undefined], // prettier-ignore
    );
    expect(video?.segments.flatMap(({ isDiscontinuity, index }) => (isDiscontinuity ? [index] : []))).toEqual(
      [3, 6],
    );
    const each = parts.slice(0, 2).map((part) => packets('index.m3u8', 'v', path.join(folder, part)));
    expect(packets('master.m3u8', 'v', written)).toEqual([...(each[0] ?? []), ...(each[1] ?? []), ...(each[0] ?? [])]); // prettier-ignore
    // What a player appends after each discontinuity is whole: init segment and segments of one encoding.
    const playlist = readFileSync(path.join(written, video?.id ?? '', 'media.m3u8'), 'utf8');
    const periods = playlist.split('#EXT-X-DISCONTINUITY');
    expect(periods).toHaveLength(3);
    for (const [at, period] of periods.entries()) {
      const names = [...period.matchAll(/URI="(.*)"|^([^#\s].*)$/gm)].map(([, init, file]) => init ?? file ?? ''); // prettier-ignore
      const whole = Buffer.concat(
        names.map((name) => readFileSync(path.join(written, video?.id ?? '', name))),
      );
      writeFileSync(path.join(folder, `${at}.mp4`), whole);
      expect(packets(`${at}.mp4`, 'v', folder)).toEqual(each[at % 2]);
      expect(decodedFrames(`${at}.mp4`, folder)).toBe(SECONDS * 25);
    }
  });

  it.each([
    ['MPEG-TS', hls],
    ['fMP4', fmp4],
  ])('one %s file cut by byte ranges', async (_, options) => {
    const folder = temporaryFolder();
    ffmpeg([...picture('160x90'), ...tone(440), ...avc, '-c:a', 'aac', ...options, '-hls_flags', 'single_file', 'index.m3u8'], folder); // prettier-ignore
    const { read, written } = await copy(folder, 'index.m3u8');
    const all = renditionsOf(read).flatMap(filesOf);
    expect(new Set(all.map((file) => file.path)).size).toBe(1);
    expect(all.every(({ byteRange }) => byteRange)).toBe(true);
    expect(read.video[0]?.segments).toHaveLength(3);
    expect(decodedFrames('master.m3u8', written)).toBe(SECONDS * 25);
    for (const kind of ['v', 'a'] as const)
      expect(packets('master.m3u8', kind, written)).toEqual(packets('index.m3u8', kind, folder));
  });

  it('pictures in MPEG-TS with languages in packed AAC and in MP3', async () => {
    const folder = temporaryFolder();
    for (const part of ['v', 'en', 'fr']) mkdirSync(path.join(folder, part));
    ffmpeg([...picture('160x90'), ...avc, ...hls, 'index.m3u8'], path.join(folder, 'v'));
    const mp3 = ['mp3', '-segment_format_options', 'write_xing=0:id3v2_version=0'];
    const sounds = [['en', 440, 'aac', 'aac', ['adts']], ['fr', 880, 'libmp3lame', 'mp3', mp3]] as const; // prettier-ignore
    for (const [language, frequency, codec, extension, format] of sounds) {
      const cwd = path.join(folder, language);
      ffmpeg([...tone(frequency), '-c:a', codec, '-f', 'segment', '-segment_time', '2', '-segment_list', 'index.m3u8', '-segment_format', ...format, `%d.${extension}`], cwd); // prettier-ignore
      const pieces = readdirSync(cwd).filter((file) => file.endsWith(extension));
      for (const file of pieces) {
        const bytes = readFileSync(path.join(cwd, file));
        writeFileSync(path.join(cwd, file), Buffer.concat([timestampTag(parseInt(file, 10) * 2), bytes]));
      }
    }
    const media = (language: string, name: string, isDefault: string) =>
      `#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",LANGUAGE="${language}",NAME="${name}",DEFAULT=${isDefault},URI="${language}/index.m3u8"`;
    const master = ['#EXTM3U', media('en', 'English', 'YES'), media('fr', 'Français', 'NO'), '#EXT-X-STREAM-INF:BANDWIDTH=400000,RESOLUTION=160x90,AUDIO="a"', 'v/index.m3u8', '']; // prettier-ignore
    writeFileSync(path.join(folder, 'master.m3u8'), master.join('\n'));
    const { read, written } = await copy(folder, 'master.m3u8');
    expect(renditionsOf(read).map(({ id, container }) => [id, container])).toEqual([
      ['v', 'mpeg-ts'],
      ['en', 'packed-audio'],
      ['fr', 'packed-audio'],
    ]);
    expect(readdirSync(path.join(written, 'fr'))).toContain('0.mp3');
    expect(decodedFrames('master.m3u8', written)).toBe(SECONDS * 25);
    expect(packets('master.m3u8', 'v', written)).toEqual(packets('v/index.m3u8', 'v', folder));
    for (const [program, [language]] of sounds.entries()) {
      const heard = packets('master.m3u8', 'a', written, program);
      expect(heard.length).toBeGreaterThan(100);
      expect(heard).toEqual(packets(`${language}/index.m3u8`, 'a', folder));
    }
  });
});

/** What begins each file of packed audio: its time, in an ID3 PRIV frame (RFC 8216bis section 3.1.3). */
function timestampTag(seconds: number): Buffer {
  const owner = Buffer.from('com.apple.streaming.transportStreamTimestamp\0', 'latin1');
  const timestamp = Buffer.alloc(8);
  timestamp.writeBigUInt64BE(BigInt(Math.round(seconds * 90_000)));
  const frame = Buffer.concat([Buffer.from('PRIV'), Buffer.from([0, 0, 0, owner.length + 8, 0, 0]), owner, timestamp]); // prettier-ignore
  return Buffer.concat([Buffer.from('ID3'), Buffer.from([4, 0, 0, 0, 0, 0, frame.length]), frame]);
}
