import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createInterface } from 'node:readline';
import { LayoverError } from '../shared/errors.ts';
import type { Seconds } from '../shared/units.ts';

export interface DecodedFrame {
  readonly ptsSeconds: Seconds;
  /** Of the decoded picture. */
  readonly md5: string;
}

export interface Decoded {
  readonly frames: DecodedFrame[];
  /** Of all frames' digests in order: two decodes are the same when these are. */
  readonly sha256: string;
}

/**
 * Decodes one playlist's video as a player would and gives the digest of every picture. ffmpeg is
 * FFMPEG_PATH, else the system's. Throws `playback/not-verified` when ffmpeg is missing or finds an error.
 */
export async function decodeVideo(
  address: string,
  {
    seconds,
    onFrame,
    signal,
  }: { seconds?: Seconds | undefined; onFrame: (n: number) => void; signal: AbortSignal },
): Promise<Decoded> {
  const ffmpeg = process.env['FFMPEG_PATH'] ?? 'ffmpeg';
  const limit = seconds === undefined ? [] : ['-t', String(seconds)];
  const args = ['-v', 'error', '-xerror', '-i', address, '-map', '0:v:0', ...limit, '-f', 'framemd5', '-'];
  const child = spawn(ffmpeg, args, { stdio: ['ignore', 'pipe', 'pipe'], signal });
  const frames: DecodedFrame[] = [];
  const whole = createHash('sha256');
  let ticksPerSecond = 1;
  let complaints = '';
  child.stderr.on(
    'data',
    (chunk: Buffer) => (complaints = (complaints + chunk.toString('utf8')).slice(-2000)),
  );
  const exit = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  exit.catch(() => undefined);

  for await (const line of createInterface({ input: child.stdout })) {
    const timeBase = /^#tb 0: (\d+)\/(\d+)$/.exec(line);
    if (timeBase) ticksPerSecond = Number(timeBase[2]) / Number(timeBase[1]);
    const fields = line.split(',').map((field) => field.trim());
    const [stream, , pts, , , md5] = fields;
    if (stream !== '0' || pts === undefined || md5 === undefined) continue;
    frames.push({ ptsSeconds: Number(pts) / ticksPerSecond, md5 });
    whole.update(md5);
    onFrame(frames.length);
  }
  const code = await exit.catch((cause: unknown) => {
    signal.throwIfAborted();
    throw new LayoverError('playback/not-verified', { reason: 'ffmpeg is not installed' }, { cause });
  });
  if (code !== 0)
    throw new LayoverError('playback/not-verified', {
      reason: complaints.trim().split('\n').at(-1) ?? `exit ${code}`,
    });
  return { frames, sha256: whole.digest('hex') };
}
