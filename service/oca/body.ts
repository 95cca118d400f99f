import { createReadStream } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { setImmediate } from 'node:timers/promises';
import type { Sleep, Strike } from './faults.ts';

export interface BodyPlan {
  readonly file: string;
  readonly first: number;
  readonly last: number;
  readonly strike: Strike;
  readonly nowMs: () => number;
  readonly sleep: Sleep;
}

/**
 * Sends a part of a file, with whatever faults strike it. Headers are out already.
 * @param onSent is told of every piece of the body that was handed to the socket
 */
export async function sendBody(
  response: ServerResponse,
  plan: BodyPlan,
  onSent: (bytes: number) => void,
): Promise<void> {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const source = createReadStream(plan.file, { start: plan.first, end: plan.last });
  const faulty = (chunks: AsyncIterable<Buffer>) => strikeBody(chunks, plan, response, gone.signal, onSent);
  try {
    await pipeline(source, faulty, response, { signal: gone.signal });
  } catch (thrown) {
    // The client left, or the fault was to break off: nothing to tell anybody.
    if (!response.destroyed) throw thrown;
  }
}

async function* strikeBody(
  chunks: AsyncIterable<Buffer>,
  { first, last, strike, nowMs, sleep }: BodyPlan,
  response: ServerResponse,
  gone: AbortSignal,
  onSent: (bytes: number) => void,
): AsyncGenerator<Buffer> {
  const { decisive } = strike;
  const length = last - first + 1;
  const middle = Math.floor(length / 2);
  const stopAt = stopOf(strike, middle);
  let sent = 0;
  for await (const whole of chunks) {
    for (const piece of pieces(whole, strike)) {
      const bytes = piece.subarray(0, Math.max(0, stopAt - sent));
      if (decisive?.kind === 'corrupt' && sent <= middle && middle < sent + bytes.length) {
        bytes[middle - sent] = (bytes[middle - sent] ?? 0) ^ 0x01;
      }
      for (const cap of strike.caps) {
        const ms = cap.book(bytes.length, nowMs());
        if (ms > 0) await sleep(ms, gone);
      }
      if (bytes.length > 0) yield bytes;
      sent += bytes.length;
      onSent(bytes.length);
      if (sent < stopAt) continue;
      // Breaks off only after what was sent has left this machine.
      if (decisive?.kind === 'truncate') response.socket?.destroySoon();
      if (decisive?.kind === 'reset') {
        while (response.writableLength > 0 && !gone.aborted) await setImmediate();
        response.socket?.resetAndDestroy();
      }
      await never(gone);
    }
  }
  if (decisive?.kind === 'excess') yield Buffer.alloc(decisive.bytes, 'too much');
}

/** After so many bytes of the body it breaks off. */
function stopOf({ decisive }: Strike, middle: number): number {
  if (decisive?.kind === 'truncate' || decisive?.kind === 'reset') return decisive.afterBytes ?? 0;
  return decisive?.kind === 'hang' ? middle : Infinity;
}

function pieces(whole: Buffer, { caps }: Strike): Buffer[] {
  const size = Math.min(whole.length, ...caps.map((cap) => cap.chunkBytes));
  const count = Math.ceil(whole.length / size);
  return Array.from({ length: count }, (_, index) => whole.subarray(index * size, (index + 1) * size));
}

/** Until the client has given up. */
export function never(gone: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const leave = () => reject(gone.reason as Error);
    if (gone.aborted) leave();
    else gone.addEventListener('abort', leave, { once: true });
  });
}
