import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { notLinux, named } from '../../testing/systems.ts';
import { temporaryFolder } from '../../testing/temporary-folder.ts';
import { mountedIn, otherDrives } from './drives.ts';

/** As a laptop has it: its own disk, pseudo file systems, a stick, a card, a network drive, a snap, a bind mount. */
const laptop = `
22 27 0:21 / /proc rw,relatime - proc proc rw
27 1 254:0 / / rw,relatime - ext4 /dev/vda rw
28 27 254:1 / /home rw,relatime - ext4 /dev/vdb rw
29 27 8:1 / /boot/efi rw,relatime - vfat /dev/sda1 rw
30 27 7:3 / /snap/core22/1 ro,nodev - squashfs /dev/loop3 ro
31 27 0:40 / /run/user/1000 rw - tmpfs tmpfs rw
40 27 8:17 / /run/media/ana/Travel\\040SSD rw,nosuid shared:5 - exfat /dev/sdb1 rw,uid=1000
41 27 8:33 / /media/ana/CARD ro,nosuid - vfat /dev/sdc1 ro
42 27 8:49 / /mnt/films rw - fuseblk /dev/sdd1 rw,user_id=0
43 27 0:50 / /mnt/nas rw - nfs4 nas:/films rw
44 27 8:49 /sub /mnt/films-again rw - fuseblk /dev/sdd1 rw
45 27 8:65 / /data rw - xfs /dev/sde1 rw
46 27 0:60 / /mnt/memory rw - tmpfs tmpfs rw
47 27 0:61 /@video /mnt/video rw - btrfs /dev/sdf1 rw
`;

describe('Linux', () => {
  it('names local disks that can be written to, and nothing of the machine’s own', () => {
    expect(mountedIn(laptop)).toEqual(['/run/media/ana/Travel SSD', '/mnt/films', '/data', '/mnt/video']);
  });

  it.each(['', 'nonsense', 'a b c d e f - ', '1 2 3 4 5 6 7 8 - ext4', '\0'])('survives %j', (text) => {
    expect(mountedIn(text)).toEqual([]);
  });

  it('reads what it is told to read; what is not there has no drives', async () => {
    const mountInfo = path.join(temporaryFolder(), 'mountinfo');
    expect(await otherDrives({ platform: 'linux', mountInfo })).toEqual([]);
    writeFileSync(mountInfo, laptop);
    expect(await otherDrives({ platform: 'linux', mountInfo })).toContain('/data');
  });

  it.skipIf(notLinux)(named('reads this machine’s own', notLinux), async () => {
    const drives = await otherDrives();
    expect(drives).not.toContain('/');
    expect(drives.filter((drive) => drive.startsWith('/proc') || drive.startsWith('/sys'))).toEqual([]);
  });
});

it('macOS: the volumes, but not the link to its own disk, nor hidden ones', async () => {
  const volumes = temporaryFolder();
  mkdirSync(path.join(volumes, 'Travel SSD'));
  mkdirSync(path.join(volumes, '.timemachine'));
  symlinkSync('/', path.join(volumes, 'Macintosh HD'));
  expect(await otherDrives({ platform: 'darwin', volumes })).toEqual([path.join(volumes, 'Travel SSD')]);
  expect(await otherDrives({ platform: 'darwin', volumes: path.join(volumes, 'none') })).toEqual([]);
});

it('Windows: the letters that have a disk behind them, but for the system’s own', async () => {
  const isFolder = async (folder: string) => ['C:\\', 'E:\\'].includes(folder);
  expect(await otherDrives({ platform: 'win32', isFolder, env: { SystemDrive: 'C:' } })).toEqual(['E:\\']);
});

it('a drive that never answers is none, and keeps nobody waiting', async () => {
  const isFolder = (folder: string) =>
    folder === 'E:\\' ? new Promise<boolean>(() => undefined) : Promise.resolve(folder === 'F:\\');
  expect(await otherDrives({ platform: 'win32', isFolder, patienceMs: 20, env: {} })).toEqual(['F:\\']);
});

it('elsewhere: none', async () => {
  expect(await otherDrives({ platform: 'freebsd' })).toEqual([]);
});
