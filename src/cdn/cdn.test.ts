import { createHash, randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFakeClock } from '../../testing/fake-clock.ts';
import type { FakeClock } from '../../testing/fake-clock.ts';
import { createFaultServer } from '../../testing/fault-server.ts';
import type { Fault, FaultServer } from '../../testing/fault-server.ts';
import { createFakeNetwork } from '../../testing/fake-network.ts';
import { createRecordingLog } from '../../testing/recording-log.ts';
import { passTimeUntil, turn, until } from '../../testing/until.ts';
import { LayoverError } from '../shared/errors.ts';
import type { Pathway } from '../shared/presentation.ts';
import { createCdn } from './cdn.ts';
import { FIRST_BYTE_LIMIT_MS, STALL_LIMIT_MS } from './transfer.ts';
import type { Cdn, SegmentRequest } from './types.ts';

const file = new Uint8Array(randomBytes(200_000));
const path = 'video/v-720p/1.m4s';
const integrity = { sizeBytes: file.byteLength, sha256: createHash('sha256').update(file).digest('hex') };
const request: SegmentRequest = { path, ...integrity };

let servers: FaultServer[];
let clock: FakeClock;
let network: ReturnType<typeof createFakeNetwork>;
let cdn: Cdn;
/** Bytes that the code under test has read from bodies. */
let readBytes: number;

const countingFetch: typeof fetch = async (...args) => {
  const response = await fetch(...args);
  const counter = new TransformStream<Uint8Array, Uint8Array>({
    transform(piece, controller) {
      readBytes += piece.byteLength;
      controller.enqueue(piece);
    },
  });
  return new Response(response.body?.pipeThrough(counter) ?? null, response);
};

beforeEach(async () => {
  servers = await Promise.all([0, 1, 2].map(() => createFaultServer([[path, file]])));
  clock = createFakeClock();
  network = createFakeNetwork();
  readBytes = 0;
  const random = (sizeBytes: number) => new Uint8Array(sizeBytes);
  cdn = createCdn({ fetch: countingFetch, clock, network, log: createRecordingLog(), random });
});
afterEach(() => Promise.all(servers.map((server) => server.close())));

const at = (place: number) => servers[place]!;
const pathways = (token = 'good'): Pathway[] =>
  servers.map((server, place) => ({ id: `oca-${place}`, baseUrl: server.base(token) }));
const neverRenew = async (): Promise<Pathway[]> => {
  throw new LayoverError('service/unreachable');
};
const steer = (token?: string) => cdn.steer(pathways(token), neverRenew);
const asked = () => servers.map((server) => server.requests.length);
const fails = (place: number, fault: Fault) => {
  at(place).misbehave = () => fault;
};

