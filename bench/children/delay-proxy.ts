import net from 'node:net';
import type { Socket } from 'node:net';

export interface DelayInput {
  readonly listen: { readonly host: string; readonly port: number };
  readonly upstreamPort: number;
  /** There and back. */
  readonly roundTripMs: number;
}

/**
 * The length of a link, for kernels without netem: bytes come half a round trip later, in both directions. As on
 * a long link a connection costs a round trip before its first byte, and begins with a window of ten packets that
 * doubles each round trip (RFC 6928, RFC 5681; no loss is answered here, that is left to the real TCP beneath).
 * Prints "ready" once it listens and the server behind it answers; ends with its standard input.
 */
const input = JSON.parse(process.argv[2] ?? '{}') as DelayInput;
const onTheWayMs = input.roundTripMs / 2;
const FIRST_WINDOW_BYTES = 10 * 1460;
/** What a receiver of today offers at most. */
const MOST_WINDOW_BYTES = 6 * 1024 * 1024;

/** Later, in the order in which they came. */
const later = (work: () => void, ms: number) => void setTimeout(work, ms);

function forward(client: Socket, server: Socket): void {
  const openAtMs = performance.now() + input.roundTripMs;
  client.on('data', (piece) => {
    const wait = Math.max(0, openAtMs - performance.now());
    later(() => server.write(piece), wait + onTheWayMs);
  });
  client.on('end', () => later(() => server.end(), onTheWayMs));

  let windowBytes = FIRST_WINDOW_BYTES;
  let sentBytes = 0;
  const acknowledged = (bytes: number) => {
    sentBytes -= bytes;
    windowBytes = Math.min(MOST_WINDOW_BYTES, windowBytes + bytes);
    if (sentBytes < windowBytes) server.resume();
  };
  server.on('data', (whole: Buffer) => {
    // In pieces, so that half of a window does not wait for the other half.
    for (let at = 0; at < whole.length; at += FIRST_WINDOW_BYTES) {
      const piece = whole.subarray(at, at + FIRST_WINDOW_BYTES);
      sentBytes += piece.length;
      later(() => {
        client.write(piece, () => later(() => acknowledged(piece.length), onTheWayMs));
      }, onTheWayMs);
    }
    if (sentBytes >= windowBytes) server.pause();
  });
  server.on('end', () => later(() => client.end(), onTheWayMs));
  for (const [one, other] of [
    [client, server],
    [server, client],
  ] as const)
    one.on('error', () => other.destroy()).on('close', () => later(() => other.destroy(), onTheWayMs));
}

async function untilItAnswers(): Promise<void> {
  for (;;) {
    const isThere = await new Promise<boolean>((resolve) => {
      const socket = net.connect(input.upstreamPort, '127.0.0.1');
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
      socket.once('connect', () => socket.destroy());
    });
    if (isThere) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

await untilItAnswers();
const proxy = net.createServer({ noDelay: true }, (client) => {
  forward(client, net.connect({ port: input.upstreamPort, host: '127.0.0.1', noDelay: true }));
});
proxy.listen(input.listen.port, input.listen.host, () => process.stdout.write('ready\n'));
process.stdin.once('end', () => process.exit(0)).resume();
