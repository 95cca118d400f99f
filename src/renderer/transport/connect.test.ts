import { afterEach, expect, it, vi } from 'vitest';
import { createSmallEngine, smallStatus } from '../../../testing/small-engine.ts';
import { createRecordingLog } from '../../../testing/recording-log.ts';
import { createHttpRpc, createPortRpc } from '../../main/rpc.ts';
import { connect } from './connect.ts';

type Page = Parameters<typeof connect>[0];
afterEach(() => {
  vi.unstubAllGlobals();
});

it('calls over HTTP, to where the page came from, in a browser', async () => {
  const rpc = createHttpRpc(createSmallEngine().router, createRecordingLog(), '/rpc');
  const urls: string[] = [];
  vi.stubGlobal('fetch', async (input: Request, init: RequestInit) => {
    urls.push(input.url);
    return rpc(new Request(input, init));
  });
  const client = connect({ location: { origin: 'http://127.0.0.1:5' } } as Page);
  expect(await client.app.status()).toEqual(smallStatus);
  expect(urls).toEqual(['http://127.0.0.1:5/rpc/app/status']);
});

it('hands a port to the preload script under Electron, and to this page only', async () => {
  const serve = createPortRpc(createSmallEngine().router, createRecordingLog());
  const sent: unknown[] = [];
  const client = connect({
    layover: { host: 'electron', connectMessage: 'layover:connect' },
    location: { origin: 'app://bundle' },
    postMessage: (message: unknown, origin: string, [port]: MessagePort[]) => {
      sent.push(message, origin);
      if (!port) throw new Error('no port came along');
      serve({
        postMessage: (answer) => port.postMessage(answer),
        on: (event: string, listener: (event: { data: unknown }) => void) =>
          port.addEventListener(event, (message) => listener(message as MessageEvent)),
      });
      port.start();
    },
  } as unknown as Page);
  expect(await client.app.status()).toEqual(smallStatus);
  await expect(client.catalog.title({ titleId: 't' })).rejects.toMatchObject({ code: 'catalog/not-found' });
  expect(sent).toEqual(['layover:connect', 'app://bundle']);
});

it('takes nothing that a page left lying under that name for a bridge', async () => {
  vi.stubGlobal('fetch', async () => {
    throw new TypeError('Failed to fetch');
  });
  const client = connect({
    location: { origin: 'http://127.0.0.1:5' },
    layover: { host: 'x' },
  } as unknown as Page);
  await expect(client.app.status()).rejects.toMatchObject({ code: 'host/stopped' });
});