describe('a segment', () => {
  it('comes whole and verified from the nearest OCA', async () => {
    const got = await steer().fetch(request);
    expect(Buffer.from(got.bytes).equals(file)).toBe(true);
    expect(got.ocaId).toBe('oca-0');
    expect(asked()).toEqual([1, 0, 0]);
    expect(at(0).requests[0]?.acceptEncoding).toBe('identity');
  });

  it.each<[string, Fault]>([
    ['resets at once', { kind: 'reset', afterBytes: 0 }],
    ['answers 500', { kind: 'status', status: 500 }],
    ['answers 404', { kind: 'status', status: 404 }],
    ['answers 503 with Retry-After', { kind: 'status', status: 503, retryAfter: '60' }],
    ['sends a portal’s page', { kind: 'html' }],
    ['has a file that is too short', { kind: 'wrong-length', lengthBytes: 1000 }],
    ['has a file with a wrong byte', { kind: 'corrupt', atByte: 150_000 }],
    ['sends a page under another type', { kind: 'html', contentType: 'video/mp4' }],
  ])('comes from the next OCA when the first %s', async (_what, fault) => {
    fails(0, fault);
    const got = await steer().fetch(request);
    expect(Buffer.from(got.bytes).equals(file)).toBe(true);
    expect(got.ocaId).toBe('oca-1');
    expect(at(1).requests[0]?.range).toBeUndefined();
  });

  it('goes on from the byte reached when a body ends early, and reads nothing twice', async () => {
    fails(0, { kind: 'truncate', afterBytes: 70_000 });
    const got = await steer().fetch(request);
    expect(Buffer.from(got.bytes).equals(file)).toBe(true);
    expect(got.ocaId).toBe('oca-1');
    expect(at(1).requests[0]?.range).toMatch(/^bytes=[1-9]\d*-$/);
    expect(readBytes).toBe(file.byteLength);
  });

  // A reset makes the system drop what was not read yet, so how far the first got is not known.
  it('survives a reset in the middle', async () => {
    fails(0, { kind: 'reset', afterBytes: 70_000 });
    const got = await steer().fetch(request);
    expect(Buffer.from(got.bytes).equals(file)).toBe(true);
    expect(got.ocaId).toBe('oca-1');
    expect(readBytes).toBe(file.byteLength);
  });

  it('leaves an OCA that does not answer after the first-byte limit, not before', async () => {
    fails(0, { kind: 'hang' });
    const getting = steer().fetch(request);
    await until(() => asked()[0] === 1);
    clock.advance(FIRST_BYTE_LIMIT_MS - 1);
    await turn();
    expect(asked()).toEqual([1, 0, 0]);
    clock.advance(1);
    expect((await getting).ocaId).toBe('oca-1');
  });

  it('leaves an OCA that stops in the middle, and asks another for the rest', async () => {
    fails(0, { kind: 'hang-in-body', afterBytes: 50_000 });
    const getting = steer().fetch(request);
    await until(() => readBytes === 50_000);
    await turn();
    clock.advance(STALL_LIMIT_MS);
    const got = await getting;
    expect(Buffer.from(got.bytes).equals(file)).toBe(true);
    expect(at(1).requests[0]?.range).toBe('bytes=50000-');
  });

  it('is right when the OCA that goes on ignores Range', async () => {
    fails(0, { kind: 'truncate', afterBytes: 70_000 });
    fails(1, { kind: 'ignore-range' });
    const got = await steer().fetch(request);
    expect(Buffer.from(got.bytes).equals(file)).toBe(true);
  });

  it('is fetched whole from one OCA when parts of two do not fit together', async () => {
    fails(0, { kind: 'corrupt', atByte: 10 });
    const broken = at(0).misbehave;
    let calls = 0;
    // Wrong byte, then broken off: the next OCA completes something that cannot verify.
    at(0).files.set(
      path,
      Uint8Array.from(file, (byte, index) => (index === 10 ? byte ^ 1 : byte)),
    );
    at(0).misbehave = (seen) => (calls++ === 0 ? { kind: 'truncate', afterBytes: 70_000 } : broken(seen));
    const got = await steer().fetch(request);
    expect(Buffer.from(got.bytes).equals(file)).toBe(true);
    expect(got.ocaId).not.toBe('oca-0');
  });

  it('needs no digest', async () => {
    fails(0, { kind: 'truncate', afterBytes: 70_000 });
    const got = await steer().fetch({ path });
    expect(Buffer.from(got.bytes).equals(file)).toBe(true);
  });

  it('may be a byte range', async () => {
    fails(0, { kind: 'truncate', afterBytes: 300 });
    fails(1, { kind: 'ignore-range' });
    const got = await steer().fetch({ path, byteRange: { offsetBytes: 1000, lengthBytes: 500 } });
    expect(Buffer.from(got.bytes).equals(file.subarray(1000, 1500))).toBe(true);
    expect(at(0).requests[0]?.range).toBe('bytes=1000-1499');
    expect(at(1).requests[0]?.range).toMatch(/-1499$/);
  });

  it('is asked for where its absolute address says, and nowhere else', async () => {
    const got = await cdn.steer([], neverRenew).fetch({ ...request, path: at(2).base() + path });
    expect(Buffer.from(got.bytes).equals(file)).toBe(true);
    expect(asked()).toEqual([0, 0, 1]);
    fails(2, { kind: 'status', status: 500 });
    await expect(steer().fetch({ ...request, path: at(2).base() + path })).rejects.toMatchObject({
      code: 'cdn/no-oca',
    });
    expect(asked()).toEqual([0, 0, 2]);
  });

  it('is tried again where bytes had come, until it is whole', async () => {
    for (const server of servers) server.misbehave = () => ({ kind: 'truncate', afterBytes: 30_000 });
    const got = await steer().fetch(request);
    expect(Buffer.from(got.bytes).equals(file)).toBe(true);
  });
});

