import fc from 'fast-check';
import { expect, test } from 'vitest';
import { StorageView } from '../../shared/downloads.ts';
import { driveNameOf } from './drive-name.ts';
import { partsOf } from './parts.ts';

const bytes = fc.integer({ min: 0, max: 2 ** 40 });

test('the parts of the bar add up to the disk, whatever it holds', () => {
  const storages = fc.record({ watched: bytes, unwatched: bytes, pinned: bytes, reserved: bytes, free: bytes, other: bytes }); // prettier-ignore
  fc.assert(
    fc.property(storages, ({ watched, unwatched, pinned, reserved, free, other }) => {
      const usedBytes = watched + unwatched + pinned;
      const storage = StorageView.parse({
        revision: 1,
        folder: '/downloads',
        isPresent: true,
        usedBytes,
        reservedBytes: reserved,
        freeBytes: free,
        diskBytes: usedBytes + free + other,
        budgetBytes: null,
        watchedBytes: watched,
        unwatchedBytes: unwatched,
        pinnedBytes: pinned,
        move: null,
        moveError: null,
        check: null,
        lastCheck: null,
      });
      const parts = partsOf(storage);
      expect(parts.reduce((sum, part) => sum + part.bytes, 0)).toBe(storage.diskBytes);
      expect(parts.every((part) => part.bytes > 0)).toBe(true);
      const unknown = partsOf({ ...storage, diskBytes: null });
      expect(unknown.some((part) => part.kind === 'other')).toBe(false);
    }),
  );
});

test.each([
  ['/media/ana/Travel SSD/Layover', 'Travel SSD'],
  ['/run/media/ana/STICK/Layover/downloads', 'STICK'],
  ['/Volumes/Backup/Layover', 'Backup'],
  ['E:\\Layover', 'E:'],
  ['/home/ana/Layover', '/home/ana/Layover'],
])('the drive of %s is called %s', (folder, name) => {
  expect(driveNameOf(folder)).toBe(name);
});
