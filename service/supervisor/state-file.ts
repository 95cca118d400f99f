import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';

/** DATA/service-state.json: what must stay the same over restarts, so that addresses do. */
const State = z.object({
  ocaSecret: z.string().min(32),
  /** What an operator's calls carry. */
  operatorToken: z
    .string()
    .min(32)
    .default(() => randomBytes(32).toString('base64url')),
  /** By process: "api", "oca-1", … */
  ports: z.record(z.string(), z.int().min(1).max(65535)),
});
export type State = z.infer<typeof State>;

/** DATA/service.json: where everything listens, while it does. */
export const ServiceFile = z.object({
  apiUrl: z.url(),
  ocas: z.array(
    z.object({
      ocaId: z.string(),
      url: z.url(),
      /** Faults can be set there; null unless it was started with --control. */
      controlUrl: z.url().nullable(),
      pid: z.int(),
    }),
  ),
  pid: z.int(),
});
export type ServiceFile = z.infer<typeof ServiceFile>;

const stateFile = (dataDir: string): string => path.join(dataDir, 'service-state.json');
const serviceFile = (dataDir: string): string => path.join(dataDir, 'service.json');

/** A missing or damaged file becomes a new state: addresses given out before stop working, nothing else. */
export function readState(dataDir: string): State {
  try {
    return State.parse(JSON.parse(readFileSync(stateFile(dataDir), 'utf8')));
  } catch {
    return State.parse({ ocaSecret: randomBytes(32).toString('base64url'), ports: {} });
  }
}

export function writeState(dataDir: string, state: State): void {
  writeWhole(stateFile(dataDir), state);
}

export function writeServiceFile(dataDir: string, service: ServiceFile): void {
  writeWhole(serviceFile(dataDir), service);
}

export function removeServiceFile(dataDir: string): void {
  rmSync(serviceFile(dataDir), { force: true });
}

/** Where none runs the connection is refused at once; one that is busy may take its time. */
const ANSWER_WITHIN_MS = 15_000;

/** The service that listens on this folder now, by its own word: two on one folder would get in each other's way. */
export async function runningService(dataDir: string): Promise<ServiceFile | undefined> {
  try {
    const service = ServiceFile.parse(JSON.parse(readFileSync(serviceFile(dataDir), 'utf8')));
    const answer = await fetch(`${service.apiUrl}/api/v1/time`, {
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
    });
    await answer.body?.cancel();
    return answer.ok ? service : undefined;
  } catch {
    return undefined;
  }
}

/** Whoever finds the file finds it complete. Only its owner may read it: it may hold the secret. */
export function writeWhole(file: string, content: unknown): void {
  mkdirSync(path.dirname(file), { recursive: true });
  const temporary = `${file}.${process.pid}.tmp`;
  writeFileSync(temporary, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 });
  renameSync(temporary, file);
}