describe('an error', () => {
  it.each<[string, Fault]>([
    ['cdn/no-oca', { kind: 'status', status: 500 }],
    ['cdn/no-oca', { kind: 'status', status: 404 }],
    ['cdn/digest-mismatch', { kind: 'corrupt', atByte: 0 }],
    ['cdn/digest-mismatch', { kind: 'wrong-length', lengthBytes: 10 }],
    ['network/captive-portal', { kind: 'html' }],
  ])('is %s when every OCA has %o', async (code, fault) => {
    for (const place of [0, 1, 2]) fails(place, fault);
    await expect(steer().fetch(request)).rejects.toMatchObject({ code });
    expect(asked()).toEqual([1, 1, 1]);
  });

  it('is network/offline when the machine says so, and nobody is asked', async () => {
    network.set(false);
    await expect(steer().fetch(request)).rejects.toMatchObject({ code: 'network/offline' });
    expect(asked()).toEqual([0, 0, 0]);
  });

  it('says how long to wait when all asked to be left alone', async () => {
    for (const place of [0, 1, 2])
      fails(place, { kind: 'status', status: 503, retryAfter: String(30 + place) });
    const steering = steer();
    const error = { code: 'cdn/no-oca', details: { retryAfterSeconds: 30 } };
    await expect(steering.fetch(request)).rejects.toMatchObject(error);
    for (const server of servers) server.misbehave = () => undefined;
    await expect(steering.fetch(request)).rejects.toMatchObject(error);
    expect(asked()).toEqual([1, 1, 1]);
    clock.advance(30_000);
    expect((await steering.fetch(request)).ocaId).toBe('oca-0');
  });
});

describe('an abort', () => {
  it.each<Fault>([{ kind: 'hang' }, { kind: 'hang-in-body', afterBytes: 1000 }])(
    'ends a transfer at once and frees its socket: %o',
    async (fault) => {
      fails(0, fault);
      const abort = new AbortController();
      const getting = steer().fetch(request, abort.signal);
      await until(() => asked()[0] === 1);
      abort.abort(new Error('enough'));
      await expect(getting).rejects.toThrow('enough');
      await until(() => at(0).connections() === 0);
      expect(asked()).toEqual([1, 0, 0]);
      expect(clock.sleepers).toBe(0);
    },
  );

  it('ends waiting for new addresses, too', async () => {
    const abort = new AbortController();
    const getting = cdn.steer(pathways('old'), () => new Promise(() => {})).fetch(request, abort.signal);
    await until(() => asked()[0] === 1);
    await turn();
    abort.abort(new Error('enough'));
    await expect(getting).rejects.toThrow('enough');
  });
});

