import { createServer } from 'node:net';

/**
 * The port that was used before when it is free on 127.0.0.1, else 0: whoever listens gets one that is. One chosen here could
 * be somebody else's by then.
 */
export async function portAgain(before: number): Promise<number> {
  return before !== 0 && (await isFree(before)) ? before : 0;
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
