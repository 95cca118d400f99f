import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import type { FaultBook } from './faults.ts';
import { FaultRules } from './faults.ts';
import { sendJson } from './respond.ts';

/** One answered request of media. */
export const LogEntry = z.object({
  /** Counts from 1. */
  seq: z.int().positive(),
  method: z.string(),
  /** OCA-relative; the raw path where the address was not one of ours. */
  path: z.string(),
  range: z.string().nullable(),
  /** 0: it never got as far as a status. */
  status: z.int(),
  /** Of the body, handed to the socket. */
  bytes: z.int().nonnegative(),
  faults: z.array(z.string()),
});
export type LogEntry = z.infer<typeof LogEntry>;
export const LogAnswer = z.object({ requests: z.array(LogEntry) });

const MAX_ENTRIES = 10_000;
const MAX_BODY_BYTES = 256 * 1024;

export interface RequestLog {
  add(entry: Omit<LogEntry, 'seq'>): void;
  list(): LogEntry[];
}

export function createRequestLog(): RequestLog {
  const entries: LogEntry[] = [];
  let seq = 0;
  return {
    add(entry) {
      seq += 1;
      entries.push({ seq, ...entry });
      if (entries.length > MAX_ENTRIES) entries.shift();
    },
    list: () => [...entries],
  };
}

/** Answers /control/faults (GET, PUT) and /control/log (GET). Only there when the OCA was started with --control. */
export async function handleControl(
  request: IncomingMessage,
  response: ServerResponse,
  pathname: string,
  book: FaultBook,
  log: RequestLog,
): Promise<void> {
  if (pathname === '/control/log' && request.method === 'GET') {
    sendJson(response, 200, { requests: log.list() });
  } else if (pathname === '/control/faults' && request.method === 'GET') {
    sendJson(response, 200, book.list());
  } else if (pathname === '/control/faults' && request.method === 'PUT') {
    const rules = FaultRules.safeParse(await readJson(request));
    if (!rules.success) {
      sendJson(response, 400, { code: 'bad-rules', message: z.prettifyError(rules.error) });
      return;
    }
    book.replace(rules.data);
    sendJson(response, 200, book.list());
  } else {
    sendJson(response, 404, { code: 'not-found' });
  }
}

/** undefined where the body is not JSON or is too long: no schema accepts that. */
async function readJson(request: IncomingMessage): Promise<unknown> {
  let text = '';
  for await (const chunk of request.setEncoding('utf8') as AsyncIterable<string>) {
    text += chunk;
    if (text.length > MAX_BODY_BYTES) return undefined;
  }
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
