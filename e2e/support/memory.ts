import { closeSync, openSync, readdirSync, readFileSync, readSync } from 'node:fs';
import type { Page } from 'playwright';
import type { Secret } from '../../testing/spellings.ts';

/** Everything that the page's JavaScript holds, as DevTools would save it. Contents of buffers are not in it. */
export async function heapSnapshotOf(page: Page): Promise<Buffer> {
  const session = await page.context().newCDPSession(page);
  const chunks: Buffer[] = [];
  session.on('HeapProfiler.addHeapSnapshotChunk', ({ chunk }) => chunks.push(Buffer.from(chunk)));
  await session.send('HeapProfiler.enable');
  await session.send('HeapProfiler.takeHeapSnapshot', { reportProgress: false });
  await session.detach();
  return Buffer.concat(chunks);
}

const parentOf = (pid: number): number => Number(/^PPid:\s+(\d+)/m.exec(textOf(pid, 'status'))?.[1] ?? 0);
function textOf(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return ''; // It has ended meanwhile.
  }
}

/** The renderers of the Chromium that keeps its profile below the folder. */
export function renderersOf(userData: string): number[] {
  const pids = readdirSync('/proc').map(Number).filter(Boolean);
  const isOurs = (pid: number): boolean =>
    pid > 1 && (textOf(pid, 'cmdline').includes(userData) || isOurs(parentOf(pid)));
  return pids.filter((pid) => textOf(pid, 'cmdline').includes('--type=renderer') && isOurs(pid));
}

const CHUNK_BYTES = 16 * 1024 * 1024;
const LONGEST_BYTES = 256;

/** Which of these lie in what the process can write to; buffers and all. Root may look, on Linux. */
export function findInMemory(
  pid: number,
  secrets: readonly Secret[],
): { found: string[]; readBytes: number } {
  const found = new Set<string>();
  let readBytes = 0;
  const memory = openSync(`/proc/${pid}/mem`, 'r');
  try {
    for (const [, from, to] of textOf(pid, 'maps').matchAll(/^([0-9a-f]+)-([0-9a-f]+) rw/gm)) {
      const end = BigInt(`0x${to}`);
      for (let at = BigInt(`0x${from}`); at < end; at += BigInt(CHUNK_BYTES)) {
        const left = Number(end - at);
        const chunk = Buffer.allocUnsafe(Math.min(left, CHUNK_BYTES + LONGEST_BYTES));
        let size = 0;
        try {
          size = readSync(memory, chunk, 0, chunk.length, at);
        } catch {
          break; // Mapped, and not there.
        }
        readBytes += size;
        for (const { name, bytes } of secrets) if (chunk.subarray(0, size).includes(bytes)) found.add(name);
      }
    }
  } finally {
    closeSync(memory);
  }
  return { found: [...found], readBytes };
}
