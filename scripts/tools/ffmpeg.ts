import { spawnSync } from 'node:child_process';
import { findFfmpeg } from '../../service/encoder/ffmpeg.ts';
import { installDebianPackage } from './debian.ts';

/** The system's ffmpeg is newer than the one npm brings: it is preferred where it can be had without asking. */
export function ensureFfmpeg(): string {
  const onPath = spawnSync('ffmpeg', ['-version'], { stdio: 'ignore' }).status === 0;
  if (!onPath && !process.env['FFMPEG_PATH']) installDebianPackage('ffmpeg');
  return findFfmpeg().ffmpeg;
}
