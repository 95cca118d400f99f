import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';

/** The port that was used before when it is free, else one that is. 0: whichever is. On 127.0.0.1. */
export async function freePort(before: number): Promise<number> {
  return (await tryPort(before)) ?? (await tryPort(0)) ?? 0;
}

function tryPort(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(undefined));
    server.listen(port, '127.0.0.1', () => {
      const free = (server.address() as AddressInfo).port;
      server.close(() => resolve(free));
    });
  });
}
