import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { z } from 'zod';
import type { Digests, Log } from '../shared/platform.ts';
import type { Bytes } from '../shared/units.ts';
import { ownsMemory } from './chunk.ts';

/** To wake the other thread costs as much as to hash a tenth of this. Pieces of all digests go together. */
const BATCH_BYTES: Bytes = 1024 * 1024;
/** What may have been handed over and not been heard of: some milliseconds of hashing. */
const MOST_UNHASHED_BYTES: Bytes = 4 * BATCH_BYTES;

/**
 * Plain text, so that it needs no file of its own in a bundle. Answers when a digest is wanted, else now and then: that
 * wakes somebody as well.
 */
const program = `
  const { createHash } = require('node:crypto');
  const { parentPort, workerData } = require('node:worker_threads');
  const running = new Map();
  let hashedBytes = 0;
  function take({ id, pieces, then }) {
    const hash = running.get(id) ?? createHash('sha256');
    running.set(id, hash);
    for (const piece of pieces) {
      hash.update(piece);
      hashedBytes += piece.byteLength;
      piece.buffer.transfer(0);
    }
    if (then !== 'go-on') running.delete(id);
    return then === 'end' ? [{ id, sha256: hash.digest('hex') }] : [];
  }
  parentPort.on('message', (batch) => {
    const ended = batch.flatMap(take);
    if (ended.length === 0 && hashedBytes < workerData.answerBytes) return;
    parentPort.postMessage({ hashedBytes, ended });
    hashedBytes = 0;
  });
`;

const Answer = z.object({
  hashedBytes: z.int().nonnegative(),
  ended: z.array(z.object({ id: z.int(), sha256: z.string() })),
});

interface Part {
  readonly id: number;
  pieces: Uint8Array[];
  then: 'go-on' | 'end' | 'drop';
}

export interface DigestThread extends Digests {
  close(): Promise<void>;
}

const startThread = () =>
  new Worker(program, {
    eval: true,
    // Options of the process could make a module of it.
    execArgv: [],
    workerData: { answerBytes: BATCH_BYTES },
    // It makes hardly anything, so a collection costs nothing, and memory is all that it could waste.
    resourceLimits: { maxYoungGenerationSizeMb: 2, maxOldGenerationSizeMb: 32 },
  });

/**
 * SHA-256 in a thread of its own, started by `prepare` or when it is first needed. Without a second core, and once the
 * thread has died, `begin` gives none.
 */
export function createDigestThread(
  log: Log,
  { cores = availableParallelism(), start = startThread }: { cores?: number; start?: () => Worker } = {},
): DigestThread {
  let thread: Worker | undefined;
  let isGone = cores < 2;
  let nextId = 0;
  /** The next batch, at most one part for each digest. */
  let parts = new Map<number, Part>();
  let batchBytes = 0;
  let unhashedBytes = 0;
  let room = Promise.withResolvers<void>();
  const waiting = new Map<number, PromiseWithResolvers<string>>();
  const gone = (cause: unknown) => new Error('the thread for digests has ended', { cause });

  function lost(reason: unknown): void {
    if (!isGone) log.warn('platform.digest-thread-lost', { reason: String(reason) });
    isGone = true;
    for (const { reject } of waiting.values()) reject(gone(reason));
    waiting.clear();
    parts.clear();
    room.resolve();
  }
  function onAnswer(message: unknown): void {
    const { hashedBytes, ended } = Answer.parse(message);
    unhashedBytes -= hashedBytes;
    if (unhashedBytes < MOST_UNHASHED_BYTES) {
      room.resolve();
      room = Promise.withResolvers();
    }
    for (const { id, sha256 } of ended) {
      waiting.get(id)?.resolve(sha256);
      waiting.delete(id);
    }
    if (waiting.size === 0 && unhashedBytes < MOST_UNHASHED_BYTES) thread?.unref();
  }
  function started(): Worker {
    const worker = start();
    worker.on('message', onAnswer);
    worker.once('error', lost);
    worker.once('exit', (code) => {
      lost(`exit ${code}`);
    });
    // While nobody waits for it the process may end.
    worker.unref();
    return worker;
  }

  function partOf(id: number): Part {
    const part = parts.get(id) ?? { id, pieces: [], then: 'go-on' };
    parts.set(id, part);
    return part;
  }
  function send(): void {
    const batch = [...parts.values()];
    parts = new Map();
    batchBytes = 0;
    const memory = batch.flatMap(({ pieces }) => pieces.map(({ buffer }) => buffer as ArrayBuffer));
    if (!isGone) (thread ??= started()).postMessage(batch, memory);
  }

  return {
    prepare() {
      if (!isGone) thread ??= started();
    },
    begin() {
      if (isGone) return undefined;
      const id = (nextId += 1);
      return {
        update(piece) {
          partOf(id).pieces.push(ownsMemory(piece) ? piece : piece.slice());
          batchBytes += piece.byteLength;
          unhashedBytes += piece.byteLength;
          if (batchBytes >= BATCH_BYTES) send();
          if (isGone || unhashedBytes < MOST_UNHASHED_BYTES) return undefined;
          thread?.ref();
          return room.promise;
        },
        end() {
          if (isGone) return Promise.reject(gone('before'));
          const answer = Promise.withResolvers<string>();
          waiting.set(id, answer);
          partOf(id).then = 'end';
          send();
          thread?.ref();
          return answer.promise;
        },
        drop() {
          partOf(id).then = 'drop';
        },
      };
    },
    async close() {
      isGone = true;
      lost('closed');
      await thread?.terminate();
    },
  };
}
