import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';

const Ready = z.object({ url: z.url() });

export interface OcaProcess {
  readonly url: string;
  stop(): Promise<void>;
}

/** service/oca/main.ts in a process of its own, with its control endpoint. It ends with this process at the latest. */
export async function startOcaProcess(options: {
  ocaId: string;
  mediaDir: string;
  secret: string;
}): Promise<OcaProcess> {
  const main = path.join(import.meta.dirname, '../../service/oca/main.ts');
  const words = [main, '--id', options.ocaId, '--media', options.mediaDir, '--control'];
  const child = spawn(process.execPath, words, {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, LAYOVER_OCA_SECRET: options.secret },
  });
  const closed = once(child, 'close');
  const ended = closed.then(() => Promise.reject(new Error(`${options.ocaId} did not start`)));
  const [line] = (await Promise.race([once(createInterface({ input: child.stdout }), 'line'), ended])) as [
    string,
  ];
  ended.catch(() => undefined);
  return {
    url: Ready.parse(JSON.parse(line)).url,
    async stop() {
      child.kill('SIGTERM');
      await closed;
    },
  };
}
