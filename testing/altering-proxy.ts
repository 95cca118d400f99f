import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What comes out instead of an answer's body; the same text: nothing is altered. */
export type Alter = (text: string, request: { method: string; path: string }) => string;

export interface AlteringProxy {
  readonly url: string;
  alter: Alter;
  close(): Promise<void>;
}

/** Stands before a service, passes everything on, and alters what the service says. */
export async function startAlteringProxy(target: string): Promise<AlteringProxy> {
  const server = createServer((request, response) => {
    void (async () => {
      const path = request.url ?? '/';
      const method = request.method ?? 'GET';
      const { host: _host, connection: _connection, ...headers } = request.headers;
      const body = await bodyOf(request);
      const answer = await fetch(new URL(path, target), {
        method,
        headers: headers as Record<string, string>,
        ...(body.length > 0 ? { body } : {}),
      });
      const type = answer.headers.get('content-type') ?? 'application/octet-stream';
      const bytes = Buffer.from(await answer.arrayBuffer());
      const isText = /json|text|mpegurl|xml/.test(type);
      // Addresses of the service are the proxy's here, as behind any proxy that does its work well.
      const told = bytes.toString('utf8').replaceAll(target, proxy.url);
      response.writeHead(answer.status, { 'content-type': type });
      response.end(isText ? proxy.alter(told, { method, path }) : bytes);
    })().catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const proxy: AlteringProxy = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    alter: (text) => text,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return proxy;
}

async function bodyOf(request: IncomingMessage): Promise<Buffer<ArrayBuffer>> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
