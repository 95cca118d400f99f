import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { createFakeClock } from '../../testing/fake-clock.ts';
import { createFakeNetwork } from '../../testing/fake-network.ts';
import { until } from '../../testing/until.ts';
import { createServiceClient } from './service-client.ts';

const answering = (answer: Answer): Answer => answer;
type Answer = (request: IncomingMessage, response: ServerResponse) => void;

async function against(answer: Answer) {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  onTestFinished(() => server.closeAllConnections());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const clock = createFakeClock();
  const network = createFakeNetwork();
  const options = { fetch, clock, network, serviceUrl: () => url, accessToken: () => 'secret' };
  return { client: createServiceClient(options), clock, network, url };
}

const json =
  (status: number, body: unknown): Answer =>
  (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body));
  };

test('parses an answer', async () => {
  const { client } = await against(json(200, { nowMs: 5 }));
  expect(await client.time()).toEqual({ nowMs: 5 });
});

test.each([
  [json(200, { nowMs: 'five' }), 'service/bad-answer'],
  [json(500, {}), 'service/unreachable'],
  [json(429, {}), 'service/unreachable'],
  [json(429, { code: 'too-many-attempts', message: '' }), 'auth/too-many-attempts'],
  [json(503, { code: 'no-oca', message: '' }), 'cdn/no-oca'],
  [json(404, { code: 'unknown-profile', message: '' }), 'profile/unknown'],
  [json(403, { code: 'subscription-inactive', message: '' }), 'auth/subscription-inactive'],
  [json(401, { code: 'unauthorized', message: '' }), 'auth/signed-out'],
  [json(451, { code: 'not-in-country', message: '' }), 'catalog/not-in-country'],
  [json(403, { code: 'restricted', message: '' }), 'catalog/restricted'],
  [json(403, { code: 'revoked', message: '' }), 'license/revoked'],
  [json(403, { code: 'not-allowed', message: '' }), 'license/not-allowed'],
  [json(409, { code: 'device-limit', message: '' }), 'license/device-limit'],
  [json(409, { code: 'title-limit', message: '' }), 'license/title-limit'],
  [json(409, { code: 'supplier-limit', message: '' }), 'license/supplier-limit'],
  [json(409, { code: 'yearly-limit', message: '' }), 'license/yearly-limit'],
  [json(400, { code: 'something-new', message: 'Because.' }), 'service/refused'],
  [json(404, ['not a problem']), 'service/bad-answer'],
  [answering((_, response) => void response.end('<html>Welcome to Hotel Wi-Fi')), 'service/bad-answer'],
  [answering((request) => void request.socket.destroy()), 'service/unreachable'],
] as const)('%# a bad answer is an error of the register: %s', async (answer, code) => {
  const { client } = await against(answer);
  await expect(client.time()).rejects.toMatchObject({ code });
});

test('a refusal that ends by itself says when', async () => {
  const availableAtMs = Date.UTC(2027, 0, 5);
  const { client } = await against(json(409, { code: 'yearly-limit', message: '', availableAtMs }));
  const error = { details: { availableAtMs }, message: expect.stringContaining('2027-01-05') as string };
  await expect(client.time()).rejects.toMatchObject(error);
});

test('a page that some network puts in the service’s place is no yes and no picture', async () => {
  const page: Answer = (_request, response) => {
    response.writeHead(200, { 'content-type': 'text/html' });
    response.end('<html>Welcome to Hotel Wi-Fi');
  };
  const { client } = await against(page);
  const badAnswer = expect.objectContaining({ code: 'service/bad-answer' });
  await expect(client.unlockProfile('ben', '0000')).rejects.toThrowError(badAnswer);
  await expect(client.releaseLicense('license-1', 'device-1')).rejects.toThrowError(badAnswer);
  await expect(client.artwork('harbor', 'poster', '1')).rejects.toThrowError(badAnswer);
});

test('several renewals are answered each by itself, in the order asked for, also where some are missing', async () => {
  const problem = (code: string) => ({ code, message: 'Because.' });
  const { client } = await against(
    json(200, {
      renewals: [
        { licenseId: 'l4', problem: problem('internal') },
        { licenseId: 'l3', problem: problem('not-found') },
        { licenseId: 'stranger', license: 'x' },
        { licenseId: 'l1', license: 'a.b.c' },
        { licenseId: 'l5', problem: { ...problem('yearly-limit'), availableAtMs: 7 } },
        { licenseId: 'l6', problem: problem('something-new') },
      ],
      nowMs: 5,
    }),
  );
  expect(await client.renewLicenses(['l1', 'l2', 'l3', 'l4', 'l5', 'l6'], 'd')).toMatchObject([
    { licenseId: 'l1', license: 'a.b.c', nowMs: 5 },
    { licenseId: 'l2', error: { code: 'service/bad-answer' } },
    { licenseId: 'l3', error: { code: 'license/none' } },
    { licenseId: 'l4', error: { code: 'service/unreachable' } },
    { licenseId: 'l5', error: { code: 'license/yearly-limit', details: { availableAtMs: 7 } } },
    { licenseId: 'l6', error: { code: 'service/refused', details: { reason: 'Because.' } } },
  ]);
  const busy = await against((_, response) => void response.writeHead(503, { 'retry-after': '9' }).end('{}'));
  await expect(busy.client.renewLicenses(['l1'], 'd')).rejects.toMatchObject({
    code: 'service/unreachable',
    details: { retryAfterSeconds: 9 },
  });
});

test('believes the machine when it says that it is offline', async () => {
  const { client, network } = await against(json(200, { nowMs: 5 }));
  network.set(false);
  await expect(client.time()).rejects.toMatchObject({ code: 'network/offline' });
});

test('a service that never answers is given up, also in the middle of a body', async () => {
  let asked = false;
  const { client, clock } = await against((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.write('{"nowMs":');
    asked = true;
  });
  const answer = client.time();
  const refusal = expect(answer).rejects.toMatchObject({ code: 'service/unreachable' });
  await until(() => asked);
  clock.advance(60_000);
  await refusal;
  expect(clock.sleepers).toBe(0);
});

test('the access token goes to the service and to nobody else', async () => {
  const seen: (string | undefined)[] = [];
  const { client } = await against((request, response) => {
    seen.push(request.headers.authorization);
    response.end('#EXTM3U');
  });
  const other = await against((request, response) => {
    seen.push(request.headers.authorization);
    response.end('#EXTM3U');
  });
  await client.manifestText(`${other.url}/elsewhere.m3u8`);
  await other.client.manifestText(`${other.url}/own.m3u8`);
  expect(seen).toEqual([undefined, 'Bearer secret']);
});

test('an aborted call ends with its own reason', async () => {
  const { client } = await against(() => undefined);
  const aborter = new AbortController();
  const call = client.time(aborter.signal);
  aborter.abort(new Error('enough'));
  await expect(call).rejects.toThrow('enough');
});
