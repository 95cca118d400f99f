import { lstat, readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { SECOND_MS } from '../shared/units.ts';
import type { Ms } from '../shared/units.ts';

export interface DriveSources {
  readonly platform?: NodeJS.Platform;
  /** What Linux has mounted (proc(5)). */
  readonly mountInfo?: string;
  /** Where macOS shows its volumes. */
  readonly volumes?: string;
  readonly isFolder?: (folder: string) => Promise<boolean>;
  /** A drive that is asleep or gone may say nothing for long. */
  readonly patienceMs?: Ms;
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** Local file systems that a whole store can lie on; networks may hang, and memory forgets. */
const fileSystems =
  /^(ext[234]|xfs|btrfs|bcachefs|f2fs|jfs|zfs|vfat|exfat|msdos|ntfs3?|fuseblk|fuse\.ntfs-3g|hfsplus|apfs|fuse\.exfat)$/;
/** Parts of the machine itself, which happen to be mounted by themselves. */
const systemPlaces =
  /^\/($|boot|dev|efi|etc|gnu|home|nix|opt|proc|recovery|root|run\/(?!media\/)|snap|srv|sys|tmp|usr|var)(\/|$)?/;
/**
 * Where the drives beside the system's own lie, as the system names them: mounted file systems of Linux,
 * /Volumes of macOS, drive letters of Windows. Never fails: what cannot be read has no drives.
 */
export async function otherDrives({
  platform = process.platform,
  mountInfo = '/proc/self/mountinfo',
  volumes = '/Volumes',
  isFolder = isFolderNow,
  patienceMs = 2 * SECOND_MS,
  env = process.env,
}: DriveSources = {}): Promise<string[]> {
  if (platform === 'linux') return mountedIn(await readFile(mountInfo, 'utf8').catch(() => ''));
  const names =
    platform === 'darwin'
      ? (await readdir(volumes).catch(() => []))
          .filter((name) => !name.startsWith('.'))
          .map((name) => path.posix.join(volumes, name))
      : platform === 'win32'
        ? lettersBut(env['SystemDrive'] ?? 'C:')
        : [];
  const answers = await Promise.all(names.map((name) => soon(isFolder(name), patienceMs)));
  return names.filter((_, at) => answers[at]);
}

/** Of the text of mountinfo: `id parent major:minor root place options … - type source superOptions`. */
export function mountedIn(text: string): string[] {
  const seen = new Set<string>();
  const drives: string[] = [];
  for (const line of text.split('\n')) {
    const [before = '', after = ''] = line.split(' - ');
    const [, , device = '', root, place = '', options = ''] = before.split(' ');
    const [type = '', , superOptions = ''] = after.split(' ');
    const isReadOnly = [options, superOptions].some((list) => list.split(',').includes('ro'));
    const folder = unescaped(place);
    if (!fileSystems.test(type) || isReadOnly || systemPlaces.test(folder)) continue;
    // A part of a file system that is mounted again is no drive of its own; btrfs mounts its subvolumes so.
    if (seen.has(device) || (root !== '/' && type !== 'btrfs')) continue;
    seen.add(device);
    drives.push(folder);
  }
  return drives;
}

/** Space, tab, newline and backslash are written as three octal digits. */
function unescaped(text: string): string {
  return text.replaceAll(/\\([0-7]{3})/g, (_, octal: string) =>
    String.fromCharCode(Number.parseInt(octal, 8)),
  );
}

function lettersBut(systemDrive: string): string[] {
  const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'].map((letter) => `${letter}:`);
  return letters.filter((letter) => letter !== systemDrive.toUpperCase()).map((letter) => `${letter}\\`);
}

/** A link, as macOS has one to its own disk, is no volume. */
async function isFolderNow(folder: string): Promise<boolean> {
  return lstat(folder).then(
    (entry) => entry.isDirectory(),
    () => false,
  );
}

async function soon(answer: Promise<boolean>, ms: Ms): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => (timer = setTimeout(() => resolve(false), ms)));
  return Promise.race([answer, late]).finally(() => clearTimeout(timer));
}
