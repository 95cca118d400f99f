import { execFile } from 'node:child_process';
import { createCipheriv, randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface StrangersMedia {
  /** Multivariant HLS with two pictures and a sound, in fragmented MP4; calls itself "Night Ferry". */
  readonly clear: 'film/master.m3u8';
  /** The same files as DASH. */
  readonly dash: 'film/film.mpd';
  /** A media playlist of MPEG-TS: two keys in turn, the first without IVs, the second with one. */
  readonly rotating: 'keys/index.m3u8';
  readonly live: 'refused/live.m3u8';
  readonly sampleAes: 'refused/sample-aes.m3u8';
  readonly widevine: 'refused/widevine.mpd';
  readonly page: 'refused/page.html';
}

export const strangers: StrangersMedia = {
  clear: 'film/master.m3u8',
  dash: 'film/film.mpd',
  rotating: 'keys/index.m3u8',
  live: 'refused/live.m3u8',
  sampleAes: 'refused/sample-aes.m3u8',
  widevine: 'refused/widevine.mpd',
  page: 'refused/page.html',
};

/**
 * Puts what a stranger's server may hold into a folder: a film made by ffmpeg in three packagings, and what is
 * to be refused. Its pictures move all the time.
 */
export async function makeStrangersMedia(
  folder: string,
  { seconds = 8, ffmpeg = process.env['FFMPEG_PATH'] ?? 'ffmpeg' } = {},
): Promise<StrangersMedia> {
  const [film, keys, refused] = ['film', 'keys', 'refused'].map((name) => path.join(folder, name)) as [
    string,
    string,
    string,
  ];
  for (const each of [film, keys, refused]) await mkdir(each, { recursive: true });
  const source = ['-f', 'lavfi', '-i', `testsrc2=s=640x360:r=25:d=${seconds}`, '-f', 'lavfi', '-i', `sine=440:d=${seconds}`]; // prettier-ignore
  const avc = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-bf', '0', '-g', '25', '-keyint_min', '25', '-sc_threshold', '0', '-c:a', 'aac']; // prettier-ignore
  const quiet = ['-hide_banner', '-nostdin', '-y', '-v', 'error'];
  const rungs = ['-map', '0:v', '-map', '0:v', '-map', '1:a', '-s:v:0', '640x360', '-b:v:0', '600k', '-s:v:1', '320x180', '-b:v:1', '200k']; // prettier-ignore
  await run(ffmpeg, [...quiet, ...source, ...avc, ...rungs, '-f', 'dash', '-seg_duration', '2', '-adaptation_sets', 'id=0,streams=v id=1,streams=a', '-hls_playlist', '1', 'film.mpd'], { cwd: film }); // prettier-ignore
  const title = '#EXT-X-SESSION-DATA:DATA-ID="com.apple.hls.title",VALUE="Night Ferry"\n';
  const master = path.join(film, 'master.m3u8');
  await writeFile(master, (await readFile(master, 'utf8')).replace('#EXTM3U\n', `#EXTM3U\n${title}`));
  await run(ffmpeg, [...quiet, ...source, ...avc, '-s:v', '320x180', '-f', 'hls', '-hls_time', '1', '-hls_playlist_type', 'vod', 'clear.m3u8'], { cwd: keys }); // prettier-ignore
  await encryptByTurns(keys);

  const segment = '#EXTINF:4,\n../keys/wire-0.ts\n';
  const head = '#EXTM3U\n#EXT-X-TARGETDURATION:4\n';
  const mpd = await readFile(path.join(film, 'film.mpd'), 'utf8');
  const protection =
    '<ContentProtection schemeIdUri="urn:uuid:edef8ba9-79d6-4ace-a3c8-27dcd51d21ed" value="Widevine"/>';
  const files = {
    'live.m3u8': head + segment,
    'sample-aes.m3u8': `${head}#EXT-X-KEY:METHOD=SAMPLE-AES,URI="a.key"\n${segment}#EXT-X-ENDLIST\n`,
    'widevine.mpd': mpd.replaceAll(/(<Representation [^>]*>)/g, `$1${protection}`),
    'page.html': '<!DOCTYPE html><html><head><title>Watch Night Ferry</title></head><body>…</body></html>',
  };
  for (const [name, text] of Object.entries(files)) await writeFile(path.join(refused, name), text);
  return strangers;
}

async function encryptByTurns(folder: string): Promise<void> {
  const keys = [randomBytes(16), randomBytes(16)];
  const iv = randomBytes(16);
  for (const [at, key] of keys.entries()) await writeFile(path.join(folder, `${at}.key`), key);
  const lines = (await readFile(path.join(folder, 'clear.m3u8'), 'utf8')).split('\n');
  const names = (await readdir(folder)).filter((name) => name.endsWith('.ts')).sort(); // prettier-ignore
  for (const [at, name] of names.entries()) {
    const turn = Math.floor(at / 2) % 2;
    const ivOfThis = turn === 0 ? Buffer.from(at.toString(16).padStart(32, '0'), 'hex') : iv;
    const cipher = createCipheriv('aes-128-cbc', keys[turn] ?? '', ivOfThis);
    const plain = await readFile(path.join(folder, name));
    await writeFile(
      path.join(folder, `wire-${at}.ts`),
      Buffer.concat([cipher.update(plain), cipher.final()]),
    );
    await rm(path.join(folder, name));
    const line = lines.indexOf(name);
    lines[line] = `wire-${at}.ts`;
    const tag = `#EXT-X-KEY:METHOD=AES-128,URI="${turn}.key"${turn === 0 ? '' : `,IV=0x${iv.toString('hex')}`}`;
    if (at % 2 === 0) lines.splice(line - 1, 0, tag);
  }
  await rm(path.join(folder, 'clear.m3u8'));
  await writeFile(path.join(folder, 'index.m3u8'), lines.join('\n'));
}

export interface Origin {
  /** "http://127.0.0.1:<port>/". */
  readonly url: string;
  readonly requests: { path: string; headers: IncomingHttpHeaders }[];
  /** Answers a path otherwise than with a file; undefined: with the file. */
  answer: (
    path: string,
    search: string,
  ) => { status: number; headers?: Record<string, string>; body?: string } | undefined;
  close(): Promise<void>;
}

/** A real server on loopback that gives out a folder, with Range, and remembers what it was asked. */
export async function startOrigin(folder: string, port = 0): Promise<Origin> {
  const types: Record<string, string> = { '.m3u8': 'application/vnd.apple.mpegurl', '.mpd': 'application/dash+xml', '.html': 'text/html' }; // prettier-ignore
  const server = createServer((request, response) => {
    const { pathname, search } = new URL(request.url ?? '/', 'http://origin.invalid/');
    origin.requests.push({ path: pathname.slice(1) + search, headers: request.headers });
    const other = origin.answer(pathname.slice(1), search);
    if (other) return void response.writeHead(other.status, other.headers).end(other.body);
    readFile(path.join(folder, path.normalize(pathname))).then(
      (file) => {
        const [, first, last] = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '') ?? [];
        const start = Number(first ?? 0);
        const part = file.subarray(start, last ? Number(last) + 1 : undefined);
        response.writeHead(first === undefined ? 200 : 206, {
          'Content-Type': types[path.extname(pathname)] ?? 'video/mp4',
          'Content-Length': part.byteLength,
          ...(first !== undefined && {
            'Content-Range': `bytes ${start}-${start + part.byteLength - 1}/${file.byteLength}`,
          }),
        });
        response.end(request.method === 'HEAD' ? undefined : part);
      },
      () => void response.writeHead(404).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const origin: Origin = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    requests: [],
    answer: () => undefined,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return origin;
}