describe('addresses', () => {
  it('are renewed once for all requests that find them expired', async () => {
    let renewals = 0;
    let give = () => {};
    const given = new Promise<void>((resolve) => (give = resolve));
    const steering = cdn.steer(pathways('old'), async () => {
      renewals += 1;
      await given;
      return pathways();
    });
    const getting = Promise.all([1, 2, 3, 4].map(() => steering.fetch(request)));
    await until(() => renewals === 1 && asked()[0] === 4);
    give();
    for (const { bytes } of await getting) expect(Buffer.from(bytes).equals(file)).toBe(true);
    expect(renewals).toBe(1);
  });

  it('are not renewed for ever', async () => {
    let renewals = 0;
    const steering = cdn.steer(pathways('old'), async () => {
      renewals += 1;
      return pathways('old');
    });
    await expect(steering.fetch(request)).rejects.toMatchObject({ code: 'cdn/address-expired' });
    expect(renewals).toBe(1);
  });

  it('that cannot be renewed give the error of the renewal', async () => {
    await expect(steer('old').fetch(request)).rejects.toMatchObject({ code: 'service/unreachable' });
  });

  it('are asked for when every OCA failed: one may stand elsewhere now', async () => {
    for (const place of [0, 1]) fails(place, { kind: 'reset', afterBytes: 0 });
    const steering = cdn.steer(pathways().slice(0, 2), async () => [{ id: 'oca-0', baseUrl: at(2).base() }]);
    expect((await steering.fetch(request)).ocaId).toBe('oca-0');
    expect(asked()[2]).toBe(1);
  });

  it('expire in the middle of a segment without losing what came', async () => {
    at(0).misbehave = () => ({ kind: 'truncate', afterBytes: 70_000 });
    for (const place of [1, 2]) at(place).tokens.delete('good');
    for (const place of [1, 2]) at(place).tokens.add('new');
    const steering = cdn.steer(pathways(), async () => pathways('new'));
    expect(Buffer.from((await steering.fetch(request)).bytes).equals(file)).toBe(true);
    expect(readBytes).toBe(file.byteLength);
  });
});

describe('steering', () => {
  it('probes all OCAs at the same time, and survives what they do', async () => {
    let release = () => {};
    const released = new Promise<void>((resolve) => (release = resolve));
    fails(0, { kind: 'hold', until: released });
    fails(1, { kind: 'reset', afterBytes: 0 });
    const steering = steer();
    const probing = steering.probe();
    await until(() => asked().every((count) => count === 1));
    release();
    await probing;
    expect(steering.health().map(({ state }) => state)).toEqual(['good', 'failed', 'good']);
    await steering.probe();
    expect(asked()).toEqual([1, 1, 1]);
  });

  it('gives up a probe that is not answered', async () => {
    fails(0, { kind: 'hang' });
    const steering = steer();
    let isDone = false;
    const probing = steering.probe().then(() => (isDone = true));
    await passTimeUntil(clock, () => isDone);
    await probing;
    expect(steering.health()[0]?.state).toBe('failed');
  });

  it('takes an OCA that answered the probe faster', async () => {
    let release = () => {};
    const released = new Promise<void>((resolve) => (release = resolve));
    fails(0, { kind: 'hold', until: released });
    const steering = steer();
    const probing = steering.probe();
    await until(() => steering.health().filter(({ latencyMs }) => latencyMs !== null).length === 2);
    clock.advance(2000);
    release();
    await probing;
    expect(steering.health()[0]?.latencyMs).toBe(2000);
    expect((await steering.fetch(request)).ocaId).not.toBe('oca-0');
  });

  it('stays away from a failed OCA in later requests and other sessions, then forgives it', async () => {
    fails(0, { kind: 'status', status: 500 });
    await steer().fetch(request);
    at(0).misbehave = () => undefined;
    expect((await steer().fetch(request)).ocaId).toBe('oca-1');
    expect(asked()[0]).toBe(1);
    clock.advance(60_000);
    for (const place of [1, 2]) fails(place, { kind: 'status', status: 500 });
    expect((await steer().fetch(request)).ocaId).toBe('oca-0');
  });

  it('asks an OCA that lacks a rendition last for the next segment of it', async () => {
    const next = 'video/v-720p/2.m4s';
    for (const place of [1, 2]) at(place).files.set(next, file);
    at(0).files.delete(path);
    const steering = steer();
    await steering.fetch(request);
    await steering.fetch({ path: next });
    expect(asked()[0]).toBe(1);
    expect(steering.health()[0]?.state).toBe('unknown');
  });
});
