import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { describeTransportContract } from '../../testing/transport-contract.ts';
import { createNodeTransport } from './transport.ts';

describeTransportContract('undici’s dispatch', () => {
  const transport = createNodeTransport();
  return { transport, close: transport.close };
});

it('lets others have their turn, however much comes at once', async () => {
  const PIECE_BYTES = 65_536;
  const BODY_BYTES = 100 * PIECE_BYTES;
  const server = createServer((_request, response) => response.end(Buffer.alloc(BODY_BYTES)));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const transport = createNodeTransport(PIECE_BYTES);
  let turns = 0;
  const inTurn = new Map<number, number>();
  let isOver = false;
  const count = () => {
    turns += 1;
    if (!isOver) setImmediate(count);
  };
  count();
  await transport.request(
    { url, method: 'GET', headers: {}, signal: new AbortController().signal },
    {
      onHead: () => true,
      onBytes(bytes) {
        inTurn.set(turns, (inTurn.get(turns) ?? 0) + bytes.byteLength);
        return true;
      },
    },
  );
  isOver = true;
  expect([...inTurn.values()].reduce((sum, bytes) => sum + bytes, 0)).toBe(BODY_BYTES);
  // What the socket had read already when it was paused comes as one piece.
  expect(Math.max(...inTurn.values())).toBeLessThanOrEqual(4 * PIECE_BYTES);
  await transport.close();
  server.close();
});
